import Compilation
import Generation
import ImageProcessing
import OpenVINO
import Tensors

/// Sketches of a run's pictures by the decoder of its tiny VAE, as far as they cost little beside the steps.
///
/// Latents of a large picture are made smaller first, so that a preview of any size takes as long as one of 512 pixels.
final class TinyPreviews {
    /// The decoder that makes them.
    let key: CompileKey
    private let networks: CompiledNetworks
    /// Sides of the latents that are decoded.
    private let height, width: Int
    /// Seconds of the latest preview; nil before the first.
    private var cost: Double?
    private var lastEnd = ContinuousClock.now

    /// Longest side of the latents that are decoded: previews of 512 pixels.
    private static let longestSide = 64
    /// The most that previews may take of the time of the steps between them.
    private static let share = 0.1

    /// - Parameters:
    ///   - need: of the pictures.
    ///   - key: of the tiny decoder, for such a need.
    init(_ need: ShapeNeed, networks: CompiledNetworks, key: (ShapeNeed) -> CompileKey) {
        let factor = (max(need.latentHeight, need.latentWidth) + Self.longestSide - 1) / Self.longestSide
        (height, width) = (max(1, need.latentHeight / factor), max(1, need.latentWidth / factor))
        var small = need
        (small.latentHeight, small.latentWidth) = (height, width)
        self.key = key(small)
        self.networks = networks
    }

    /// Decodes the pictures so far.
    /// - Parameter estimate: `[images, channels, height, width]`.
    /// - Returns: nil where they would take too long, the decoder is not ready, or it fails.
    func pictures(of estimate: NDArray) async -> [RGBImage]? {
        let began = ContinuousClock.now
        if let cost, cost > Self.share * (began - lastEnd).seconds { return nil }
        guard let network = await networks.readyNetwork(serving: key), var decoder = try? LatentDecoder(network) else { return nil }
        let latents = estimate.shape[2...] == [height, width]
            ? estimate : estimate.interpolated(height: height, width: width, by: .antialiasedBilinear)
        var images: [RGBImage] = []
        for index in 0..<latents.shape[0] {
            guard let planes = try? await decoder.decode(latents.slice(index..<index + 1)), let image = RGBImage(planes: planes) else {
                return nil
            }
            images.append(image)
        }
        lastEnd = ContinuousClock.now
        cost = (lastEnd - began).seconds
        return images
    }
}
