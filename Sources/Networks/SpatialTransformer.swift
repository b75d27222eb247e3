import Checkpoints
import GraphIR

/// The text that a UNet attends to.
struct Context {
    /// `[batch, tokens, width]`.
    var features: Features
    /// `[batch, 1, 1, tokens]`, added before the softmax; nil when every position counts.
    var mask: Value?

    init(_ features: Features, mask: Value? = nil) {
        self.features = features
        self.mask = mask
    }
}

/// The form of an attention layer.
struct TransformerOptions {
    var headCount: Int
    var depth: Int
    var groups: Int
    var usesLinearProjection: Bool
}

extension Layer {
    /// Lets the pixels of a feature map attend to each other and to the text.
    /// - Parameter x: `[batch, channels, height, width]`.
    /// Source: diffusers `Transformer2DModel.forward`.
    func spatialTransformer(_ x: Features, context: Context, _ options: TransformerOptions) throws(CheckpointError) -> Features {
        var h = try self["norm"].groupNorm(x, groups: options.groups, epsilon: 1e-6)
        if options.usesLinearProjection {
            h = try self["proj_in"].linear(sequence(h), to: x.channels)
        } else {
            h = sequence(try self["proj_in"].convolution(h, to: x.channels, kernel: 1))
        }
        for index in 0..<options.depth {
            h = try self["transformer_blocks", index].transformerBlock(h, context: context, headCount: options.headCount)
        }
        if options.usesLinearProjection {
            h = featureMap(try self["proj_out"].linear(h, to: x.channels), like: x)
        } else {
            h = try self["proj_out"].convolution(featureMap(h, like: x), to: x.channels, kernel: 1)
        }
        return add(h, x)
    }

    /// Self-attention, attention to the text, feed-forward; each normalised before and added to its input after.
    /// Source: diffusers `BasicTransformerBlock.forward`.
    private func transformerBlock(_ x: Features, context: Context, headCount: Int) throws(CheckpointError) -> Features {
        var x = x
        let own = try self["norm1"].layerNorm(x)
        x = add(try self["attn1"].attention(own, to: Context(own), headCount: headCount), x)
        x = add(try self["attn2"].attention(try self["norm2"].layerNorm(x), to: context, headCount: headCount), x)
        return add(try self["ff"].feedForward(try self["norm3"].layerNorm(x)), x)
    }

    /// Source: diffusers `Attention` with `AttnProcessor2_0`.
    private func attention(_ x: Features, to context: Context, headCount: Int) throws(CheckpointError) -> Features {
        let attended = attention(
            query: try self["to_q"].linear(x, to: x.channels, bias: false),
            key: try self["to_k"].linear(context.features, to: x.channels, bias: false),
            value: try self["to_v"].linear(context.features, to: x.channels, bias: false),
            headCount: headCount, mask: context.mask)
        return try self["to_out.0"].linear(attended, to: x.channels)
    }

    /// A hidden layer four times as wide, gated: value · GELU(gate).
    /// Source: diffusers `FeedForward` with `GEGLU`.
    private func feedForward(_ x: Features) throws(CheckpointError) -> Features {
        let width = 4 * x.channels
        // Two matrix products instead of one that is split: the gate's GELU is then fused, and nothing is copied.
        let value = try self["net.0.proj"].linear(x, part: 0..<width, of: 2 * width)
        let gate = try self["net.0.proj"].linear(x, part: width..<2 * width, of: 2 * width)
        let gated = graph.multiply(value.value, graph.gelu(gate.value))
        return try self["net.2"].linear(Features(gated, channels: width), to: x.channels)
    }
}
