import Foundation
import TestSupport
import Testing

@testable import Commands

@Suite("Who may use a server")
struct AccountFilesTests {
    @Test("a file of accounts has one in each line; a password may hold colons")
    func accounts() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("# for the studio\n\nanna:a long:secret\n  ben:x \n", to: "accounts.txt")
        #expect(try AccountFiles.accounts(inFile: path) == ["anna": "a long:secret", "ben": "x"])
    }

    @Test("files are read with the line ends and the mark of any editor", arguments: ["\n", "\r\n", "\r"], ["", "\u{FEFF}"])
    func lineEnds(end: String, mark: String) throws {
        let folder = try TemporaryFolder()
        for last in ["", end, end + end] {
            let accounts = try folder.write(
                mark + ["# for the studio", "", "anna:a secret", "  ben:x ", "# ben:y"].joined(separator: end) + last, to: "accounts.txt")
            #expect(try AccountFiles.accounts(inFile: accounts) == ["anna": "a secret", "ben": "x"])
            let keys = try folder.write(
                mark + ["# keys", "0123456789abcdef the studio", "", "0123456789abcdeg"].joined(separator: end) + last, to: "keys.txt")
            #expect(try AccountFiles.keys(inFile: keys) == ["0123456789abcdef": "the studio", "0123456789abcdeg": "key 4"])
        }
    }

    @Test("a line that is not UTF-8 is named")
    func otherEncoding() throws {
        let folder = try TemporaryFolder()
        let path = folder.url.appending(path: "keys.txt")
        try Data(Array("# keys\r\n".utf8) + [0x62, 0xF6, 0x73, 0x65]).write(to: path)
        let error = #expect(throws: CommandFailure.self) { try AccountFiles.keys(inFile: path.path) }
        #expect(error?.description.contains("Line 2 of") == true && error?.reason == .badInput)
    }

    @Test("a file of keys has one in each line, with a name behind it")
    func keys() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("0123456789abcdef the studio\n0123456789abcdeg\n", to: "keys.txt")
        #expect(try AccountFiles.keys(inFile: path) == ["0123456789abcdef": "the studio", "0123456789abcdeg": "key 2"])
    }

    @Test("what nobody could use the server with is refused", arguments: [
        ("", "has no line that says anything: nobody could use the server."), ("# later\r\n\r\n", "has no line that says anything"),
        ("short me\n", "The key in line 1"),
    ])
    func badKeys(text: String, message: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(text, to: "keys.txt")
        let error = #expect(throws: CommandFailure.self) { try AccountFiles.keys(inFile: path) }
        #expect(error?.description.contains(message) == true && error?.reason == .badInput)
    }

    @Test("a key of one's own stands alone in its file")
    func oneKey() throws {
        let folder = try TemporaryFolder()
        #expect(try AccountFiles.key(inFile: folder.write("# worker\n0123456789abcdef worker\n", to: "one.txt")) == "0123456789abcdef")
        let two = try folder.write("0123456789abcdef\n0123456789abcdeg\n", to: "two.txt")
        let error = #expect(throws: CommandFailure.self) { try AccountFiles.key(inFile: two) }
        #expect(error?.description.contains("has 2 keys") == true)
    }

    @Test("an account is a user and a password", arguments: ["anna", ":x", "anna:", ""])
    func badAccount(text: String) { #expect(throws: CommandFailure.self) { try AccountFiles.account(text, from: "--auth") } }
}
