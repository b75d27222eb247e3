import Checkpoints
import Generation
import Tensors

/// What latents look like, roughly and at once: a linear map from their channels to a colour, the same for every position.
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
    /// Of Stable Diffusion 1's VAE, measured by the user "keturn" for release 1.4.
    ///
    /// Source: https://discuss.huggingface.co/t/decoding-latents-to-rgb-without-upscaling/23204
    static let stableDiffusion1 = LatentColors(factors: [
        [0.298, 0.187, -0.158, -0.184, 0],
        [0.207, 0.286, 0.189, -0.271, 0],
        [0.208, 0.173, 0.264, -0.473, 0],
    ])

    /// What is known of a VAE from its architecture alone.
    init?(_ vae: VAEConfiguration) {
        guard vae.latentChannels == 4, vae.scaleFactor == 8, vae.scalingFactor == 0.18215 else { return nil }
        self = .stableDiffusion1
    }
}
