import Checkpoints
import Tensors

/// Files of a narrow tiny VAE with random weights, under diffusers' names.
public enum TinyVAEFile {
    /// - Parameters:
    ///   - halves: `encoder`, `decoder` or both.
    ///   - latentChannels: of the models that it is for.
    /// - Returns: the bytes of a safetensors file.
    public static func bytes(halves: [String] = ["encoder", "decoder"], latentChannels: Int = 4) -> [UInt8] {
        var generator = TorchGenerator(seed: 0)
        var tensors: [RawTensor] = []
        func add(_ name: String, from inputs: Int, to outputs: Int, hasBias: Bool = true) {
            let weights = generator.normal(outputs * inputs * 9).map { $0 / Float(inputs * 9).squareRoot() }
            tensors.append(.init(
                key: name + ".weight", elementType: .f32, shape: [outputs, inputs, 3, 3], bytes: weights.withUnsafeBytes(Array.init)))
            guard hasBias else { return }
            let bias = generator.normal(outputs).map { $0 / 20 }
            tensors.append(.init(key: name + ".bias", elementType: .f32, shape: [outputs], bytes: bias.withUnsafeBytes(Array.init)))
        }
        for half in halves {
            let isEncoder = half == "encoder"
            let layers = isEncoder ? TinyAutoencoderConfiguration.encoder : TinyAutoencoderConfiguration.decoder
            for (index, layer) in layers.enumerated() {
                let name = "\(half).layers.\(index)"
                switch layer {
                case .convolution:
                    let ends = isEncoder ? (3, latentChannels) : (latentChannels, 3)
                    add(name, from: index == 0 ? ends.0 : width, to: index == layers.count - 1 ? ends.1 : width)
                case .plainConvolution, .downsampling: add(name, from: width, to: width, hasBias: false)
                case .block: for number in [0, 2, 4] { add("\(name).conv.\(number)", from: width, to: width) }
                case .repetition, .activation: break
                }
            }
        }
        return SafetensorsWriter.file(tensors)
    }

    /// Channels of its feature maps.
    private static let width = 8
}
