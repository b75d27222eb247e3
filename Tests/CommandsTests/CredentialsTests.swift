import TestSupport
import Testing

@testable import Commands

@Suite("Who may use a server")
struct CredentialsTests {
    @Test("a file of accounts has one in each line; a password may hold colons")
    func accounts() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("# for the studio\n\nanna:a long:secret\n  ben:x \n", to: "accounts.txt")
        #expect(try Credentials.accounts(inFile: path) == ["anna": "a long:secret", "ben": "x"])
    }

    @Test("a file of keys has one in each line, with a name behind it")
    func keys() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("0123456789abcdef the studio\n0123456789abcdeg\n", to: "keys.txt")
        #expect(try Credentials.keys(inFile: path) == ["0123456789abcdef": "the studio", "0123456789abcdeg": "key 2"])
    }

    @Test("what nobody could use the server with is refused", arguments: [
        ("", "is empty: nobody could use the server."), ("# later\n", "is empty: nobody could use the server."),
        ("short me\n", "The key in line 1"),
    ])
    func badKeys(text: String, message: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(text, to: "keys.txt")
        let error = #expect(throws: CommandFailure.self) { try Credentials.keys(inFile: path) }
        #expect(error?.description.contains(message) == true && error?.reason == .badInput)
    }

    @Test("an account is a user and a password", arguments: ["anna", ":x", "anna:", ""])
    func badAccount(text: String) { #expect(throws: CommandFailure.self) { try Credentials.account(text, from: "--auth") } }
}
