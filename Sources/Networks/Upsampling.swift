import Checkpoints
import Generation
import GraphIR
import Tensors

extension Layer {
    /// torch `Conv2d` with a 3×3 kernel over `x` at twice its size, each pixel repeated: `[b, c, h, w]` → `[b, channels, 2h, 2w]`.
    ///
    /// Repeating pixels makes many of the convolution's products meet the same pixel, so their weights are added up first.
    /// A transposed convolution remains: every pixel of `x` adds its multiple of a 4×4 kernel to the output.
    /// These are 16 products for four output pixels instead of 36, with the same result up to rounding.
    func upsampledConvolution(_ x: Features, to channels: Int, bias: Bool = true) throws(CheckpointError) -> Features {
        let kernels = try weight("weight", [channels, x.channels, 3, 3], as: [channels, x.channels, 9], isComputedWith: true)
        let spread = graph.matMulTransposed(graph.transpose(kernels, [1, 0, 2]), graph.literal(Self.spreading, shape: [16, 9]))
        // Along axes that tile, one pixel of the opposite edge lies outside; the two that it becomes are cropped as well.
        let y = graph.transposedConvolution(
            wrapped(x.value, by: (before: 1, after: 1)), graph.reshape(spread, [x.channels, channels, 4, 4]), stride: 2,
            croppingRows: tiling.wrapsY ? 3 : 1, columns: tiling.wrapsX ? 3 : 1)
        if !bias { return Features(y, channels: channels) }
        return Features(graph.add(y, try weight("bias", [channels], as: [1, channels, 1, 1])), channels: channels)
    }

    /// A 4×4 kernel of `upsampledConvolution` from the 3×3 one, both read row by row.
    ///
    /// Along one axis, a pixel stands at 0 and 1 of the doubled picture. The output at −1 sees its first copy with the kernel's last
    /// weight; the output at 0 sees both copies, with the middle weight and the last; and so on to the output at 2.
    private static let spreading: [Float] = {
        let seen: [[Float]] = [
            [0, 0, 1],
            [0, 1, 1],
            [1, 1, 0],
            [1, 0, 0],
        ]
        return seen.flatMap { row in seen.flatMap { column in row.flatMap { r in column.map { c in r * c } } } }
    }()
}
