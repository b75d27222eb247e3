public import Checkpoints
import GraphIR
import Tensors

extension Network {
    /// Latents to picture.
    ///
    /// Input: `latents`, f32, `[batch, latentChannels, height, width]`, as samplers leave them: `scalingFactor` and `shiftFactor` are
    /// undone inside.
    /// Output: `image`, f32, `[batch, imageChannels, height · scaleFactor, width · scaleFactor]`, about −1 … 1, not clamped.
    ///
    /// - Parameters:
    ///   - weights: of the whole autoencoder, under diffusers' names.
    ///   - weightsByteCount: size of the memory that the offsets of `weights` point into.
    /// - Throws: when a tensor is missing or has another shape than `configuration` asks for.
    /// Source: diffusers `AutoencoderKL.decode`.
    public static func vaeDecoder(
        _ configuration: VAEConfiguration, shape: InputShape = InputShape(), weights: ComponentWeights, weightsByteCount: Int
    ) throws(CheckpointError) -> Network {
        let root = Layer(weights: weights, externalByteCount: weightsByteCount, tiling: shape.tiling)
        let graph = root.graph
        let latents = graph.parameter("latents", .f32, [shape.batch, .fixed(configuration.latentChannels), shape.height, shape.width])
        var x = Features(graph.unscaledLatents(latents, configuration), channels: configuration.latentChannels)
        if configuration.usesPostQuantConvolution {
            x = try root["post_quant_conv"].convolution(x, to: configuration.latentChannels, kernel: 1)
        }
        graph.result("image", try root["decoder"].decoder(x, configuration).value)
        return root.finish()
    }

    /// Picture to the distribution of its latents.
    ///
    /// Input: `image`, f32, `[batch, imageChannels, height, width]`, −1 … 1, sides multiples of `scaleFactor`.
    /// Outputs, f32, `[batch, latentChannels, height / scaleFactor, width / scaleFactor]`, as samplers take them:
    /// `mean` (shifted and scaled) and `deviation` (standard deviation, scaled), so that latents are mean + deviation · noise.
    ///
    /// - Parameters:
    ///   - weights: of the whole autoencoder, under diffusers' names.
    ///   - weightsByteCount: size of the memory that the offsets of `weights` point into.
    /// - Throws: when a tensor is missing or has another shape than `configuration` asks for.
    /// Source: diffusers `AutoencoderKL.encode`, `DiagonalGaussianDistribution`.
    public static func vaeEncoder(
        _ configuration: VAEConfiguration, shape: InputShape = InputShape(), weights: ComponentWeights, weightsByteCount: Int
    ) throws(CheckpointError) -> Network {
        let root = Layer(weights: weights, externalByteCount: weightsByteCount, tiling: shape.tiling)
        let graph = root.graph
        let image = graph.parameter("image", .f32, [shape.batch, .fixed(configuration.imageChannels), shape.height, shape.width])
        var x = try root["encoder"].encoder(Features(image, channels: configuration.imageChannels), configuration)
        if configuration.usesQuantConvolution { x = try root["quant_conv"].convolution(x, to: x.channels, kernel: 1) }

        graph.writeDistribution(x.value, configuration)
        return root.finish()
    }
}

extension GraphBuilder {
    /// Makes `mean` and `deviation` outputs.
    /// - Parameter moments: twice the latent channels: mean, then logarithm of the variance.
    func writeDistribution(_ moments: Value, _ configuration: VAEConfiguration) {
        let moments = split(moments, axis: 1, lengths: [configuration.latentChannels, configuration.latentChannels])
        result("mean", scaledLatents(moments[0], configuration))
        // diffusers keeps the logarithm in this range.
        let deviation = exponential(multiply(clamp(moments[1], -30...20), literal(0.5)))
        result("deviation", multiply(deviation, literal(configuration.scalingFactor)))
    }

    /// Latents of the VAE, as samplers take them: shifted and scaled.
    func scaledLatents(_ latents: Value, _ configuration: VAEConfiguration) -> Value {
        let shifted = configuration.shiftFactor == 0 ? latents : subtract(latents, literal(configuration.shiftFactor))
        return multiply(shifted, literal(configuration.scalingFactor))
    }

    /// Latents of samplers, as the VAE takes them: the same undone.
    func unscaledLatents(_ latents: Value, _ configuration: VAEConfiguration) -> Value {
        let unscaled = divide(latents, literal(configuration.scalingFactor))
        return configuration.shiftFactor == 0 ? unscaled : add(unscaled, literal(configuration.shiftFactor))
    }
}

extension Layer {
    /// Source: diffusers `Decoder.forward`.
    fileprivate func decoder(_ latents: Features, _ configuration: VAEConfiguration) throws(CheckpointError) -> Features {
        let levels = Array(configuration.blockChannels.reversed())
        var x = try self["conv_in"].convolution(latents, to: levels[0])
        x = try self["mid_block"].autoencoderMiddle(x, configuration)
        for (level, channels) in levels.enumerated() {
            let block = self["up_blocks", level]
            for index in 0...configuration.layersPerBlock {
                x = try block["resnets", index].residualBlock(x, to: channels, groups: configuration.normGroups, epsilon: 1e-6)
            }
            if level < levels.count - 1 {
                x = try block["upsamplers.0.conv"].upsampledConvolution(x, to: channels)
            }
        }
        x = try self["conv_norm_out"].groupNorm(x, groups: configuration.normGroups, epsilon: 1e-6)
        return try self["conv_out"].convolution(swish(x), to: configuration.imageChannels)
    }

    /// - Returns: twice the latent channels: mean, then logarithm of the variance.
    /// Source: diffusers `Encoder.forward`.
    fileprivate func encoder(_ image: Features, _ configuration: VAEConfiguration) throws(CheckpointError) -> Features {
        let levels = configuration.blockChannels
        var x = try self["conv_in"].convolution(image, to: levels[0])
        for (level, channels) in levels.enumerated() {
            let block = self["down_blocks", level]
            for index in 0..<configuration.layersPerBlock {
                x = try block["resnets", index].residualBlock(x, to: channels, groups: configuration.normGroups, epsilon: 1e-6)
            }
            if level < levels.count - 1 {
                // One row below and one column to the right, none before: `Downsample2D` with padding 0.
                x = try block["downsamplers.0.conv"].convolution(x, to: channels, stride: 2, padding: (before: 0, after: 1))
            }
        }
        x = try self["mid_block"].autoencoderMiddle(x, configuration)
        x = try self["conv_norm_out"].groupNorm(x, groups: configuration.normGroups, epsilon: 1e-6)
        return try self["conv_out"].convolution(swish(x), to: 2 * configuration.latentChannels)
    }

    /// Source: diffusers `UNetMidBlock2D.forward`.
    private func autoencoderMiddle(_ x: Features, _ configuration: VAEConfiguration) throws(CheckpointError) -> Features {
        var x = try self["resnets.0"].residualBlock(x, to: x.channels, groups: configuration.normGroups, epsilon: 1e-6)
        if configuration.hasMidBlockAttention { x = try self["attentions.0"].pixelAttention(x, groups: configuration.normGroups) }
        return try self["resnets.1"].residualBlock(x, to: x.channels, groups: configuration.normGroups, epsilon: 1e-6)
    }

    /// Attention between all pixels, with a single head.
    private func pixelAttention(_ x: Features, groups: Int) throws(CheckpointError) -> Features {
        let h = sequence(try self["group_norm"].groupNorm(x, groups: groups, epsilon: 1e-6))
        let attended = attention(
            query: try self["to_q"].linear(h, to: x.channels),
            key: try self["to_k"].linear(h, to: x.channels),
            value: try self["to_v"].linear(h, to: x.channels),
            headCount: 1)
        return add(featureMap(try self["to_out.0"].linear(attended, to: x.channels), like: x), x)
    }
}
