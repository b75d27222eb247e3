public import Generation
public import Tensors

/// The noise of a batch: each image draws from a generator of its own, so that its picture does not depend on its neighbours.
public struct BatchNoise: Sendable {
    private var generators: [any NoiseGenerator]

    /// - Parameter seeds: one for each image of the batch.
    public init(source: NoiseSource, seeds: [UInt64]) {
        generators = seeds.map { seed in
            switch source {
            case .torch: TorchGenerator(seed: seed)
            case .philox: PhiloxGenerator(seed: seed)
            }
        }
    }

    /// - Parameters:
    ///   - seed: the first image's; the others count up from it, past 2³² too.
    ///   - count: images in the batch.
    public init(source: NoiseSource, seed: UInt64, count: Int) {
        self.init(source: source, seeds: (0..<count).map { seed &+ UInt64($0) })
    }

    /// Standard normal noise of shape `[images] + imageShape`.
    /// Each generator is asked once, for the whole of its image, as diffusers does with a list of generators and A1111 always.
    public mutating func draw(_ imageShape: [Int]) -> NDArray {
        let count = imageShape.reduce(1, *)
        return NDArray(
            shape: [generators.count] + imageShape,
            values: generators.indices.flatMap { generators[$0].normal(count) })
    }

    /// Noise for a whole batch of this shape.
    mutating func draw(like latents: NDArray) -> NDArray { draw(Array(latents.shape.dropFirst())) }
}
