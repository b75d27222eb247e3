import Files


/// Reads comma-separated values (RFC 4180), as Python's `csv` module reads what A1111 writes.
///
/// A quoted field may hold commas, line ends and doubled quotes. Any line end ends a row, spaces before a field and empty lines
/// are left out, and nothing is refused: a quote inside an unquoted field is text, and the end of the file ends a quoted field.
struct CSVReader {
    private let bytes: [UInt8]
    private var position = 0

    /// The fields of each row. Bytes that are no UTF-8 become U+FFFD.
    static func rows(of bytes: [UInt8]) -> [[String]] {
        var reader = CSVReader(bytes)
        var rows: [[String]] = []
        while let row = reader.nextRow() {
            if row != [""] { rows.append(row) }
        }
        return rows
    }

    private init(_ bytes: [UInt8]) { self.bytes = TextFile.utf8(bytes) }

    private mutating func nextRow() -> [String]? {
        guard position < bytes.endIndex else { return nil }
        var row: [String] = []
        while true {
            row.append(nextField())
            guard position < bytes.endIndex else { return row }
            let separator = bytes[position]
            position += 1
            if separator == UInt8(ascii: ",") { continue }
            if separator == UInt8(ascii: "\r"), position < bytes.endIndex, bytes[position] == UInt8(ascii: "\n") { position += 1 }
            return row
        }
    }

    /// Stops at the comma or line end behind the field.
    private mutating func nextField() -> String {
        while position < bytes.endIndex, bytes[position] == UInt8(ascii: " ") { position += 1 }
        var field: [UInt8] = []
        var isQuoted = position < bytes.endIndex && bytes[position] == UInt8(ascii: "\"")
        if isQuoted { position += 1 }
        while position < bytes.endIndex {
            let byte = bytes[position]
            if isQuoted {
                if byte == UInt8(ascii: "\"") {
                    position += 1
                    guard position < bytes.endIndex, bytes[position] == UInt8(ascii: "\"") else {
                        isQuoted = false
                        continue
                    }
                }
            } else if byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                break
            }
            field.append(byte)
            position += 1
        }
        return String(decoding: field, as: UTF8.self)
    }
}
