public import Checkpoints
public import Compilation
public import Generation
import ImageProcessing
import OpenVINO
import Synchronization

/// Enlarges pictures without drawing: no checkpoint is needed.
///
/// Safe to share: requests that run at the same time use the same compiled networks, each with buffers of its own.
public final class UpscalingPipeline: StageHost {
    /// Places where each stage may run, in order of preference. Upscalers run where pictures are decoded.
    public let fallbacks: PerStage<Fallbacks>
    let shapes: ShapePlan
    public let networks: CompiledNetworks
    let retention: DiffusionPipeline.Retention
    public let upscalers: UpscalerLibrary
    let inputPictures: (any InputPictureSource)?
    private let current: Mutex<PerStage<Placement>>

    /// Nothing is compiled yet.
    /// - Parameters:
    ///   - fallbacks: where upscalers run first, and where when that fails.
    ///   - networks: where compiled networks are kept.
    ///   - upscalers: those that requests name.
    ///   - inputPictures: where the pixels of source pictures come from.
    public init(
        fallbacks: Fallbacks = Fallbacks(.reference), shapes: ShapePlan = ShapePlan(), networks: CompiledNetworks,
        retention: DiffusionPipeline.Retention = .always, upscalers: UpscalerLibrary, inputPictures: (any InputPictureSource)? = nil
    ) {
        self.fallbacks = PerStage(repeating: fallbacks)
        self.shapes = shapes
        self.networks = networks
        self.retention = retention
        self.upscalers = upscalers
        self.inputPictures = inputPictures
        current = Mutex(PerStage(repeating: fallbacks.first))
    }

    /// Place where each stage runs now.
    public var placements: PerStage<Placement> { current.withLock { $0 } }

    func move(_ stage: Stage, to placement: Placement) { current.withLock { $0[stage] = placement } }

    /// Checks all that can be known of a request before its pictures are read.
    public static func validate(_ request: GenerationRequest, upscalers: UpscalerLibrary) throws(InvalidRequest) {
        try request.validate()
        try upscalers.validate(namesIn: request)
    }

    /// Enlarges the source pictures of requests.
    ///
    /// Cancelling the task stops between two tiles.
    /// - Parameters:
    ///   - requests: `upscaling.mode` is `.plain` in each.
    ///   - onEvent: told of progress, in order, from within the call; should return at once.
    /// - Returns: for each request its pictures, with the texts of their sources.
    public func enlarge(
        _ requests: [GenerationRequest], onEvent: @escaping @Sendable (GenerationEvent) -> Void
    ) async throws(DiffusionError) -> [GenerationResult] {
        do {
            for request in requests { try Self.validate(request, upscalers: upscalers) }
            var run = UpscalingRun(self, onEvent: onEvent)
            return try await run.enlarged(requests)
        } catch {
            throw DiffusionError(error)
        }
    }
}

/// Requests whose pictures are enlarged, on their way.
struct UpscalingRun: NetworkRun {
    let host: UpscalingPipeline
    let onEvent: @Sendable (GenerationEvent) -> Void
    var record: RunRecord

    init(_ host: UpscalingPipeline, onEvent: @escaping @Sendable (GenerationEvent) -> Void) {
        self.host = host
        self.onEvent = onEvent
        record = RunRecord(host.placements)
    }

    var retention: DiffusionPipeline.Retention { host.retention }

    mutating func enlarged(_ requests: [GenerationRequest]) async throws -> [GenerationResult] {
        let began = ContinuousClock.now
        let work = try requests.map { request in
            try (0..<request.batchSize).compactMap { index in
                try request.sourcePicture(at: index).map { try UpscalingWork($0, request.recipe.upscaling, on: host) }
            }
        }
        record.tiles.total = work.joined().reduce(0) { $0 + $1.tileCount }
        var pictures: [[Picture<RGBImage>]] = []
        for (request, work) in zip(requests, work) {
            var ofRequest: [Picture<RGBImage>] = []
            for (seed, work) in zip(request.seeds, work) {
                let enlarged = try await work.enlarged(in: &self)
                var picture = Picture(enlarged.image, seed: seed, infotext: enlarged.parameters ?? "")
                picture.alpha = enlarged.alpha
                ofRequest.append(picture)
            }
            pictures.append(ofRequest)
        }
        await releaseUpscalers()
        var timings = GenerationTimings()
        (timings.compile, timings.upscale) = (record.compileSeconds, record.upscaleSeconds)
        timings.total = (ContinuousClock.now - began).seconds
        let runtimeVersion = try Self.runtimeVersion
        return pictures.map { pictures in
            // All stages are said to run where the upscaler does: there are no others.
            GenerationResult(
                pictures: pictures, tokenCount: 0, chunkCount: 0, warnings: record.notices.withoutRepetitions,
                places: PerStage(repeating: record.places.decode), runtimeVersion: runtimeVersion, timings: timings,
                compiles: record.compiles, moves: record.moves)
        }
    }
}

/// A source picture, and what is to be made of it.
struct UpscalingWork {
    let source: InputImage
    private let size: UpscaledSize
    private let upscaler: Upscaler
    /// nil where nothing of a second one is mixed in.
    private let second: (upscaler: Upscaler, share: Float)?

    /// Reads the picture.
    /// - Throws: `InvalidRequest` when it is not there, or would become too large; `CheckpointError` for an upscaler's file.
    init(_ picture: InputPicture, _ upscaling: Upscaling, on host: some StageHost) throws {
        source = try host.image(of: picture)
        size = UpscaledSize(upscaling, of: source.image.size)
        upscaler = try host.upscalers.upscaler(named: upscaling.upscaler, field: .upscaler)
        if case .none = upscaler {
            second = nil
            return
        }
        try size.validate(field: upscaling.sizeField)
        let other = upscaling.secondUpscaler.isEmpty || upscaling.secondShare == 0
            ? Upscaler.none : try host.upscalers.upscaler(named: upscaling.secondUpscaler, field: .secondUpscaler)
        if case .none = other { second = nil } else { second = (other, upscaling.secondShare) }
    }

    var tileCount: Int {
        let counts = [upscaler, second?.upscaler].compactMap(\.self).map { $0.tileCount(from: source.image.size, to: size) }
        return counts.reduce(0, +)
    }

    /// The finished picture. Transparency is enlarged by Lanczos.
    func enlarged(in run: inout some NetworkRun) async throws -> InputImage {
        if case .none = upscaler { return source }
        var image = try await run.enlarged(source.image, to: size, by: upscaler)
        if let second {
            let other = try await run.enlarged(source.image, to: size, by: second.upscaler)
            image = image.blended(with: other, share: second.share)
        }
        let alpha = source.alpha.map {
            GrayImage(width: source.image.width, height: source.image.height, pixels: $0).resized(to: size.enlarged)
        }
        return InputImage(image.cut(to: size.final), alpha: alpha?.cut(to: size.final).pixels, parameters: source.parameters)
    }
}

extension Raster {
    /// The middle of the picture.
    fileprivate func cut(to size: PictureSize) -> Self {
        if self.size == size { return self }
        return placed(on: size, left: size.width / 2 - width / 2, top: size.height / 2 - height / 2)
    }
}
