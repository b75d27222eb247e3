import Checkpoints
import Generation
import Tensors

/// A rough look of latents: a linear map from their channels to a colour, the same for every position.
///
/// A decoder's first-order approximation. It shows what is where and in which colour, and no texture.
struct LatentColors: Sendable, Equatable {
    /// For red, green and blue: a factor for each channel, then what is added. Colours are −1 ... 1.
    let factors: [[Float]]

    /// - Parameter latents: `[1, channels, height, width]`, as the sampler leaves them.
    /// - Returns: a pixel for each position; nil when a number is not finite.
    func picture(of latents: NDArray) -> RGBImage? {
        let (height, width) = (latents.shape[2], latents.shape[3])
        let count = height * width
        var planes: [Float] = []
        for factors in factors {
            var plane = [Float](repeating: factors[factors.count - 1], count: count)
            for (channel, factor) in factors.dropLast().enumerated() {
                let start = channel * count
                for index in 0..<count { plane[index] += factor * latents.values[start + index] }
            }
            planes += plane
        }
        return RGBImage(planes: NDArray(shape: [1, factors.count, height, width], values: planes))
    }
}

extension LatentColors {
    /// Takes the colours of a checkpoint's family, if its VAE has the usual shape and scale.
    init?(_ checkpoint: Checkpoint) {
        let vae = checkpoint.vae.configuration
        guard let factors = checkpoint.family.latentColors, vae.latentChannels == factors[0].count - 1, vae.scaleFactor == 8,
            vae.scalingFactor == checkpoint.family.latentScale
        else { return nil }
        self.init(factors: factors)
    }
}
