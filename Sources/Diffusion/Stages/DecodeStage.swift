import Compilation
import Generation
import Tensors

/// Turns latents into pictures, one after another, on one compiled decoder.
struct DecodeStage {
    let network: CompiledNetwork
    /// Tiles that each of them is decoded in.
    let tiles: VAETiles

    /// - Parameters:
    ///   - latents: `[pictures, channels, height, width]`, as the sampler leaves them.
    ///   - done: pictures that are there already; they stay when a later one fails.
    ///   - onTile: told before each call of the decoder: the picture's index, and the tile unless it is the whole picture.
    ///   - onDone: told of each picture and the latents that became it.
    /// - Throws: `OpenVINOError`; `DiffusionError.nonFinite`.
    func run(
        _ latents: NDArray, into done: inout [RGBImage], onTile: (Int, TileProgress?) -> Void, onDone: (NDArray, RGBImage) -> Void
    ) async throws {
        var decoder = try LatentDecoder(network)
        while done.count < latents.shape[0] {
            let index = done.count
            let slice = latents.slice(index..<index + 1)
            let planes = try await tiles.decoded(slice) { onTile(index, $0) } by: { latents in
                let planes = try await decoder.decode(latents)
                guard planes.isFinite else { throw DiffusionError.nonFinite(network.key) }
                return planes
            }
            guard let image = RGBImage(planes: planes) else { throw DiffusionError.nonFinite(network.key) }
            onDone(slice, image)
            done.append(image)
        }
    }
}
