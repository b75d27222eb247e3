import Checkpoints
import Compilation
import Generation
import ImageProcessing
import Networks
import Tensors

/// Makes a picture larger, tile by tile, on one compiled upscaler. Memory holds one row of tiles, whatever the picture's size.
struct UpscaleStage {
    let network: CompiledNetwork
    let configuration: UpscalerConfiguration

    /// The side of a tile in pixels. An ESRGAN of 64 channels, 4×, has feature maps of 64 · 16 · side² numbers: 151 MB in f32.
    static let tileSide = 192
    /// Pixels at a tile's edge that are thrown away, for the network saw too little around them.
    private static let context = 12
    /// Pixels over which neighbouring tiles are blended.
    private static let ramp = 8

    /// The tiles of a picture, in units of the side's multiple.
    static func plan(for size: PictureSize, _ configuration: UpscalerConfiguration) -> TilePlan {
        let unit = configuration.sideMultiple
        return TilePlan(
            height: (size.height + unit - 1) / unit, width: (size.width + unit - 1) / unit, tile: tileSide / unit,
            overlap: (2 * context + ramp) / unit)
    }

    /// The network's key for a picture. All tiles have one shape; it is fixed where shapes of pictures are.
    static func key(
        _ file: NetworkFile<UpscalerConfiguration>, for size: PictureSize, at placement: Placement, _ shapes: ShapePlan
    ) -> CompileKey {
        let configuration = file.network.configuration
        let plan = plan(for: size, configuration)
        var shape = shapes.shape(
            of: .decode, on: placement.device,
            for: ShapeNeed(pictureCount: 1, latentHeight: plan.rows.length, latentWidth: plan.columns.length, chunkCounts: [1]))
        shape = shape.scaled(by: configuration.sideMultiple)
        return CompileKey(checkpoint: file.identity, network: .upscaler, placement: placement, shape: shape)
    }

    /// - Parameter onTile: told before each tile: its number, from 0.
    /// - Returns: the picture `scale` times as large.
    /// - Throws: `OpenVINOError`; `DiffusionError.nonFinite`; `CancellationError` between tiles.
    func run(_ picture: RGBImage, onTile: (Int) -> Void) async throws -> RGBImage {
        let (unit, scale) = (configuration.sideMultiple, configuration.scale)
        let plan = Self.plan(for: picture.size, configuration)
        let size = PictureSize(width: picture.width * scale, height: picture.height * scale)
        var blender = TileBlender(plan, scale: unit * scale, context: Self.context / unit, isTakenInParts: true)
        var pixels: [UInt8] = []
        pixels.reserveCapacity(3 * size.width * size.height)
        var call = try NetworkCall(network)
        for index in 0..<plan.count {
            try Task.checkCancellation()
            onTile(index)
            let place = plan[index]
            func part(_ range: Range<Int>, of side: Int) -> Range<Int> { range.lowerBound * unit..<min(range.upperBound * unit, side) }
            let box = PixelBox(x: part(place.columns, of: picture.width), y: part(place.rows, of: picture.height))
            try call.setInput("picture", to: picture.cropped(to: box).unitPlanes.mirrored(toMultiplesOf: unit))
            let tile = try await call.run("upscaled")
            guard tile.isFinite else { throw DiffusionError.nonFinite(network.key) }
            blender.add(tile)
            if let rows = blender.takeFinishedRows() { rows.appendPixels(to: &pixels, width: size.width) }
        }
        // Rows that were mirrored to fill a multiple.
        pixels.removeLast(pixels.count - 3 * size.width * size.height)
        return RGBImage(width: size.width, height: size.height, pixels: pixels)
    }
}

extension NDArray {
    /// Appends the rows of a picture, `[1, 3, height, width]`, 0…1, as 8-bit pixels.
    /// - Parameter width: the columns that are taken, at most as many as there are.
    func appendPixels(to pixels: inout [UInt8], width: Int) {
        let (rows, columns) = (shape[2], shape[3])
        let plane = rows * columns
        let appended = values.withUnsafeBufferPointer { values in
            [UInt8](unsafeUninitializedCapacity: 3 * rows * width) { buffer, initialized in
                for row in 0..<rows {
                    for column in 0..<width {
                        let (from, to) = (row * columns + column, 3 * (row * width + column))
                        for channel in 0..<3 {
                            let unit = min(1, max(0, values[channel * plane + from]))
                            buffer[to + channel] = UInt8((unit * 255).rounded(.toNearestOrEven))
                        }
                    }
                }
                initialized = 3 * rows * width
            }
        }
        pixels += appended
    }
}
