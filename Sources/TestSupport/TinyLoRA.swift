import Checkpoints
import Tensors

/// A LoRA for a tiny checkpoint, in kohya's layout: rank 4, alpha 2. Its numbers are computed from its keys, as those of the checkpoint.
public struct TinyLoRA: Sendable {
    /// The layers that it changes.
    public enum Layers: Sendable {
        /// Linear layers and 1×1 convolutions of attention blocks, and all linear layers of the text encoders.
        case linear
        /// The UNet's convolutions.
        case convolutions
    }

    /// The way in which a layer's change is written down.
    public enum Form: Sendable {
        /// As two factors.
        case factors
        /// As the whole difference, which no slot can take.
        case difference
    }

    private let tiny: TinyCheckpoint
    private let layers: Layers
    private static let rank = 4
    private static let alpha: Float = 2

    public init(for tiny: TinyCheckpoint, _ layers: Layers = .linear) {
        self.tiny = tiny
        self.layers = layers
    }

    /// Writes the file.
    /// - Returns: its path.
    public func write(
        in folder: TemporaryFolder, name: String, as form: Form = .factors, metadata: [String: String] = [:]
    ) throws -> String {
        try folder.write(SafetensorsWriter.file(tensors(as: form), metadata: metadata), to: name + ".safetensors")
    }

    private func tensors(as form: Form) -> [RawTensor] {
        var tensors = ParameterShapes(unet: tiny.unet).shapes.flatMap { changes("lora_unet", $0.name, $0.shape, form) }
        guard layers == .linear else { return tensors }
        for (index, encoder) in tiny.textEncoders.enumerated() {
            let prefix = tiny.textEncoders.count == 1 ? "lora_te" : "lora_te\(index + 1)"
            tensors += ParameterShapes(textEncoder: encoder).shapes.flatMap { changes(prefix, "text_model." + $0.name, $0.shape, form) }
        }
        return tensors
    }

    private func changes(_ prefix: String, _ name: String, _ shape: [Int], _ form: Form) -> [RawTensor] {
        guard name.hasSuffix(".weight"), shape.count > 1, !name.contains("embedding"), !name.contains("text_projection") else { return [] }
        let isOfUNet = prefix == "lora_unet"
        guard layers == .convolutions ? isOfUNet && shape.count == 4 : !isOfUNet || name.contains(".attentions.") else { return [] }
        let layer = "\(prefix)_\(name.dropLast(".weight".count).replacing(".", with: "_"))"
        // Numbers of its own for each kind.
        let salt = layers == .convolutions ? "b" : ""
        var down = tiny.random("\(salt)\(layer).lora_down.weight", [Self.rank] + shape.dropFirst())
        var up = tiny.random("\(salt)\(layer).lora_up.weight", [shape[0], Self.rank] + shape.dropFirst(2).map { _ in 1 })
        (down.key, up.key) = ("\(layer).lora_down.weight", "\(layer).lora_up.weight")
        switch form {
        case .factors: return [down, up, .f32("\(layer).alpha", [], [Self.alpha])]
        case .difference:
            let (a, b) = (down.halves, up.halves), inner = shape.dropFirst().reduce(1, *)
            var difference = [Float](repeating: 0, count: shape[0] * inner)
            for row in 0..<shape[0] {
                for rank in 0..<Self.rank {
                    let factor = b[row * Self.rank + rank] * Self.alpha / Float(Self.rank)
                    for column in 0..<inner { difference[row * inner + column] += factor * a[rank * inner + column] }
                }
            }
            return [.f32("\(layer).diff", shape, difference)]
        }
    }
}

extension RawTensor {
    fileprivate static func f32(_ key: String, _ shape: [Int], _ values: [Float]) -> RawTensor {
        RawTensor(key: key, elementType: .f32, shape: shape, bytes: values.withUnsafeBytes(Array.init))
    }

    /// The numbers of an f16 tensor.
    fileprivate var halves: [Float] {
        bytes.withUnsafeBytes { bytes in
            (0..<bytes.count / 2).map { Float(bytes.loadUnaligned(fromByteOffset: 2 * $0, as: Float16.self)) }
        }
    }
}
