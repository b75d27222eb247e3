/// Rows of text in columns that line up.
struct Table {
    private var rows: [[String]]

    init(header: [String]) { rows = [header] }

    mutating func append(_ row: [String]) { rows.append(row) }

    /// Leaves out the columns that have nothing below their header.
    mutating func dropEmptyColumns() {
        let kept = rows[0].indices.filter { column in rows.dropFirst().contains { !$0[column].isEmpty } }
        rows = rows.map { row in kept.map { row[$0] } }
    }

    /// Every row on a line of its own; columns are two spaces apart.
    var text: String {
        let widths = rows.reduce(into: [Int]()) { widths, row in
            for (column, cell) in row.enumerated() {
                if column < widths.count { widths[column] = max(widths[column], cell.count) } else { widths.append(cell.count) }
            }
        }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                column == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
            }
            return cells.joined(separator: "  ") + "\n"
        }.joined()
    }
}
