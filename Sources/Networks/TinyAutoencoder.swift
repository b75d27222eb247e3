public import Checkpoints
import GraphIR
import Tensors

extension Network {
    /// Latents to picture, by a tiny VAE.
    ///
    /// Input: `latents`, f32, `[batch, latentChannels, height, width]`, as samplers leave them.
    /// Output: `image`, f32, `[batch, 3, height · 8, width · 8]`, about −1 … 1, not clamped.
    ///
    /// - Parameters:
    ///   - weights: of the whole tiny VAE, under diffusers' names.
    ///   - weightsByteCount: size of the memory that the offsets of `weights` point into.
    /// - Throws: when a tensor is missing or has another shape than `configuration` asks for.
    /// Source: github.com/madebyollin/taesd, `taesd.py`; diffusers `AutoencoderTiny.decode`.
    public static func tinyDecoder(
        _ configuration: TinyAutoencoderConfiguration, shape: InputShape = InputShape(), weights: ComponentWeights, weightsByteCount: Int
    ) throws(CheckpointError) -> Network {
        let root = Layer(weights: weights, externalByteCount: weightsByteCount, tiling: shape.tiling)
        let graph = root.graph
        let latents = graph.parameter("latents", .f32, [shape.batch, .fixed(configuration.latentChannels), shape.height, shape.width])
        let limit = graph.literal(3)
        let limited = graph.multiply(graph.hyperbolicTangent(graph.divide(latents, limit)), limit)
        let x = Features(limited, channels: configuration.latentChannels)
        let y = try root["decoder"].tinyLayers(TinyAutoencoderConfiguration.decoder, x, width: configuration.width, to: 3)
        // Pictures of 0 … 1.
        graph.result("image", graph.subtract(graph.multiply(y.value, graph.literal(2)), graph.literal(1)))
        return root.finish()
    }

    /// Picture to latents, by a tiny VAE: a single answer, without a deviation.
    ///
    /// Input: `image`, f32, `[batch, 3, height, width]`, −1 … 1, sides multiples of 8.
    /// Output: `latents`, f32, `[batch, latentChannels, height / 8, width / 8]`, as samplers take them.
    ///
    /// - Parameters:
    ///   - weights: of the whole tiny VAE, under diffusers' names.
    ///   - weightsByteCount: size of the memory that the offsets of `weights` point into.
    /// - Throws: when a tensor is missing or has another shape than `configuration` asks for.
    /// Source: github.com/madebyollin/taesd, `taesd.py`; diffusers `AutoencoderTiny.encode`.
    public static func tinyEncoder(
        _ configuration: TinyAutoencoderConfiguration, shape: InputShape = InputShape(), weights: ComponentWeights, weightsByteCount: Int
    ) throws(CheckpointError) -> Network {
        let root = Layer(weights: weights, externalByteCount: weightsByteCount, tiling: shape.tiling)
        let graph = root.graph
        let image = graph.parameter("image", .f32, [shape.batch, 3, shape.height, shape.width])
        let half = graph.literal(0.5)
        let x = Features(graph.add(graph.multiply(image, half), half), channels: 3)
        let y = try root["encoder"].tinyLayers(
            TinyAutoencoderConfiguration.encoder, x, width: configuration.width, to: configuration.latentChannels)
        graph.result("latents", y.value)
        return root.finish()
    }
}

extension Layer {
    /// - Parameter channels: of the result.
    fileprivate func tinyLayers(
        _ layers: [TinyAutoencoderConfiguration.Layer], _ x: Features, width: Int, to channels: Int
    ) throws(CheckpointError) -> Features {
        var x = x
        for (index, kind) in layers.enumerated() {
            let layer = self["layers", index]
            switch kind {
            case .convolution: x = try layer.convolution(x, to: index == layers.count - 1 ? channels : width)
            case .downsampling: x = try layer.convolution(x, to: width, stride: 2, bias: false)
            case .activation: x = relu(x)
            case .block: x = try layer.tinyBlock(x)
            // The convolution that follows repeats the pixels.
            case .repetition: break
            case .plainConvolution: x = try layer.upsampledConvolution(x, to: width, bias: false)
            }
        }
        return x
    }

    private func tinyBlock(_ x: Features) throws(CheckpointError) -> Features {
        var y = x
        for number in [0, 2, 4] {
            y = try self["conv", number].convolution(number == 0 ? y : relu(y), to: x.channels)
        }
        return relu(add(y, x))
    }
}
