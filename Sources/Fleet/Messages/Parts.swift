/// Files in parts: messages of brokers are limited.
public enum Parts {
    /// Bytes of each part but the last.
    public static let size = 512 << 10

    /// Number of parts of a file.
    public static func count(ofBytes byteCount: Int) -> Int { (byteCount + size - 1) / size }

    /// Cuts a file.
    public static func split(_ file: [UInt8]) -> [ArraySlice<UInt8>] {
        stride(from: 0, to: file.count, by: size).map { file[$0..<min($0 + size, file.count)] }
    }

    /// Joins the parts of a picture's file, and compares them with what was announced.
    /// - Throws: `PictureDamaged`.
    static func joined(_ parts: [[UInt8]], as file: PictureFile) throws(PictureDamaged) -> [UInt8] {
        guard parts.count == file.parts, parts.reduce(0, { $0 + $1.count }) == file.bytes else { throw PictureDamaged(file.number) }
        let bytes = Array(parts.joined())
        guard ContentHash(of: bytes) == file.sha256 else { throw PictureDamaged(file.number) }
        return bytes
    }
}

/// A picture that came otherwise than its worker sent it.
struct PictureDamaged: Error, CustomStringConvertible {
    let number: Int

    init(_ number: Int) { self.number = number }

    /// The error as a sentence for the log.
    var description: String { "Picture \(number + 1) is incomplete or damaged: its size or SHA-256 differs from what the worker told." }
}
