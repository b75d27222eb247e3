import Glibc
import Tensors

/// A blend of pictures that are kept and pictures that are drawn, which keeps the contrast where both meet, and favours what is kept as
/// the noise goes: A1111's soft inpainting.
///
/// Source: A1111 1.10 `extensions-builtin/soft-inpainting`, `latent_blend` and `get_modified_nmask`.
public struct SoftBlend: Sendable, Hashable {
    /// The exponent of σ in the mask's own exponent, 0 … 8: the larger, the more early steps keep.
    public var bias: Float
    /// A factor of the mask's exponent, 0 … 8: the larger, the more is kept where the mask is grey.
    public var preservation: Float
    /// The exponent of the mean of lengths, 1 … 32: the larger, the nearer the blend comes to the longer of both.
    public var contrast: Float

    /// Makes a blend.
    public init(bias: Float, preservation: Float, contrast: Float) {
        (self.bias, self.preservation, self.contrast) = (bias, preservation, contrast)
    }

    /// Blends at each position.
    /// - Parameters:
    ///   - kept: `[images, channels, height, width]`.
    ///   - drawn: the same shape.
    ///   - share: how much is kept by the mask, 0 … 1; the same shape, alike in all channels.
    ///   - sigma: the level of noise.
    func blended(_ kept: NDArray, _ drawn: NDArray, share: NDArray, at sigma: Double) -> NDArray {
        let (channels, area) = (kept.shape[1], kept.shape[2] * kept.shape[3])
        let exponent = pow(sigma, Double(bias)) * Double(preservation)
        let contrast = Double(contrast)
        var result = drawn
        for image in 0..<kept.shape[0] {
            for position in image * channels * area..<image * channels * area + area {
                let open = pow(1 - share.values[position], Float(exponent))
                var (keptSquares, drawnSquares, mixedSquares) = (0.0, 0.0, 0.0)
                for index in stride(from: position, to: position + channels * area, by: area) {
                    let (one, other) = (kept.values[index], drawn.values[index])
                    let mixed = one * (1 - open) + other * open
                    keptSquares += Double(one) * Double(one)
                    drawnSquares += Double(other) * Double(other)
                    mixedSquares += Double(mixed) * Double(mixed)
                    result.values[index] = mixed
                }
                let powers = pow(keptSquares, contrast / 2) * Double(1 - open) + pow(drawnSquares, contrast / 2) * Double(open)
                let stretch = Float(pow(powers, 1 / contrast) / (mixedSquares.squareRoot() + 1e-5))
                for index in stride(from: position, to: position + channels * area, by: area) { result.values[index] *= stretch }
            }
        }
        return result
    }
}
