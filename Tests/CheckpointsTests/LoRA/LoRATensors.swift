import Tensors
import TestSupport

@testable import Checkpoints

extension RawTensor {
    /// An f32 tensor.
    init(_ key: String, _ shape: [Int], _ values: [Float]) {
        self.init(key: key, elementType: .f32, shape: shape, bytes: values.withUnsafeBytes(Array.init))
    }

    /// Numbers between -1 and 1 that the key alone decides.
    init(_ key: String, _ shape: Int...) { self.init(random: key, shape) }

    init(random key: String, _ shape: [Int], times factor: Float = 1) {
        var generator = SplitMix64(state: 7)
        for byte in key.utf8 { generator.state = (generator.state ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        self.init(key, shape, (0..<shape.reduce(1, *)).map { _ in factor * generator.nextSymmetric() })
    }
}

extension TemporaryFolder {
    func lora(_ tensors: [RawTensor], metadata: [String: String] = [:], name: String = "style.safetensors") throws -> LoRAFile {
        try LoRAFile(path: write(SafetensorsWriter.file(tensors, metadata: metadata), to: name))
    }
}

extension Array<Float> {
    /// The largest difference, relative to the largest number of the other.
    func distance(to other: [Float]) -> Float {
        guard count == other.count else { return .infinity }
        let largest = other.reduce(0) { Swift.max($0, abs($1)) }
        return zip(self, other).reduce(0) { Swift.max($0, abs($1.0 - $1.1)) } / Swift.max(largest, 1e-30)
    }
}
