public import Tensors

/// Where a run of the sampler begins.
public enum SamplingStart: Sendable, Hashable {
    /// Noise alone.
    case noise
    /// The latents of pictures, `[images, channels, height, width]`, under as much noise as the sampler expects after so many steps,
    /// which are skipped. With every step skipped the latents stay as they are.
    case latents(NDArray, skippingSteps: Int, noise: StartNoise = StartNoise())
}

/// The noise that latents are put under, relative to what the sampler expects.
public struct StartNoise: Sendable, Hashable {
    /// A factor; A1111's `initial_noise_multiplier`.
    public var factor: Float
    /// Standard deviation of noise on top, before the factor; A1111's `img2img_extra_noise`.
    public var extra: Float

    /// Makes the noise; the defaults are what the sampler expects.
    public init(factor: Float = 1, extra: Float = 0) { (self.factor, self.extra) = (factor, extra) }
}

/// A part of the pictures that a run leaves as it was.
public struct SamplingMask: Sendable, Hashable {
    /// The latents to keep, `[images, channels, height, width]`.
    public var latents: NDArray
    /// How much of them is kept at each place, 0 … 1; the same shape.
    public var share: NDArray
    /// How both are blended on the way; nil for their mean, which is also taken at the end.
    public var soft: SoftBlend?

    /// - Precondition: both have the same shape.
    public init(keeping latents: NDArray, share: NDArray, soft: SoftBlend? = nil) {
        precondition(latents.shape == share.shape, "the shapes \(latents.shape) and \(share.shape) differ")
        self.latents = latents
        self.share = share
        self.soft = soft
    }

    /// An estimate of the pictures with what is kept in it.
    /// - Parameter sigma: the level of noise that the estimate was made at.
    func blended(into drawn: NDArray, at sigma: Double) -> NDArray {
        soft?.blended(latents, drawn, share: share, at: sigma) ?? mean(with: drawn)
    }

    /// The finished latents with what is kept in them. A soft blend stays as it came out.
    func finished(_ drawn: NDArray) -> NDArray { soft == nil ? mean(with: drawn) : drawn }

    /// `share · latents + (1 − share) · drawn`.
    private func mean(with drawn: NDArray) -> NDArray {
        var result = drawn
        for index in result.values.indices { result.values[index] += share.values[index] * (latents.values[index] - result.values[index]) }
        return result
    }
}
