import Checkpoints
import Compilation
import Generation
import Tensors

/// How a network of the VAE takes one picture: as a whole, or in tiles that are blended.
///
/// Tiles have the size that the model was trained on and share a quarter with their neighbours, as in diffusers, but lie evenly, so that
/// one shape serves them all. The group norms of a VAE see a tile and not the picture: colours change slightly from tile to tile.
struct VAETiles {
    /// The places of the tiles among the latents, which are continued across edges that fit together.
    let plan: TilePlan
    /// Latents that are continued across the top and the bottom, and across the left and the right.
    private let margin: (rows: Int, columns: Int)
    /// Pixels for each of the latents.
    private let scaleFactor: Int

    /// - Parameters:
    ///   - height: of the latents.
    ///   - width: of the latents.
    ///   - tile: side of a tile in latents; 0 for the whole.
    ///   - edges: those that fit together.
    init(height: Int, width: Int, tile: Int, edges: Tiling, scaleFactor: Int) {
        let overlap = (tile + 3) / 4
        let isWhole = tile == 0 || height <= tile && width <= tile
        // As a whole, the network itself sees across the edges.
        margin = isWhole ? (0, 0) : (edges.wrapsY ? min(overlap, height) : 0, edges.wrapsX ? min(overlap, width) : 0)
        plan = TilePlan(
            height: height + 2 * margin.rows, width: width + 2 * margin.columns, tile: isWhole ? 0 : tile, overlap: isWhole ? 0 : overlap)
        self.scaleFactor = scaleFactor
    }

    /// Whether the network sees the picture as a whole.
    var isWhole: Bool { plan.count == 1 }

    /// The demands of a tile on the network.
    func need(_ picture: ShapeNeed) -> ShapeNeed {
        var need = picture
        (need.latentHeight, need.latentWidth) = (plan.rows.length, plan.columns.length)
        if !isWhole { need.tiling = .none }
        return need
    }

    /// Gives latents to a decoder tile by tile.
    /// - Parameters:
    ///   - onTile: told of each tile before its call; of nil for the whole.
    ///   - decode: makes `[1, 3, height, width]` of a tile's latents.
    /// - Returns: the picture, `[1, 3, height, width]`.
    func decoded(
        _ latents: NDArray, onTile: (TileProgress?) -> Void, by decode: (NDArray) async throws -> NDArray
    ) async throws -> NDArray {
        try await blended(latents, inputScale: 1, outputScale: scaleFactor, onTile, decode)
    }

    /// Gives a picture to an encoder tile by tile.
    /// - Parameters:
    ///   - onTile: told of each tile before its call; of nil for the whole.
    ///   - encode: makes latents of a tile, `[1, channels, height, width]`.
    /// - Returns: the latents.
    func encoded(
        _ picture: NDArray, onTile: (TileProgress?) -> Void, by encode: (NDArray) async throws -> NDArray
    ) async throws -> NDArray {
        try await blended(picture, inputScale: scaleFactor, outputScale: 1, onTile, encode)
    }

    private func blended(
        _ input: NDArray, inputScale: Int, outputScale: Int, _ onTile: (TileProgress?) -> Void,
        _ work: (NDArray) async throws -> NDArray
    ) async throws -> NDArray {
        guard !isWhole else {
            onTile(nil)
            return try await work(input)
        }
        let hasMargin = margin != (0, 0)
        let canvas = hasMargin ? input.wrapped(rows: margin.rows * inputScale, columns: margin.columns * inputScale) : input
        var blender = TileBlender(plan, scale: outputScale)
        for index in 0..<plan.count {
            try Task.checkCancellation()
            onTile(TileProgress(index, of: plan.count))
            blender.add(try await work(canvas.tile(plan[index], scale: inputScale)))
        }
        guard let whole = blender.result, hasMargin else { return blender.result ?? input }
        func inner(_ margin: Int, _ axis: Int) -> Range<Int> { margin * outputScale..<whole.shape[axis] - margin * outputScale }
        return whole.cut(rows: inner(margin.rows, 2), columns: inner(margin.columns, 3))
    }
}

/// Decides for each picture of a request whether the VAE takes it in tiles.
struct VAETiler {
    let checkpoint: Checkpoint
    let mode: VAETiling
    /// The edges of the pictures that fit together.
    let edges: Tiling
    /// Bytes that a call may take where memory decides.
    let byteLimit: Int

    /// - Parameters:
    ///   - network: one of the VAE's.
    ///   - need: the latents' size.
    ///   - placement: where it runs.
    func tiles(of network: NetworkID, for need: ShapeNeed, at placement: Placement) -> VAETiles {
        let (height, width) = (need.latentHeight, need.latentWidth)
        let scaleFactor = checkpoint.vae.configuration.scaleFactor
        let isWhole = switch mode {
        case .on: false
        case .off: true
        case .auto:
            MemoryForecast.byteCount(
                ofCalling: network, of: checkpoint, pixels: height * width * scaleFactor * scaleFactor,
                precision: placement.likelyPrecision) <= byteLimit
        }
        // Less would be mostly overlap.
        let side = max(checkpoint.nativeSize / scaleFactor, 8)
        return VAETiles(height: height, width: width, tile: isWhole ? 0 : side, edges: edges, scaleFactor: scaleFactor)
    }
}
