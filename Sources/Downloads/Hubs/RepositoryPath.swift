/// Paths of files as hubs tell them. Nobody vouches for them, and they become paths on this disk.
enum RepositoryPath {
    /// Whether a path leads to a place below the folder that it is put behind, and no part of it is hidden.
    static func isSafe(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return path.utf8.count <= 1000 && parts.count <= 8 && parts.allSatisfy { part in
            !part.isEmpty && !part.hasPrefix(".") && part.utf8.count <= 200
                && !part.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F || $0 == "\\" }
        }
    }

    /// A path with all but letters, digits and `-_.~/` escaped, for the path of an address.
    static func escaped(_ path: String) -> String { escaped(path, keeping: "-_.~/") }

    /// The same with slashes escaped, too: for one part of a path, or a value of a query.
    static func escapedPart(_ text: String) -> String { escaped(text, keeping: "-_.~") }

    private static func escaped(_ text: String, keeping kept: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        let bytes = text.utf8.flatMap { byte -> [UInt8] in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): [byte]
            case _ where kept.utf8.contains(byte): [byte]
            default: [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
