public import Tensors

/// An f32 tensor as it is stored when it is quantised, and what its numbers then are.
public struct QuantizedTensor: Sendable {
    /// Under the key of the original, as f8 or i8.
    public let stored: RawTensor
    /// One number for the tensor, or one for each row.
    public let scale: [Float]
    /// stored · scale, f32.
    public let restored: RawTensor

    /// - Precondition: the tensor is f32, the type `f8e4m3`, `f8e5m2` or `i8`.
    public init(_ tensor: RawTensor, as type: ElementType, perRow: Bool) {
        precondition(tensor.elementType == .f32, "only f32 is quantised here")
        let values = tensor.bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
        let rows = perRow ? max(tensor.shape.first ?? 1, 1) : 1
        let length = values.count / rows
        let largest: Float =
            switch type {
            // Below the types' largest numbers, for the scale is rounded down.
            case .f8e4m3: 224
            case .f8e5m2: 28_672
            default: 126
            }
        var bytes: [UInt8] = [], restored: [Float] = []
        scale = (0..<rows).map { row in
            let scale = max(values[row * length..<(row + 1) * length].reduce(0) { max($0, abs($1)) } / largest, 1e-12)
            // So that bf16 can hold it.
            return Float(bitPattern: scale.bitPattern & 0xFFFF_0000)
        }
        for (index, value) in values.enumerated() {
            let factor = scale[index / length]
            let (byte, number) = Self.rounded(value / factor, to: type)
            bytes.append(byte)
            restored.append(number * factor)
        }
        stored = RawTensor(key: tensor.key, elementType: type, shape: tensor.shape, bytes: bytes)
        self.restored = RawTensor(key: tensor.key, elementType: .f32, shape: tensor.shape, bytes: restored.withUnsafeBytes(Array.init))
    }

    /// The byte that stands for a number near `value`, and that number.
    private static func rounded(_ value: Float, to type: ElementType) -> (UInt8, Float) {
        if type == .i8 {
            let whole = Int8(max(-127, min(127, value.rounded())))
            return (UInt8(bitPattern: whole), Float(whole))
        }
        let (mantissaBits, bias) = type == .f8e4m3 ? (3, 7) : (2, 15)
        let exponent = Int(value.exponentBitPattern) - 127 + bias
        guard exponent > 0 else { return (0, 0) }
        // The bits that do not fit are cut off.
        let mantissa = value.significandBitPattern >> UInt32(23 - mantissaBits)
        let byte = UInt8(value.sign == .minus ? 0x80 : 0) | UInt8(exponent << mantissaBits) | UInt8(mantissa)
        return (
            byte,
            Float(
                sign: value.sign, exponentBitPattern: value.exponentBitPattern, significandBitPattern: mantissa << UInt32(23 - mantissaBits)
            )
        )
    }
}
