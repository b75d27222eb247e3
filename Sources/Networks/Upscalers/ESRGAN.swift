import Checkpoints
import GraphIR

extension Layer {
    /// ESRGAN: dense blocks in residual blocks, then doublings.
    /// Source: Wang et al., "ESRGAN: Enhanced Super-Resolution Generative Adversarial Networks", 2018; Real-ESRGAN `rrdbnet_arch.py`.
    func esrgan(
        _ picture: Features, width: Int, blocks: Int, growth: Int, upsamplings: Int, unshuffle: Int
    ) throws(CheckpointError) -> Features {
        var x = picture
        if unshuffle > 1 {
            x = Features(graph.pixelsToChannels(x.value, side: unshuffle), channels: x.channels * unshuffle * unshuffle)
        }
        let first = try self["conv_first"].convolution(x, to: width)
        var y = first
        for block in 0..<blocks {
            var inner = y
            for dense in 1...3 { inner = try self["body", block]["rdb\(dense)"].denseBlock(inner, growth: growth) }
            y = addFifth(of: inner, to: y)
        }
        y = add(first, try self["conv_body"].convolution(y, to: width))
        for number in 0..<upsamplings { y = leakyRelu(try self["conv_up\(number + 1)"].upsampledConvolution(y, to: width)) }
        y = leakyRelu(try self["conv_hr"].convolution(y, to: width))
        return try self["conv_last"].convolution(y, to: 3)
    }

    /// Five convolutions, each of which sees what all before it gave.
    private func denseBlock(_ x: Features, growth: Int) throws(CheckpointError) -> Features {
        var seen = x
        for number in 1...4 {
            let added = leakyRelu(try self["conv\(number)"].convolution(seen, to: growth))
            seen = Features(graph.concatenate([seen.value, added.value], axis: 1), channels: seen.channels + growth)
        }
        return addFifth(of: try self["conv5"].convolution(seen, to: x.channels), to: x)
    }

    private func addFifth(of y: Features, to x: Features) -> Features {
        add(x, Features(graph.multiply(y.value, graph.literal(0.2)), channels: y.channels))
    }

    private func leakyRelu(_ x: Features) -> Features {
        Features(graph.prelu(x.value, graph.literal([0.2], shape: [1])), channels: x.channels)
    }
}
