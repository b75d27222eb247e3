import Files

/// A `styles.csv`, as A1111 writes it, that styles are put into.
///
/// Rows and columns that are there stay, in their order. A file without a header gets one.
public struct StyleSheet: Sendable {
    private var columns: [String]
    private var rows: [[String]]

    /// Reads a file's contents; those of an empty or missing file have no rows.
    public init(_ bytes: [UInt8] = []) {
        (columns, rows) = StyleLibrary.table(in: bytes)
    }

    /// Puts a style in, in the place of the one that has its name.
    public mutating func put(_ style: Style) {
        let fields = ["name": style.name, Self.column("prompt", "text", in: columns): style.prompt,
            Self.column("negative_prompt", "negative", in: columns): style.negativePrompt]
        for column in fields.keys.sorted().reversed() where !columns.contains(column) { columns.append(column) }
        guard let nameColumn = columns.firstIndex(of: "name") else { return }
        // The last row counts where several have the name.
        let place = rows.lastIndex { nameColumn < $0.count && $0[nameColumn].trimmingSpace == style.name }
        var row = place.map { rows[$0] } ?? []
        row += Array(repeating: "", count: max(0, columns.count - row.count))
        for (index, column) in columns.enumerated() { if let text = fields[column] { row[index] = text } }
        if let place { rows[place] = row } else { rows.append(row) }
    }

    /// Whether a style has this name.
    public func has(_ name: String) -> Bool {
        guard let column = columns.firstIndex(of: "name") else { return false }
        return rows.contains { column < $0.count && $0[column].trimmingSpace == name }
    }

    /// The file's new contents, in UTF-8 with the mark at the start that A1111 writes, and Excel needs.
    public var bytes: [UInt8] {
        let lines = ([columns] + rows).map { $0.map(Self.field).joined(separator: ",") + "\r\n" }
        return Array(("\u{FEFF}" + lines.joined()).utf8)
    }

    /// The spelling of a column that a file has.
    private static func column(_ name: String, _ older: String, in columns: [String]) -> String {
        columns.contains(name) || !columns.contains(older) ? name : older
    }

    private static func field(_ text: String) -> String {
        let isPlain = !text.utf8.contains { ",\"\r\n".utf8.contains($0) } && text.first != " " && text.last != " "
        return isPlain ? text : "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
