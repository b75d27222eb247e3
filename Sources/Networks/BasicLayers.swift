import Checkpoints
import Generation
import GraphIR

extension Layer {
    /// torch `Linear`: x · weightᵀ + bias, over the last axis.
    /// - Parameter rank: number of axes of `x`.
    func linear(_ x: Features, to channels: Int, bias: Bool = true, rank: Int = 3) throws(CheckpointError) -> Features {
        try linear(x, part: 0..<channels, of: channels, bias: bias, rank: rank)
    }

    /// The channels `part` of a linear layer's result, at the cost of that part.
    func linear(
        _ x: Features, part: Range<Int>, of channels: Int, bias: Bool = true, rank: Int = 3
    ) throws(CheckpointError) -> Features {
        var y = graph.matMulTransposed(x.value, try weight("weight", [channels, x.channels], rows: part))
        if bias {
            let view = [Int](repeating: 1, count: rank - 1) + [part.count]
            y = graph.add(y, try weight("bias", [channels], rows: part, as: view))
        }
        return Features(addingSlot(to: y, of: x, part: part), channels: part.count)
    }

    /// torch `Conv2d`, whose `padding_mode` is `circular` along axes that tile.
    /// - Parameter padding: rows and columns before and after; nil for as many as keep the size.
    func convolution(
        _ x: Features, to channels: Int, kernel: Int = 3, stride: Int = 1, padding: (before: Int, after: Int)? = nil, bias: Bool = true
    ) throws(CheckpointError) -> Features {
        let weight = try weight("weight", [channels, x.channels, kernel, kernel])
        let padding = padding ?? (before: kernel / 2, after: kernel / 2)
        let none = (before: 0, after: 0)
        let wrapped = wrapped(x.value, by: padding)
        func convolve(_ weight: Value) -> Value {
            graph.convolution(
                wrapped, weight, stride: stride, rows: tiling.wrapsY ? none : padding, columns: tiling.wrapsX ? none : padding)
        }
        var y = convolve(weight)
        if bias { y = graph.add(y, try self.weight("bias", [channels], as: [1, channels, 1, 1])) }
        return Features(addingSlot(to: y, of: x, out: channels, kernel: kernel, convolve), channels: channels)
    }

    /// torch `GroupNorm`.
    func groupNorm(_ x: Features, groups: Int, epsilon: Float) throws(CheckpointError) -> Features {
        let scale = try weight("weight", [x.channels])
        let bias = try weight("bias", [x.channels])
        return Features(
            graph.groupNormalization(x.value, scale: scale, bias: bias, groups: groups, epsilon: epsilon), channels: x.channels)
    }

    /// torch `LayerNorm` over the last of three axes.
    func layerNorm(_ x: Features, epsilon: Float = 1e-5) throws(CheckpointError) -> Features {
        let scale = try weight("weight", [x.channels], as: [1, 1, x.channels])
        let bias = try weight("bias", [x.channels], as: [1, 1, x.channels])
        let normalized = graph.normalizeLastAxis(x.value, epsilon: epsilon)
        return Features(graph.add(graph.multiply(normalized, scale), bias), channels: x.channels)
    }

    func add(_ a: Features, _ b: Features) -> Features { Features(graph.add(a.value, b.value), channels: a.channels) }
    func relu(_ x: Features) -> Features { Features(graph.relu(x.value), channels: x.channels) }
    func swish(_ x: Features) -> Features { Features(graph.swish(x.value), channels: x.channels) }
}
