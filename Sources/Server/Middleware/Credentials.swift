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

    /// Whether there are users with passwords.
    var takesPasswords: Bool { !passwords.isEmpty }
    /// Whether there are keys.
    var takesKeys: Bool { !keys.isEmpty }

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
        case (false, true): "user name and password (HTTP Basic)"
        case (true, false): "a key (Authorization: Bearer …, or as the password of HTTP Basic with any name)"
        default: "user name and password (HTTP Basic) or a key (Authorization: Bearer …)"
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
            return client(text, password: Data(text.drop { $0 != UInt8(ascii: ":") }.dropFirst()))
        case "bearer":
            return Self.find(Data(parts[1].utf8), in: keys)
        default:
            return nil
        }
    }

    /// Whose name and password, or key, somebody has typed; nil: nobody's. No user's name has a colon.
    func client(user: String, password: String) -> String? {
        guard !user.contains(":") else { return nil }
        return client(Data("\(user):\(password)".utf8), password: Data(password.utf8))
    }

    /// - Parameter text: `user:password`.
    private func client(_ text: Data, password: Data) -> String? {
        // Browsers can send a key as a password only.
        let (user, bot) = (Self.find(text, in: passwords), Self.find(password, in: keys))
        return user ?? bot
    }

    /// Takes as long whichever entry it is, and whether it is any: digests are compared whole, in constant time, and all of them.
    private static func find(_ text: Data, in entries: [Entry]) -> String? {
        let digest = SHA256.hash(data: text)
        var found: String?
        for entry in entries where entry.digest == digest { found = entry.client }
        return found
    }
}
