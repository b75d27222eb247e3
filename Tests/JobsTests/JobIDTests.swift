import Foundation
import Jobs
import Testing

@Suite("Names of jobs and pictures")
struct JobIDTests {
    @Test("names are in order of time, and differ at the same time")
    func order() {
        let time = Date(timeIntervalSince1970: 1_790_000_000)
        #expect(JobID(at: time) < JobID(at: time.addingTimeInterval(0.001)))
        #expect(Set((0..<1000).map { _ in JobID(at: time) }).count == 1000)
        #expect(JobID(at: time).description.hasPrefix("01a0c4506c00"))
    }

    @Test("only what was made as a name is read as one", arguments: [
        "", "..", "0123", String(repeating: "g", count: 32), String(repeating: "A", count: 32), String(repeating: "a", count: 33),
    ])
    func notAJob(text: String) { #expect(JobID(text) == nil) }

    @Test("a picture is named by its job and its place")
    func pictures() throws {
        let id = PictureID(JobID(), 12)
        #expect(PictureID(id.description) == id)
        for text in ["", "\(id.job)", "\(id.job)-", "\(id.job)--1", "\(id.job)-01", "\(id.job)-1-2", "\(id.job)-+1", "x-1"] {
            #expect(PictureID(text) == nil, "\(text)")
        }
    }
}
