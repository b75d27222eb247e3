import Checkpoints
import GraphIR

extension Layer {
    /// Six blocks whose answers weigh themselves.
    /// Source: Wan et al., "Swift Parameter-free Attention Network for Efficient Super-Resolution", 2023; its `span_arch.py`.
    func span(_ picture: Features, width: Int, scale: Int, isNormalized: Bool) throws(CheckpointError) -> Features {
        var x = picture
        if isNormalized {
            let mean = graph.literal([0.4488, 0.4371, 0.4040], shape: [1, 3, 1, 1])
            x.value = graph.multiply(graph.subtract(x.value, mean), graph.literal(255))
        }
        let first = try self["conv_1"].fusedConvolution(x, to: width)
        var outputs = [first]
        var inner = first
        for block in 1...6 {
            let (output, activated) = try self["block_\(block)"].spanBlock(outputs[block - 1])
            outputs.append(output)
            inner = activated
        }
        let last = try self["conv_2"].fusedConvolution(outputs[6], to: width)
        let joined = graph.concatenate([first, last, outputs[1], inner].map(\.value), axis: 1)
        let y = try self["conv_cat"].convolution(Features(joined, channels: 4 * width), to: width, kernel: 1)
        let shuffled = try self["upsampler.0"].convolution(y, to: 3 * scale * scale)
        return scale == 1 ? shuffled : Features(graph.channelsToPixels(shuffled.value, side: scale), channels: 3)
    }

    /// - Returns: the block's answer, and that of its first convolution after the activation, which works in place there.
    private func spanBlock(_ x: Features) throws(CheckpointError) -> (output: Features, activated: Features) {
        let activated = swish(try self["c1_r"].fusedConvolution(x, to: x.channels))
        let second = swish(try self["c2_r"].fusedConvolution(activated, to: x.channels))
        let third = try self["c3_r"].fusedConvolution(second, to: x.channels)
        let attention = graph.subtract(graph.sigmoid(third.value), graph.literal(0.5))
        return (Features(graph.multiply(graph.add(third.value, x.value), attention), channels: x.channels), activated)
    }

    /// Convolutions 1×1, 3×3 and 1×1 in a row and a 1×1 beside them, as the single 3×3 that they make up: pixels outside the picture are 0
    /// before the first of them, not after it. The compiler computes its weights once.
    private func fusedConvolution(_ x: Features, to channels: Int) throws(CheckpointError) -> Features {
        let (input, between) = (x.channels, 2 * channels)
        func vector(_ layer: String, _ count: Int) throws(CheckpointError) -> Value {
            try self[layer].weight("bias", [count], as: [count, 1], isComputedWith: true)
        }
        let narrow = try self["conv.0"].weight("weight", [2 * input, input, 1, 1], as: [2 * input, input], isComputedWith: true)
        let kernels = try self["conv.1"].weight("weight", [between, 2 * input, 3, 3], as: [between, 2 * input, 9], isComputedWith: true)
        let wide = try self["conv.2"].weight("weight", [channels, between, 1, 1], as: [channels, between], isComputedWith: true)
        let beside = try self["sk"].weight("weight", [channels, input, 1, 1], as: [channels, input, 1], isComputedWith: true)

        // [between, 9, 2 · input] · [2 · input, input], then [channels, between] · [between, 9 · input].
        let spread = graph.matMul(graph.transpose(kernels, [0, 2, 1]), narrow)
        let joined = graph.matMul(wide, graph.reshape(spread, [between, 9 * input]))
        let rows = graph.transpose(graph.reshape(joined, [channels, 9, input]), [0, 2, 1])
        let centre = graph.literal([0, 0, 0, 0, 1, 0, 0, 0, 0], shape: [1, 1, 9])
        let weight = graph.reshape(graph.add(rows, graph.multiply(beside, centre)), [channels, input, 3, 3])

        // The first bias goes through all nine places of the kernels.
        let sums = graph.reshape(
            graph.matMul(kernels, graph.literal(.init(repeating: 1, count: 9), shape: [9, 1])), [between, 2 * input])
        var bias = graph.add(graph.matMul(sums, try vector("conv.0", 2 * input)), try vector("conv.1", between))
        bias = graph.add(graph.add(graph.matMul(wide, bias), try vector("conv.2", channels)), try vector("sk", channels))

        let y = graph.convolution(x.value, weight, padding: (before: 1, after: 1))
        return Features(graph.add(y, graph.reshape(bias, [1, channels, 1, 1])), channels: channels)
    }
}
