/// The bytes of a graph's own constants, each at a multiple of 64 and stored once.
struct LiteralPool {
    /// The alignment that vector instructions and cache lines ask for, in bytes.
    private static let alignment = 64

    /// Where the pool begins in the weights buffer.
    let start: Int
    private(set) var bytes: [UInt8] = []
    private var offsets: [[UInt8]: Int] = [:]

    init(after externalByteCount: Int) {
        start = Self.aligned(externalByteCount)
    }

    /// The place of `literal` in the weights buffer; it is appended when it is new.
    mutating func offset(of literal: [UInt8]) -> Int {
        if let known = offsets[literal] { return known }
        bytes.append(contentsOf: repeatElement(0, count: Self.aligned(bytes.count) - bytes.count))
        let offset = start + bytes.count
        bytes += literal
        offsets[literal] = offset
        return offset
    }

    private static func aligned(_ byteCount: Int) -> Int {
        (byteCount + alignment - 1) / alignment * alignment
    }
}
