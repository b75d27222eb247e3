internal import Crypto
internal import FoundationEssentials

/// The digests of passwords and keys that may use the server. Passwords and keys themselves are not kept.
struct Credentials: Sendable {
    private struct Entry {
        /// SHA-256 of `user:password`, or of a key.
        var digest: SHA256Digest
        var client: String
    }

    private let passwords: [Entry]
    private let keys: [Entry]

    init(passwords: [String: String], keys: [String: String]) {
        self.passwords = passwords.map { Entry(digest: SHA256.hash(data: Data("\($0):\($1)".utf8)), client: $0) }
        self.keys = keys.map { Entry(digest: SHA256.hash(data: Data($0.utf8)), client: $1) }
    }

    /// Whether nobody has to say who they are.
    var isEmpty: Bool { passwords.isEmpty && keys.isEmpty }

    /// The values of `WWW-Authenticate` for a refused client. Browsers ask their users for what HTTP Basic wants, and
    /// for nothing else.
    var challenges: [String] {
        (isEmpty ? [] : ["Basic realm=\"Easel\", charset=\"UTF-8\""]) + (keys.isEmpty ? [] : ["Bearer realm=\"Easel\""])
    }

    /// The words for a refused client.
    var wanted: String {
        switch (passwords.isEmpty, keys.isEmpty) {
        case (false, true): "a user's name and password (HTTP Basic)"
        case (true, false): "a key (Authorization: Bearer …, or as the password of HTTP Basic with any name)"
        default: "a user's name and password (HTTP Basic) or a key (Authorization: Bearer …)"
        }
    }

    /// Whose credentials these are; nil: nobody's.
    /// - Parameter header: the value of `Authorization`.
    func client(_ header: String) -> String? {
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        switch parts[0].lowercased() {
        case "basic":
            guard let text = Data(base64Encoded: String(parts[1])) else { return nil }
            // Browsers can send a key as a password only.
            let password = text.drop { $0 != UInt8(ascii: ":") }.dropFirst()
            let (user, bot) = (Self.find(text, in: passwords), Self.find(Data(password), in: keys))
            return user ?? bot
        case "bearer":
            return Self.find(Data(parts[1].utf8), in: keys)
        default:
            return nil
        }
    }

    /// Takes as long whichever entry it is, and whether it is any: digests are compared whole, in constant time, and all of them.
    private static func find(_ text: Data, in entries: [Entry]) -> String? {
        let digest = SHA256.hash(data: text)
        var found: String?
        for entry in entries where entry.digest == digest { found = entry.client }
        return found
    }
}
