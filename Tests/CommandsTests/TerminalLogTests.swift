@testable import Commands
import Foundation
import Logging
import Testing

@Suite("The log on a terminal")
struct TerminalLogTests {
    @Test("the message stands before the fields, and each entry is one line")
    func line() {
        let time = Date(timeIntervalSince1970: 0)
        let event = LogEvent(
            level: .info, message: "Model demo is ready on CPU (f32)", metadata: ["model": "demo", "a": "two\nlines"], source: "", file: "",
            function: "", line: 0)
        #expect(TerminalLog().line(event, at: time) == #"1970-01-01T00:00:00Z info Model demo is ready on CPU (f32) a=two\nlines model=demo"#)
    }
}
