import Compilation
import Generation
import Tensors

/// Turns latents into pictures, one after another, on one compiled decoder.
struct DecodeStage {
    let network: CompiledNetwork

    /// - Parameters:
    ///   - latents: `[pictures, channels, height, width]`, as the sampler leaves them.
    ///   - done: pictures that are there already; they stay when a later one fails.
    ///   - onPicture: told before each picture is decoded: its index.
    ///   - onDone: told of each picture and the latents that became it.
    /// - Throws: `OpenVINOError`; `DiffusionError.nonFinite`.
    func run(
        _ latents: NDArray, into done: inout [RGBImage], onPicture: (Int) -> Void, onDone: (NDArray, RGBImage) -> Void
    ) async throws {
        var decoder = try LatentDecoder(network)
        while done.count < latents.shape[0] {
            let index = done.count
            onPicture(index)
            let slice = latents.slice(index..<index + 1)
            guard let image = RGBImage(planes: try await decoder.decode(slice)) else { throw DiffusionError.nonFinite(network.key) }
            onDone(slice, image)
            done.append(image)
        }
    }
}
