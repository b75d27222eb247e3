import Checkpoints
import GraphIR

extension Layer {
    /// Two convolutions beside a shortcut.
    /// - Parameters:
    ///   - x: `[batch, in, height, width]`.
    ///   - timeEmbedding: `[batch or 1, n]` after its activation, added between the convolutions; a VAE has none.
    ///   - channels: of the result.
    /// Source: diffusers `ResnetBlock2D.forward`.
    func residualBlock(
        _ x: Features, timeEmbedding: Features? = nil, to channels: Int, groups: Int, epsilon: Float
    ) throws(CheckpointError) -> Features {
        var h = try self["norm1"].groupNorm(x, groups: groups, epsilon: epsilon)
        h = try self["conv1"].convolution(swish(h), to: channels)
        if let timeEmbedding {
            let shift = try self["time_emb_proj"].linear(timeEmbedding, to: channels, rank: 2)
            h.value = graph.add(h.value, graph.reshape(shift.value, [0, 0, 1, 1]))
        }
        h = try self["norm2"].groupNorm(h, groups: groups, epsilon: epsilon)
        h = try self["conv2"].convolution(swish(h), to: channels)
        let shortcut = x.channels == channels ? x : try self["conv_shortcut"].convolution(x, to: channels, kernel: 1)
        return add(shortcut, h)
    }
}
