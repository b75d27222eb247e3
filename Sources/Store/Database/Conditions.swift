import GRDB

extension [SQL] {
    /// Holds where every one of them does.
    var allHold: SQL { isEmpty ? "TRUE" : map { "(\($0))" as SQL }.joined(separator: " AND ") }
}
