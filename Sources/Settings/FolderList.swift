import FoundationEssentials

/// Lists of folders, or of names, as people write them.
enum FolderList {
    /// Reads `/a:/b` and `["/a", "/b"]`. White space around a path, and empty ones, are left out.
    /// - Parameter separator: stands between two of them.
    /// - Returns: nil for a list that is no JSON list of texts.
    static func paths(in text: String, separator: Character = ":") -> [String]? {
        let text = text.trimmed
        let paths: [String]
        if text.hasPrefix("[") {
            guard let list = try? JSONDecoder().decode([String].self, from: Data(text.utf8)) else { return nil }
            paths = list
        } else {
            paths = text.split(separator: separator).map(String.init)
        }
        return paths.map(\.trimmed).filter { !$0.isEmpty }
    }

    /// Text as `paths(in:)` reads it.
    static func text(of paths: [String]) -> String {
        let isAmbiguous = paths.contains { $0.contains(":") } || paths.first?.hasPrefix("[") == true
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        guard isAmbiguous, let list = try? encoder.encode(paths) else { return paths.joined(separator: ":") }
        return String(decoding: list, as: UTF8.self)
    }
}
