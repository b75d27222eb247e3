import Foundation
import Tensors
import TestSupport

/// Weights that are a formula of their names: `synthetic` in Tests/Fixtures/upscalers/make_upscalers.py.
enum SyntheticWeights {
    /// Numbers of −1 to 1 by SplitMix64 from the key's hash on (FNV-1a, 64 bits), scaled: biases by 0.05; slopes 1 + 0.1 v; weights by
    /// their fan-in.
    static func values(_ key: String, _ shape: [Int]) -> [Float] {
        var random = SplitMix64(state: key.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 })
        let scale = shape.count < 2 ? 0.1 : (3 / Double(shape.dropFirst().reduce(1, *))).squareRoot()
        return (0..<shape.reduce(1, *)).map { _ in
            let value = Double(random.next() >> 40) / 8_388_608 - 1
            if key.hasSuffix("bias") { return Float(0.05 * value) }
            return Float(shape.count < 2 ? 1 + scale * value : value * scale)
        }
    }

    /// - Parameters:
    ///   - prefix: stands before each key in the formula.
    ///   - names: what the file calls tensors; those that are left out keep their names.
    static func tensors(_ shapes: [String: [Int]], prefix: String, names: [String: String] = [:]) -> [RawTensor] {
        shapes.sorted { $0.key < $1.key }.map { key, shape in
            RawTensor(
                key: names[key] ?? key, elementType: .f32, shape: shape, bytes: values(prefix + key, shape).withUnsafeBytes(Array.init))
        }
    }
}
