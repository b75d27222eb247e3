import Foundation
public import Generation

/// The part of an error that a client may read: Easel's own sentences, and the same as data, without the places of files.
public struct PublicReason: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The sentences.
    public let description: String
    /// The reason as data. Texts among its values name no folders.
    public let reason: ErrorReason

    /// Makes a reason from sentences for a client.
    public init(_ reason: ErrorReason, _ description: String) {
        self.description = description
        self.reason = reason
    }

    /// - Parameters:
    ///   - error: its whole text belongs in the log.
    ///   - otherwise: what is told of an error whose words are not for clients.
    public init(
        _ error: any Error, otherwise: String = "Drawing failed. The reason is in the server's log, under the name of the job."
    ) {
        // Only texts that were written to be read: those of Foundation and of the database may hold anything, prompts too.
        if error is CancellationError {
            self.init(ErrorReason(.brokenOff), "Drawing was broken off for a reason that nobody gave. Try again.")
        } else if type(of: error) is any CustomStringConvertible.Type, !(error is any CustomNSError), type(of: error) != NSError.self {
            var reason = (error as? any ReasonedError)?.errorReason ?? ErrorReason(.failed)
            reason.values = reason.values.mapValues { $0.mapTexts(Self.withoutFolders) }
            self.init(reason, Self.withoutFolders("\(error)"))
        } else {
            self.init(ErrorReason(.failed), otherwise)
        }
    }

    /// Replaces each path by its last part: `/srv/models/a.safetensors` by `a.safetensors`.
    public static func withoutFolders(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        // A path begins where a word does.
        var before: Character?
        while let next = rest.first {
            let isStart = before.map { !$0.isLetter && !$0.isNumber && !"./~_-:".contains($0) } ?? true
            guard isStart, let path = Self.path(at: rest, after: before) else {
                result.append(next)
                before = next
                rest.removeFirst()
                continue
            }
            let name = path.split(separator: "/").last.map(String.init) ?? "a folder"
            result += name
            before = name.last
            rest = rest[path.endIndex...]
        }
        return result
    }

    /// The path that a text begins with. One in quotation marks ends with them, another with the word.
    private static func path(at text: Substring, after quote: Character?) -> Substring? {
        guard let beginning = ["/", "~/", "./", "../", "file:/"].first(where: text.hasPrefix) else { return nil }
        let body = text.dropFirst(beginning.count)
        let end: String.Index?
        if let quote, let closing = ["\"": "\"", "'": "'", "“": "”", "`": "`"][quote] as Character? {
            end = body.firstIndex(of: closing)
        } else {
            end = body.firstIndex { $0.isWhitespace || ",;:()\"'".contains($0) }
        }
        let path = text[..<(end ?? text.endIndex)]
        // A lone stroke, as in "and / or", is no path.
        return path.contains { $0.isLetter || $0.isNumber } ? path : nil
    }
}

extension PublicReason: ExpressibleByStringLiteral {
    /// Makes a reason that is told in words alone.
    public init(stringLiteral text: String) { self.init(ErrorReason(.failed), text) }
}
