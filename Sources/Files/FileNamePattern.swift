/// A pattern for paths of picture files below a folder: `[date]/[number]-[seed]-[prompt]`.
///
/// Whatever stands for the placeholders, the paths stay in the folder, and each part of them is a `SafeFileName`.
public struct FileNamePattern: Sendable, Hashable {
    /// The parts of a pattern that every picture fills in anew. Raw values stand in the pattern, between brackets.
    public enum Placeholder: String, Sendable, CaseIterable {
        /// `2026-11-28`
        case date
        /// `14-03-59`
        case time
        /// Counts up in each folder, from `0001`.
        case number
        case seed
        /// The first words of the prompt.
        case prompt
        case model, sampler
        /// In pixels.
        case width, height
        /// The job's name.
        case job
    }

    enum Part: Sendable, Hashable {
        case text(String)
        case placeholder(Placeholder)
    }

    /// The folders from the outside in, then the file without its extension.
    private let components: [[Part]]

    /// A folder for each day, and in it names such as `0001-4063967448-cat-face`.
    public static let standard = FileNamePattern(components: [
        [.placeholder(.date)],
        [.placeholder(.number), .text("-"), .placeholder(.seed), .text("-"), .placeholder(.prompt)],
    ])

    private init(components: [[Part]]) { self.components = components }

    /// Reads a pattern; an extension `.png` at its end is dropped.
    /// - Throws: `FileNamePatternProblem` for a placeholder that there is not, and for what cannot be a path below a folder.
    public init(_ text: String) throws(FileNamePatternProblem) {
        guard text.unicodeScalars.count <= Self.mostCharacters else { throw .tooLong(Self.mostCharacters) }
        guard !text.hasPrefix("/") else { throw .absolute }
        if let character = text.unicodeScalars.first(where: { $0.properties.generalCategory == .control || $0 == "\\" }) {
            throw character == "\\" ? .backslash : .controlCharacter
        }
        let names = (text.lowercased().hasSuffix(".png") ? String(text.dropLast(4)) : text).split(
            separator: "/", omittingEmptySubsequences: false)
        guard names.count <= Self.mostComponents else { throw .tooManyFolders(Self.mostComponents - 1) }
        var components: [[Part]] = []
        for name in names {
            let bare = name.filter { $0 != " " }
            if bare.isEmpty { throw names.count == 1 ? .empty : .emptyName }
            if bare.allSatisfy({ $0 == "." }) { throw .leavesFolder(String(name)) }
            components.append(try Self.parts(of: name))
        }
        self.components = components
    }

    /// Most characters of a pattern, and most names that a path has.
    private static let (mostCharacters, mostComponents) = (200, 8)

    private static func parts(of name: Substring) throws(FileNamePatternProblem) -> [Part] {
        var parts: [Part] = []
        var rest = name
        while let start = rest.firstIndex(of: "[") {
            if start > rest.startIndex { parts.append(.text(String(rest[..<start]))) }
            guard let end = rest[start...].firstIndex(of: "]") else { throw .openBracket }
            let word = String(rest[rest.index(after: start)..<end])
            guard let placeholder = Placeholder(rawValue: word.lowercased()) else { throw .unknownPlaceholder(word) }
            parts.append(.placeholder(placeholder))
            rest = rest[rest.index(after: end)...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        return parts
    }

    /// Whether a placeholder stands anywhere in the pattern.
    public func uses(_ placeholder: Placeholder) -> Bool { components.contains { $0.contains(.placeholder(placeholder)) } }

    /// The folder of a file, without a slash at its end; empty when it lies in no folder of its own.
    public func folder(_ value: (Placeholder) -> String) -> String { Self.path(components.dropLast(), value) }

    /// The path of a file, without its extension.
    /// - Parameter value: the text for a placeholder; any text.
    public func path(_ value: (Placeholder) -> String) -> String { Self.path(components[...], value) }

    private static func path(_ components: ArraySlice<[Part]>, _ value: (Placeholder) -> String) -> String {
        components.map { parts in
            let texts = parts.map { part in
                switch part {
                case .text(let text): text
                // No slash of a value makes a folder.
                case .placeholder(let placeholder): value(placeholder)
                }
            }
            return SafeFileName.name(texts.joined(), fallback: "picture")
        }.joined(separator: "/")
    }
}

extension FileNamePattern: CustomStringConvertible, Encodable {
    /// Text that is read as the same pattern.
    public var description: String {
        components.map { parts in
            parts.map { part in
                switch part {
                case .text(let text): text
                case .placeholder(let placeholder): "[\(placeholder.rawValue)]"
                }
            }.joined()
        }.joined(separator: "/")
    }

    /// Writes the pattern as text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// Why a text is no pattern for names of files. The descriptions are parts of sentences.
public enum FileNamePatternProblem: Error, Sendable, Hashable, CustomStringConvertible {
    case empty
    case tooLong(Int)
    case tooManyFolders(Int)
    case absolute
    case leavesFolder(String)
    /// Two slashes side by side, or one at the end.
    case emptyName
    case backslash
    case controlCharacter
    case openBracket
    case unknownPlaceholder(String)

    public var description: String {
        switch self {
        case .empty: "it is empty"
        case .tooLong(let most): "it is longer than \(most) characters"
        case .tooManyFolders(let most): "it has more than \(most) folders"
        case .absolute: "it begins with \"/\", but files stay in the pictures folder"
        case .leavesFolder(let name): "\"\(name)\" leaves the folder that it is in"
        case .emptyName: "a name is missing before or after a \"/\""
        case .backslash: "folders are separated by \"/\", not \"\\\""
        case .controlCharacter: "it holds a control character"
        case .openBracket: "a \"[\" is never closed"
        case .unknownPlaceholder(let word): "there is no [\(word.prefix(40))]"
        }
    }
}
