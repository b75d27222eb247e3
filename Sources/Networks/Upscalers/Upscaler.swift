public import Checkpoints
import GraphIR
import Tensors

extension Network {
    /// Picture to larger picture, or to a clearer one of its own size.
    ///
    /// Input: `picture`, f32, RGB, `[batch, 3, height, width]`, 0 … 1, sides multiples of `sideMultiple`.
    /// Output: `upscaled`, f32, RGB, `[batch, 3, height · scale, width · scale]`, about 0 … 1, not clamped.
    ///
    /// - Parameters:
    ///   - weights: of the network, under the names that `NetworkFile` gives them.
    ///   - weightsByteCount: size of the memory that the offsets of `weights` point into.
    /// - Throws: when a tensor is missing or has another shape than `configuration` asks for.
    public static func upscaler(
        _ configuration: UpscalerConfiguration, shape: InputShape = InputShape(), weights: ComponentWeights, weightsByteCount: Int
    ) throws(CheckpointError) -> Network {
        let root = Layer(weights: weights, externalByteCount: weightsByteCount)
        let picture = Features(root.graph.parameter("picture", .f32, [shape.batch, 3, shape.height, shape.width]), channels: 3)
        let upscaled =
            switch configuration.kind {
            case .esrgan(let blocks, let growth, let upsamplings, let unshuffle):
                try root.esrgan(
                    picture, width: configuration.width, blocks: blocks, growth: growth, upsamplings: upsamplings, unshuffle: unshuffle)
            case .compact(let convolutions):
                try root.compact(picture, width: configuration.width, convolutions: convolutions, scale: configuration.scale)
            case .span(let isNormalized):
                try root.span(picture, width: configuration.width, scale: configuration.scale, isNormalized: isNormalized)
            }
        root.graph.result("upscaled", upscaled.value)
        return root.finish()
    }
}
