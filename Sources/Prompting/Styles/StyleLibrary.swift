import Files
public import Generation

/// Styles by name.
public struct StyleLibrary: Sendable {
    /// In the order of their files. Of styles of one name, the last.
    public private(set) var styles: [Style] = []
    /// Files that were passed over while reading.
    public internal(set) var warnings: [Notice] = []
    private var indices: [String: Int] = [:]

    /// An empty library.
    /// - Parameter error: why there is nothing in it, if there is a reason.
    public init(because error: StyleError? = nil) { warnings = error.map { [$0.notice] } ?? [] }

    /// Adds a style, in place of the one that has the same name.
    public mutating func add(_ style: Style) {
        if let index = indices[style.name] {
            styles[index] = style
        } else {
            indices[style.name] = styles.count
            styles.append(style)
        }
    }

    /// Adds the styles of another library, as far as there is none of their names.
    public mutating func fill(from other: StyleLibrary) {
        for style in other.styles where indices[style.name] == nil { add(style) }
        warnings += other.warnings
    }

    /// The style called `name`. One in a folder, `art/ink`, is also found by its last part, `ink`, unless several have it.
    public func style(named name: String) throws(StyleError) -> Style {
        if let style = find(name) { return style }
        throw .unknownStyle(name: name, nearest: styles.map(\.name).nearest(to: name), others: styles.count)
    }

    private func find(_ name: String) -> Style? {
        if let index = indices[name] { return styles[index] }
        let inFolders = styles.filter { $0.name.hasSuffix("/" + name) }
        return inFolders.count == 1 ? inFolders[0] : nil
    }

    /// The names in a list that is separated by commas. Names may have commas themselves: of those that a place can begin, the longest
    /// is meant that is a style's. What is no style's ends at the next comma.
    public func names(in list: String) -> [String] {
        let parts = list.split(separator: ",", omittingEmptySubsequences: false)
        var names: [String] = []
        var start = 0
        while start < parts.count {
            let candidates = (start..<parts.count).lazy.reversed().map {
                (end: $0 + 1, name: parts[start...$0].joined(separator: ",").trimmingSpace)
            }
            let found = candidates.first { $0.end == start + 1 || find($0.name) != nil } ?? (start + 1, "")
            if !found.name.isEmpty { names.append(found.name) }
            start = found.end
        }
        return names
    }

    /// A prompt and its negative prompt in several styles, one after another.
    /// - Returns: also warnings, such as of fields that do nothing here.
    public func apply(
        _ names: [String], prompt: String, negativePrompt: String
    ) throws(StyleError) -> (prompt: String, negativePrompt: String, warnings: [Notice]) {
        var (prompt, negativePrompt) = (prompt, negativePrompt)
        var warnings: [Notice] = []
        for name in names {
            let style = try style(named: name)
            // A style that repeats {prompt} doubles the text, and so does the next.
            guard prompt.utf8.count + negativePrompt.utf8.count <= Self.longestText else {
                warnings.append(Notice(
                    .styleLeftOut, ["name": .init(name), "max": .init(Self.longestText)],
                    "Style \"\(name)\" was left out: the prompt has grown to more than \(Self.longestText) bytes."))
                continue
            }
            prompt = style.applied(toPrompt: prompt)
            negativePrompt = style.applied(toNegativePrompt: negativePrompt)
            if !style.ignoredFields.isEmpty {
                warnings.append(Notice(
                    .styleFieldsUnused, ["name": .init(name), "names": .init(style.ignoredFields)],
                    "Style \"\(name)\": \(style.ignoredFields.joined(separator: ", ")) "
                        + "\(style.ignoredFields.count == 1 ? "has" : "have") no effect."))
            }
        }
        return (prompt, negativePrompt, warnings)
    }

    static let longestText = 1 << 20
}

/// The two forms that styles are stored in.
extension StyleLibrary {
    /// A1111's `styles.csv`: `name,prompt,negative_prompt`. The columns may come in any order; `text` is what old files call the prompt.
    /// Without a header the columns are those three.
    public mutating func add(csv bytes: [UInt8]) {
        let (columns, rows) = Self.table(in: bytes)
        for row in rows {
            let fields = Dictionary(zip(columns, row)) { first, _ in first }
            guard let name = fields["name"]?.trimmingSpace, !name.isEmpty else { continue }
            let prompt = fields["prompt"] ?? fields["text"] ?? ""
            let negativePrompt = fields["negative_prompt"] ?? fields["negative"] ?? ""
            // A1111 draws such rows as lines between the styles.
            if prompt.isEmpty, negativePrompt.isEmpty, name.hasPrefix("---") { continue }
            add(Style(name: name, prompt: prompt, negativePrompt: negativePrompt))
        }
    }

    /// The columns of a `styles.csv`, in lower case, and the rows below them.
    static func table(in bytes: [UInt8]) -> (columns: [String], rows: [[String]]) {
        let rows = CSVReader.rows(of: bytes)
        guard let header = rows.first?.map({ $0.trimmingSpace.lowercased() }), header.contains("name"),
            header.contains("prompt") || header.contains("text")
        else { return (["name", "prompt", "negative_prompt"], rows) }
        return (header, Array(rows.dropFirst()))
    }

    /// SD.Next's JSON: one style, or a list of them, with `name`, `prompt` and `negative`.
    /// - Parameters:
    ///   - path: for messages; the file's name is the style's where it gives none.
    ///   - folder: put before the names, with a slash; empty for none.
    public mutating func add(json bytes: [UInt8], path: String, folder: String = "") throws(StyleError) {
        for stored in try StoredStyle.styles(in: bytes, path: path) {
            let file = path.split(separator: "/").last.map { $0.hasSuffix(".json") ? $0.dropLast(5) : $0 } ?? ""
            let name = (stored.name ?? String(file)).filter { $0 != "\t" && $0 != "\r" && $0 != "\n" && $0 != "\r\n" }.trimmingSpace
            add(Style(
                name: folder.isEmpty ? name : folder + "/" + name, prompt: stored.prompt, negativePrompt: stored.negativePrompt,
                ignoredFields: stored.ignoredFields))
        }
    }
}
