public import Checkpoints
import GraphIR
import Tensors

extension Network {
    /// The denoiser of a latent diffusion model.
    ///
    /// Inputs, all f32:
    /// - `latents`: `[batch, inChannels, height, width]`; any height and width, also odd ones.
    /// - `timestep`: `[1]` for all, or `[batch]` where the batch is dynamic; training steps, 0 ..< 1000, fractional allowed.
    /// - `context`: `[batch, tokens, crossAttentionWidth]`, the text embedding.
    /// - `context_mask`, when the shape asks for it: `[batch, 1, 1, tokens]`, 0 where the embedding is there and a large negative
    ///   number where it is not; it is added before the softmax.
    /// - `vector`, when the configuration has a `vectorWidth`: `[batch, vectorWidth]`, complete: the pooled text, then the waves of each
    ///   size.
    /// - `guidance`, when the configuration has a `guidanceWidth`: `[1, guidanceWidth]`, the embedding of the guidance scale.
    /// - those of `LowRankSlots`, when the shape asks for them.
    ///
    /// Output: `noise`, `[batch, outChannels, height, width]`: what the checkpoint was trained to predict.
    ///
    /// - Parameters:
    ///   - weights: under diffusers' names.
    ///   - weightsByteCount: size of the memory that the offsets of `weights` point into.
    /// - Throws: when a tensor is missing or has another shape than `configuration` asks for.
    /// Source: diffusers `UNet2DConditionModel.forward`.
    public static func unet(
        _ configuration: UNetConfiguration, shape: InputShape = InputShape(), weights: ComponentWeights, weightsByteCount: Int
    ) throws(CheckpointError) -> Network {
        let root = Layer(weights: weights, externalByteCount: weightsByteCount, tiling: shape.tiling, slots: shape.slots)
        let unet = UNet(root: root, configuration: configuration)
        try unet.write(shape)
        return unet.root.finish()
    }
}

private struct UNet {
    let root: Layer
    let configuration: UNetConfiguration

    func write(_ shape: InputShape) throws(CheckpointError) {
        let graph = root.graph
        let latents = graph.parameter("latents", .f32, [shape.batch, .fixed(configuration.inChannels), shape.height, shape.width])
        // A single dynamic axis would make the shapes of all time embeddings dynamic.
        let timestep = graph.parameter("timestep", .f32, [shape.batch == .dynamic ? .dynamic : 1])
        let context = graph.parameter("context", .f32, [shape.batch, shape.tokens, .fixed(configuration.crossAttentionWidth)])
        let mask = shape.hasContextMask ? graph.parameter("context_mask", .f32, [shape.batch, 1, 1, shape.tokens]) : nil
        let guidance = configuration.guidanceWidth.map { Features(graph.parameter("guidance", .f32, [1, .fixed($0)]), channels: $0) }

        let vector = configuration.vectorWidth.map { Features(graph.parameter("vector", .f32, [shape.batch, .fixed($0)]), channels: $0) }

        let channels = configuration.blocks[0].channels
        let added = try vector.map { vector throws(CheckpointError) in try root["add_embedding"].vectorEmbedding(vector, to: 4 * channels) }
        let inputs = BlockInputs(
            timeEmbedding: try root["time_embedding"].timeEmbedding(
                timestep, guidance: guidance, added: added, channels: channels,
                cosineFirst: configuration.flipsSineToCosine, frequencyShift: configuration.frequencyShift),
            context: Context(Features(context, channels: configuration.crossAttentionWidth), mask: mask))
        var x = try root["conv_in"].convolution(
            Features(latents, channels: configuration.inChannels), to: configuration.blocks[0].channels)
        var skips = [x]
        x = try down(x, inputs, &skips)
        x = try middle(x, inputs)
        x = try up(x, inputs, &skips)
        x = try root["conv_norm_out"].groupNorm(x, groups: configuration.normGroups, epsilon: configuration.normEpsilon)
        x = try root["conv_out"].convolution(root.swish(x), to: configuration.outChannels)
        graph.result("noise", x.value)
    }

    /// Leaves the result of every layer in `skips`, for the way up.
    private func down(_ x: Features, _ inputs: BlockInputs, _ skips: inout [Features]) throws(CheckpointError) -> Features {
        var x = x
        for (level, block) in configuration.blocks.enumerated() {
            let layer = root["down_blocks", level]
            for index in 0..<block.layerCount {
                x = try residualBlock(layer["resnets", index], x, inputs, to: block.channels)
                if block.hasAttention { x = try attention(layer["attentions", index], x, inputs, block, depth: block.depths[index]) }
                skips.append(x)
            }
            if level < configuration.blocks.count - 1 {
                x = try layer["downsamplers.0.conv"].convolution(x, to: block.channels, stride: 2)
                skips.append(x)
            }
        }
        return x
    }

    private func middle(_ x: Features, _ inputs: BlockInputs) throws(CheckpointError) -> Features {
        let layer = root["mid_block"]
        let innermost = configuration.blocks[configuration.blocks.count - 1]
        if configuration.middle == .nothing { return x }
        var x = try residualBlock(layer["resnets.0"], x, inputs, to: innermost.channels)
        guard case .attention(let depth) = configuration.middle else { return x }
        x = try attention(layer["attentions.0"], x, inputs, innermost, depth: depth)
        return try residualBlock(layer["resnets.1"], x, inputs, to: innermost.channels)
    }

    private func up(_ x: Features, _ inputs: BlockInputs, _ skips: inout [Features]) throws(CheckpointError) -> Features {
        let graph = root.graph
        var x = x
        for (level, block) in configuration.blocks.reversed().enumerated() {
            let layer = root["up_blocks", level]
            for index in 0...block.layerCount {
                let skip = skips.removeLast()
                x = Features(graph.concatenate([x.value, skip.value], axis: 1), channels: x.channels + skip.channels)
                x = try residualBlock(layer["resnets", index], x, inputs, to: block.channels)
                if block.hasAttentionUp { x = try attention(layer["attentions", index], x, inputs, block, depth: block.depthsUp[index]) }
            }
            // Halving rounds up, so doubling could overshoot: the next skip connection has the size to return to.
            if let skip = skips.last {
                let size = graph.gather(graph.shape(of: skip.value), graph.integers([2, 3]))
                x.value = graph.resizeNearest(x.value, to: size)
                x = try layer["upsamplers.0.conv"].convolution(x, to: block.channels)
            }
        }
        return x
    }

    private func residualBlock(_ layer: Layer, _ x: Features, _ inputs: BlockInputs, to channels: Int) throws(CheckpointError) -> Features {
        try layer.residualBlock(
            x, timeEmbedding: inputs.timeEmbedding, to: channels, groups: configuration.normGroups, epsilon: configuration.normEpsilon)
    }

    private func attention(
        _ layer: Layer, _ x: Features, _ inputs: BlockInputs, _ block: UNetConfiguration.Block, depth: Int
    ) throws(CheckpointError) -> Features {
        try layer.spatialTransformer(x, context: inputs.context, TransformerOptions(
            headCount: block.headCount, depth: depth, groups: configuration.normGroups,
            usesLinearProjection: configuration.usesLinearProjection))
    }
}

/// The inputs that every block of a UNet reads besides the features.
private struct BlockInputs {
    var timeEmbedding: Features
    var context: Context
}
