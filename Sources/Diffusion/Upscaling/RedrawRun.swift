import Compilation
import Generation
import ImageProcessing
import Tensors

/// Requests whose pictures are enlarged, and drawn anew in tiles of the recipe's width and height: A1111's script "SD upscale".
///
/// Each tile begins with its part of the enlarged picture, and with noise of a seed that counts up from the picture's own. Where tiles
/// overlap, each is blended over the one before.
struct RedrawRun: NetworkRun {
    let host: DiffusionPipeline
    private let plan: RequestPlan
    private let previews: PreviewSchedule
    let onEvent: @Sendable (GenerationEvent) -> Void
    var record: RunRecord

    private var timings = GenerationTimings()

    init(
        _ pipeline: DiffusionPipeline, _ plan: RequestPlan, previews: PreviewSchedule,
        onEvent: @escaping @Sendable (GenerationEvent) -> Void
    ) {
        host = pipeline
        self.plan = plan
        self.previews = previews
        self.onEvent = onEvent
        record = RunRecord(pipeline.placements)
    }

    var retention: DiffusionPipeline.Retention { host.retention }

    mutating func drawn() async throws -> DrawnRequests {
        try Task.checkCancellation()
        let began = ContinuousClock.now
        let enlarged = try await enlargedSources()
        let pictures = zip(plan.requests.flatMap(\.singles), enlarged).map { TiledPicture($0, $1, plan.shared.recipe) }
        let total = pictures.reduce(0) { $0 + $1.tiles.count }
        var done = 0
        var drawn: [(picture: TiledPicture, result: GenerationResult, decoded: RGBImage)] = []
        for picture in pictures {
            let (result, decoded) = try await draw(picture, tilesBefore: done, of: total)
            drawn.append((picture, result, decoded))
            done += picture.tiles.count
        }
        timings.total = (ContinuousClock.now - began).seconds
        var rest = drawn[...]
        let results = plan.requests.map { request in
            let own = Array(rest.prefix(request.batchSize))
            rest = rest.dropFirst(request.batchSize)
            return result(own)
        }
        return DrawnRequests(results: results, decoded: drawn.map(\.decoded), networks: record.uses)
    }

    /// All source pictures in their larger size, with sides that the VAE takes.
    private mutating func enlargedSources() async throws -> [RGBImage] {
        let upscaling = plan.shared.upscaling
        let work = try plan.requests.flatMap { request in
            try (0..<request.batchSize).compactMap { index in
                try request.sourcePicture(at: index).map { try UpscalingWork($0, upscaling, on: host) }
            }
        }
        record.tiles.total = work.reduce(0) { $0 + $1.tileCount }
        var pictures: [RGBImage] = []
        for work in work {
            let enlarged = try await work.enlarged(in: &self).flattened(on: plan.shared.imageToImage.background)
            let aligned = enlarged.aligned(to: GenerationRequest.sideMultiple)
            if aligned.size != enlarged.size {
                record.notices.append(Notice(
                    .sizeAdapted, ["from": .text(enlarged.size.text), "to": .text(aligned.size.text)],
                    "The picture of \(enlarged.size.text) was brought to \(aligned.size.text) to be drawn anew."))
            }
            pictures.append(aligned)
        }
        await releaseUpscalers()
        if plan.shared.tiling != .none {
            record.notices.append(Notice(.tilingUnused, "Tiling has no effect on pictures that are drawn anew in tiles."))
        }
        return pictures
    }

    private mutating func draw(
        _ picture: TiledPicture, tilesBefore before: Int, of total: Int
    ) async throws -> (GenerationResult, decoded: RGBImage) {
        // Read once: all tiles have the prompts of the picture's own seed.
        let read = try host.plan(for: [picture.request])
        var blender = TileBlender(picture.tiles, scale: 1, isTakenInParts: true)
        var pixels: [UInt8] = []
        var whole: GenerationResult?
        for index in 0..<picture.tiles.count {
            try Task.checkCancellation()
            let number = before + index
            let tile = picture.tile(index)
            let tilePlan = RequestPlan(
                requests: [tile.request], passes: read.passes, prompts: read.prompts, joined: read.joined, readings: read.readings)
            let onEvent = onEvent
            var run = RequestRun(
                host, tilePlan, previews: previews, inputPictures: tile, retention: number == total - 1 ? nil : .always
            ) { event in
                switch event {
                case .denoising(let done, let count): onEvent(.denoising(done: number * count + done, total: total * count))
                case .decoding: onEvent(.decoding(index: number, total: total))
                case .encoding, .encodingPictures: if number == 0 { onEvent(event) }
                default: onEvent(event)
                }
            }
            let drawn = try await run.drawn()
            take(drawn)
            whole = whole?.joined(with: drawn.results[0]) ?? drawn.results[0]
            blender.add(drawn.results[0].images[0].unitPlanes)
            blender.takeFinishedRows()?.appendPixels(to: &pixels, width: picture.size.width)
        }
        guard var result = whole else { throw DiffusionError.cancelled }
        let decoded = RGBImage(width: picture.size.width, height: picture.size.height, pixels: pixels)
        result.pictures[0].content = plan.shared.grading.applied(to: decoded, seed: picture.request.seed)
        return (result, decoded)
    }

    /// Keeps what happened while a tile was drawn.
    private mutating func take(_ drawn: DrawnRequests) {
        let result = drawn.results[0]
        record.uses += drawn.networks.filter { !record.uses.contains($0) }
        record.places = result.places
        record.compiles += result.compiles
        record.moves += result.moves
        timings.load = result.timings.load
        timings.encode += result.timings.encode
        timings.encodePictures += result.timings.encodePictures
        timings.steps += result.timings.steps
        timings.decode += result.timings.decode
        for stage in Stage.allCases { timings.compile[stage] += result.timings.compile[stage] }
    }

    /// The result of a request whose pictures are there.
    private func result(_ drawn: [(picture: TiledPicture, result: GenerationResult, decoded: RGBImage)]) -> GenerationResult {
        var result = drawn[0].result
        result.pictures = drawn.flatMap(\.result.pictures)
        result.warnings = (drawn.flatMap(\.result.warnings) + record.notices).withoutRepetitions
        result.timings = timings
        result.timings.upscale = record.upscaleSeconds
        result.timings.compile.decode += record.compileSeconds.decode
        (result.places, result.compiles, result.moves) = (record.places, record.compiles, record.moves)
        return result
    }
}

/// An enlarged picture and its tiles.
private struct TiledPicture {
    /// Draws a tile; its picture and its seed are still those of the whole.
    let request: GenerationRequest
    let tiles: TilePlan
    private let picture: RGBImage

    var size: PictureSize { picture.size }

    /// - Parameters:
    ///   - request: for this picture alone.
    ///   - recipe: the request's.
    init(_ request: GenerationRequest, _ picture: RGBImage, _ recipe: Recipe) {
        let overlap = recipe.upscaling.tileOverlap
        tiles = TilePlan(
            rows: TileLine(size: picture.height, tile: recipe.height, overlap: overlap),
            columns: TileLine(size: picture.width, tile: recipe.width, overlap: overlap))
        self.picture = picture
        var request = request
        (request.recipe.width, request.recipe.height) = (tiles.columns.length, tiles.rows.length)
        request.recipe.upscaling = Upscaling()
        request.recipe.tiling = .none
        // The whole picture is graded.
        request.recipe.grading = ColorGrading()
        self.request = request
    }

    /// A tile to draw.
    func tile(_ index: Int) -> Tile {
        let place = tiles[index]
        var request = request
        // Noise of its own: equal noise in all tiles shows as a pattern.
        if request.variationStrength == 0 { request.seed &+= UInt64(index) } else { request.variationSeed &+= UInt64(index) }
        return Tile(request: request, image: InputImage(picture.cropped(to: PixelBox(x: place.columns, y: place.rows))))
    }

    /// A tile, which is the only input picture of its request.
    struct Tile: InputPictureSource {
        let request: GenerationRequest
        let image: InputImage

        func image(of picture: InputPicture) -> InputImage { image }
    }
}

extension GenerationResult {
    /// This result with the warnings of another tile.
    fileprivate func joined(with tile: GenerationResult) -> GenerationResult {
        var joined = self
        joined.warnings += tile.warnings
        return joined
    }
}
