import Tensors

/// Numbers in half or single precision, as files have them.
struct StoredVectors {
    private let bytes: ArraySlice<UInt8>
    private let type: ElementType
    /// How many there are.
    let count: Int

    init(_ bytes: ArraySlice<UInt8>, _ type: ElementType) throws(TextualInversionProblem) {
        guard [.f32, .f16, .bf16].contains(type) else { throw .elementType(type.rawValue) }
        self.bytes = bytes
        self.type = type
        count = bytes.count / type.byteCount
    }

    subscript(index: Int) -> Float {
        let start = bytes.startIndex + index * type.byteCount
        let bits = (0..<type.byteCount).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1) }
        return switch type {
        case .f16: Float(Float16(bitPattern: UInt16(truncatingIfNeeded: bits)))
        case .bf16: Float(bitPattern: bits << 16)
        default: Float(bitPattern: bits)
        }
    }

    /// Whether a shape is that of a word's vectors, `[vectors, width]`.
    static func fits(_ shape: [Int]) -> Bool {
        shape.count == 2 && (1...TextualInversion.mostVectors).contains(shape[0]) && Limits.width.contains(shape[1])
    }
}
