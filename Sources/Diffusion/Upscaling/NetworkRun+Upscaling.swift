import Checkpoints
import Compilation
import Generation
import ImageProcessing

extension UpscalerLibrary {
    /// An upscaler by name.
    /// - Throws: `InvalidRequest` for a name that there is not, `CheckpointError` for a file that cannot be used.
    func upscaler(named name: String, field: GenerationField) throws -> Upscaler { try upscaler(try validate(name, field: field)) }
}

extension Upscaler {
    /// Tiles that it takes to bring a picture to a size.
    func tileCount(from picture: PictureSize, to size: UpscaledSize) -> Int {
        guard case .network(let file) = self else { return 0 }
        return UpscalerPasses(from: picture, to: size, by: file.network.configuration).tileCount
    }
}

extension NetworkRun {
    /// A picture in a larger size. `record.tiles.total` is to count its tiles, too.
    mutating func enlarged(_ picture: RGBImage, to size: UpscaledSize, by upscaler: Upscaler) async throws -> RGBImage {
        let began = ContinuousClock.now
        defer { record.upscaleSeconds += (ContinuousClock.now - began).seconds }
        switch upscaler {
        case .none: return picture
        case .builtIn(let kind): return picture.resized(to: size.enlarged, filter: kind == .nearest ? .nearest : .lanczos)
        case .network(let file):
            let passes = UpscalerPasses(from: picture.size, to: size, by: file.network.configuration)
            var enlarged = picture
            for pass in passes.passes { enlarged = try await upscaled(enlarged.resized(to: pass.size), by: file, pass) }
            if passes.isShrunk {
                record.notices.append(Notice(
                    .shrunkForUpscaler, ["max": .init(Upscaling.mostPixels)],
                    "The picture was made smaller before the upscaler's last pass, which would have made it larger than "
                        + "\(Upscaling.mostPixels / 1_000_000) million pixels."))
            }
            return enlarged.resized(to: size.enlarged)
        }
    }

    /// Pictures in exactly a size: an upscaler enlarges them, and Lanczos does the rest.
    ///
    /// Source: A1111 1.10 `modules/images.py`, `resize_image`.
    /// - Parameter field: the request's field that names the upscaler.
    mutating func resized(
        _ pictures: [RGBImage], to size: PictureSize, by upscaler: Upscaler, field: GenerationField
    ) async throws -> [RGBImage] {
        func enlarging(_ picture: RGBImage) -> UpscaledSize? {
            let factor = max(Double(size.width) / Double(picture.width), Double(size.height) / Double(picture.height))
            guard case .network = upscaler, factor > 1 else { return nil }
            return UpscaledSize(of: picture.size, factor: factor)
        }
        for picture in pictures { try enlarging(picture)?.validate(field: field) }
        record.tiles = (0, pictures.reduce(0) { count, picture in
            count + (enlarging(picture).map { upscaler.tileCount(from: picture.size, to: $0) } ?? 0)
        })
        var resized: [RGBImage] = []
        for picture in pictures {
            if let larger = enlarging(picture) {
                resized.append(try await enlarged(picture, to: larger, by: upscaler).resized(to: size))
            } else if case .builtIn(.nearest) = upscaler {
                resized.append(picture.resized(to: size, filter: .nearest))
            } else {
                resized.append(picture.resized(to: size))
            }
        }
        await releaseUpscalers()
        return resized
    }

    private mutating func upscaled(
        _ picture: RGBImage, by file: NetworkFile<UpscalerConfiguration>, _ pass: UpscalerPasses.Pass
    ) async throws -> RGBImage {
        let (onEvent, shapes, tiles) = (onEvent, host.shapes, record.tiles)
        record.tiles.begun += pass.tileCount
        return try await withFallbacks(
            .upscaler, of: file, key: { UpscaleStage.key(file, for: picture.size, at: $0, shapes) }
        ) { _, network in
            try await UpscaleStage(network: network, configuration: file.network.configuration).run(picture) { tile in
                onEvent(.upscaling(tile: tiles.begun + tile, of: tiles.total))
            }
        }
    }
}
