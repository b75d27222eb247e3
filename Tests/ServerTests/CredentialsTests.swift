import Foundation
@testable import Server
import Testing

@Suite("Whose credentials these are")
struct CredentialsTests {
    private let credentials = Credentials(passwords: ["ada": "p:w", "bob": "böse"], keys: ["sk-1234": "bot"])

    private static func basic(_ text: String) -> String { "Basic " + Data(text.utf8).base64EncodedString() }

    @Test(
        "names and passwords, keys, and nothing else",
        arguments: [
            (basic("ada:p:w"), "ada"), (basic("bob:böse"), "bob"), ("basic " + Data("ada:p:w".utf8).base64EncodedString(), "ada"),
            ("Bearer sk-1234", "bot"), ("bearer sk-1234", "bot"),
            (basic("ada:p"), nil), (basic("ada:"), nil), (basic("ada"), nil), (basic(":p:w"), nil), (basic(""), nil),
            (basic("bot:sk-1234"), "bot"), (basic("anybody:sk-1234"), "bot"), (basic(":sk-1234"), "bot"), (basic("sk-1234"), nil),
            (basic("sk-1234:"), nil),
            ("Bearer sk-123", nil), ("Bearer sk-12345", nil), ("Bearer ", nil), ("Bearer", nil), ("sk-1234", nil), ("", nil),
            ("Bearer ada:p:w", nil), ("Basic sk-1234", nil), ("Digest sk-1234", nil),
        ] as [(String, String?)])
    func clients(header: String, client: String?) { #expect(credentials.client(header) == client) }

    @Test("a server without any lets nobody pass for somebody")
    func none() {
        let none = Credentials(passwords: [:], keys: [:])
        #expect(none.isEmpty)
        #expect(none.client(Self.basic(":")) == nil)
        #expect(none.client("Bearer ") == nil)
    }

    @Test("what is asked for is challenged; HTTP Basic in any case, for browsers know no other way")
    func challenges() {
        #expect(Credentials(passwords: [:], keys: [:]).challenges == [])
        #expect(Credentials(passwords: ["a": "b"], keys: [:]).challenges == ["Basic realm=\"Easel\", charset=\"UTF-8\""])
        #expect(
            Credentials(passwords: [:], keys: ["a": "b"]).challenges == [
                "Basic realm=\"Easel\", charset=\"UTF-8\"", "Bearer realm=\"Easel\""])
        #expect(credentials.challenges.count == 2)
    }
}
