import Glibc
public import Tensors

/// The noise of a batch: each image draws from a generator of its own, so that its picture does not depend on its neighbours.
public struct BatchNoise: Sendable {
    private let source: NoiseSource
    private let seeds: [ImageSeed]
    private let options: NoiseOptions
    private var generators: [any NoiseGenerator]

    /// - Parameter seeds: one for each image of the batch.
    public init(source: NoiseSource, seeds: [ImageSeed], options: NoiseOptions = NoiseOptions()) {
        self.source = source
        self.seeds = seeds
        self.options = options
        generators = seeds.map { source.generator(seed: $0.number) }
        for (index, count) in zip(generators.indices, options.drawnCounts) { _ = generators[index].normal(count) }
    }

    /// - Parameters:
    ///   - seed: the first image's; the others count up from it, past 2³² too.
    ///   - count: images in the batch.
    public init(source: NoiseSource, seed: UInt64, count: Int) {
        self.init(source: source, seeds: (0..<count).map { ImageSeed(seed &+ UInt64($0)) })
    }

    /// The noise that pictures start from, with variations and with a picture of another size in its middle.
    ///
    /// Source: A1111 1.10 `modules/rng.py`, `ImageRNG.first`.
    /// - Parameter imageShape: `[channels, height, width]`.
    mutating func start(_ imageShape: [Int]) -> NDArray {
        let count = imageShape.reduce(1, *)
        var values: [Float] = []
        values.reserveCapacity(seeds.count * count)
        let smaller = options.resizedFrom.map { [imageShape[0], $0.height, $0.width] }.flatMap { $0 == imageShape ? nil : $0 }
        for (index, seed) in seeds.enumerated() {
            var noise = smaller.map { source.noise(of: seed.number, $0) }
                ?? NDArray(shape: imageShape, values: generators[index].normal(count))
            if let variation = seed.variation, variation.strength != 0 {
                noise = noise.turned(towards: source.noise(of: variation.number, noise.shape), by: variation.strength)
            }
            if smaller != nil { noise = NDArray(shape: imageShape, values: generators[index].normal(count)).with(noise) }
            values += noise.values
        }
        if options.seedDelta != 0 {
            generators = seeds.map { source.generator(seed: $0.number &+ UInt64(bitPattern: Int64(options.seedDelta))) }
        }
        return NDArray(shape: [seeds.count] + imageShape, values: values)
    }

    /// Standard normal noise of shape `[images] + imageShape`.
    /// Each generator is asked once, for the whole of its image, as diffusers does with a list of generators and A1111 always.
    public mutating func draw(_ imageShape: [Int]) -> NDArray {
        let count = imageShape.reduce(1, *)
        return NDArray(
            shape: [generators.count] + imageShape,
            values: generators.indices.flatMap { generators[$0].normal(count) })
    }

    /// The Brownian motions of the images, which do not depend on what was drawn before.
    func trees(from least: Double, to greatest: Double, _ imageShape: [Int]) -> [BrownianTree] {
        let count = imageShape.reduce(1, *)
        return seeds.map { BrownianTree(from: Float(least), to: Float(greatest), count: count, seed: $0.number, source: source) }
    }
}

/// The seed of an image, and of the variation of it.
public struct ImageSeed: Sendable, Hashable {
    /// The seed.
    public var number: UInt64
    /// The other noise that is mixed in; nil for none.
    public var variation: Variation?

    /// A second seed, and how far the noise is turned towards it: 0 … 1.
    public struct Variation: Sendable, Hashable {
        public var number: UInt64
        public var strength: Float

        public init(_ number: UInt64, strength: Float) { (self.number, self.strength) = (number, strength) }
    }

    public init(_ number: UInt64, variation: Variation? = nil) { (self.number, self.variation) = (number, variation) }
}

/// Further settings of a batch's noise.
public struct NoiseOptions: Sendable, Hashable {
    /// Height and width in latents of another picture: the noise that a seed gives it is laid into the middle, so that pictures of two
    /// sizes have the same composition. nil: the picture's own size.
    public var resizedFrom: LatentSize?
    /// Added to the seeds for all noise after the first; A1111's ENSD.
    public var seedDelta: Int
    /// Numbers that each image's generator has given before, in one call; empty for none.
    public var drawnCounts: [Int]

    /// Makes the options; the defaults change nothing.
    public init(resizedFrom: LatentSize? = nil, seedDelta: Int = 0, drawnCounts: [Int] = []) {
        self.resizedFrom = resizedFrom
        self.seedDelta = seedDelta
        self.drawnCounts = drawnCounts
    }
}

/// Height and width of latents.
public struct LatentSize: Sendable, Hashable {
    public var height: Int
    public var width: Int

    public init(height: Int, width: Int) { (self.height, self.width) = (height, width) }
}

extension NoiseSource {
    /// The first noise of a seed.
    fileprivate func noise(of seed: UInt64, _ shape: [Int]) -> NDArray {
        var generator = generator(seed: seed)
        return NDArray(shape: shape, values: generator.normal(shape.reduce(1, *)))
    }
}

extension NDArray {
    /// Spherical interpolation between two noises. Each column of each channel is turned by itself, since A1111 takes its norms there.
    ///
    /// Source: A1111 1.10 `modules/rng.py`, `slerp`.
    fileprivate func turned(towards other: NDArray, by strength: Float) -> NDArray {
        let (channels, height, width) = (shape[0], shape[1], shape[2])
        var angles: [Float] = []
        for channel in 0..<channels {
            for column in 0..<width {
                var (dot, low, high): (Double, Double, Double) = (0, 0, 0)
                for row in 0..<height {
                    let index = (channel * height + row) * width + column
                    let (a, b) = (Double(values[index]), Double(other.values[index]))
                    dot += a * b
                    low += a * a
                    high += b * b
                }
                angles.append(Float(dot / (low * high).squareRoot()))
            }
        }
        if angles.reduce(0, +) / Float(angles.count) > 0.9995 { return Double(strength) * self + Double(1 - strength) * other }
        var result = self
        for channel in 0..<channels {
            for column in 0..<width {
                let omega = acosf(angles[channel * width + column])
                let sine = sinf(omega)
                let (own, its) = (sinf((1 - strength) * omega) / sine, sinf(strength * omega) / sine)
                for row in 0..<height {
                    let index = (channel * height + row) * width + column
                    result.values[index] = own * values[index] + its * other.values[index]
                }
            }
        }
        return result
    }

    /// The array with the middle of another one, of another height and width, in its middle.
    fileprivate func with(_ other: NDArray) -> NDArray {
        let (height, width) = (shape[1], shape[2])
        let (otherHeight, otherWidth) = (other.shape[1], other.shape[2])
        // Floor division, as in Python.
        let (dx, dy) = ((width - otherWidth) >> 1, (height - otherHeight) >> 1)
        let (columns, rows) = (dx >= 0 ? otherWidth : otherWidth + 2 * dx, dy >= 0 ? otherHeight : otherHeight + 2 * dy)
        var result = self
        for channel in 0..<shape[0] {
            for row in 0..<max(rows, 0) {
                for column in 0..<max(columns, 0) {
                    let target = (channel * height + row + max(dy, 0)) * width + column + max(dx, 0)
                    let source = (channel * otherHeight + row + max(-dy, 0)) * otherWidth + column + max(-dx, 0)
                    result.values[target] = other.values[source]
                }
            }
        }
        return result
    }
}
