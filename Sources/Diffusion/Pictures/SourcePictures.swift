import Checkpoints
import Generation
import Sampling
import Tensors

/// The source pictures of requests that are drawn together: what is done with them before and after the networks.
///
/// Without source pictures nothing is done, but for inpainting checkpoints, which are always told a picture.
struct SourcePictures {
    /// The distinct sources.
    private let sources: [PreparedSource]
    /// For each picture that is drawn the place of its source; empty when all start from noise.
    private let sourceOfPicture: [Int]
    private let requests: [GenerationRequest]
    private let latentShape: [Int]
    private let takesMaskedPicture: Bool

    /// Reads and prepares the pictures.
    /// - Parameter inputs: where their pixels come from; nil where none can be had.
    /// - Throws: `DiffusionError.request` when one is not there or cannot be read.
    init(_ plan: RequestPlan, _ pipeline: DiffusionPipeline, from inputs: (any InputPictureSource)?) throws(DiffusionError) {
        requests = plan.requests
        takesMaskedPicture = pipeline.checkpoint.takesMaskedPicture
        let shared = plan.shared
        latentShape = pipeline.checkpoint.vae.configuration.latentShape(width: shared.width, height: shared.height)
        guard !shared.sourcePictures.isEmpty else {
            (sources, sourceOfPicture) = ([], [])
            return
        }
        struct Key: Hashable { let picture: InputPicture, mask: InputPicture? }
        var places: [Key: Int] = [:]
        var sources: [PreparedSource] = []
        var sourceOfPicture: [Int] = []
        func image(of picture: InputPicture) throws(InvalidRequest) -> InputImage {
            guard let inputs else { throw .missingInput(picture) }
            return try inputs.image(of: picture)
        }
        do {
            for request in plan.requests {
                for index in 0..<request.batchSize {
                    guard let picture = request.sourcePicture(at: index) else { continue }
                    let key = Key(picture: picture, mask: request.mask)
                    if places[key] == nil {
                        places[key] = sources.count
                        let mask = try request.mask.map { mask throws(InvalidRequest) in try image(of: mask) }
                        sources.append(PreparedSource(
                            try image(of: picture), mask: mask, shared.recipe,
                            scaleFactor: pipeline.checkpoint.vae.configuration.scaleFactor, isMaskedShown: takesMaskedPicture))
                    }
                    sourceOfPicture.append(places[key] ?? 0)
                }
            }
        } catch {
            throw .request(error)
        }
        (self.sources, self.sourceOfPicture) = (sources, sourceOfPicture)
    }

    /// The pictures for the encoder, `[1, 3, height, width]` each: every source, and behind it what an inpainting checkpoint sees of it.
    var toEncode: [NDArray] {
        guard !sources.isEmpty else { return takesMaskedPicture ? [Self.nothing(for: requests[0])] : [] }
        return sources.flatMap { [$0.planes, $0.maskedPlanes].compactMap(\.self) }
    }

    /// The start of the run.
    /// - Parameter encoded: the latents of `toEncode`, in its order.
    func start(_ encoded: [NDArray]) -> StartLatents {
        guard !sources.isEmpty else {
            let count = requests.reduce(0) { $0 + $1.batchSize }
            return StartLatents(extraChannels: encoded.first.map { Self.extraChannels(ofNothing: $0, count: count) })
        }
        let ones = NDArray(repeating: 1, shape: [1, 1] + latentShape.dropFirst())
        var latents: [NDArray] = []
        var shares: [NDArray] = []
        var extras: [NDArray] = []
        for (place, seed) in zip(sourceOfPicture, requests.flatMap(\.seeds)) {
            let source = sources[place]
            let first = takesMaskedPicture ? 2 * place : place
            latents.append(source.start(encoded[first], latentShape: latentShape) {
                var noise = BatchNoise(source: requests[0].noise, seed: seed, count: 1)
                return noise.draw(latentShape)
            })
            let kept = (source.latentMask ?? ones).map { 1 - $0 }
            shares.append(.stackedChannels(.init(repeating: kept, count: latentShape[0])))
            if takesMaskedPicture {
                extras.append(.stackedChannels([source.conditioningMask ?? ones, source.resized(encoded[first + 1], to: latentShape)]))
            }
        }
        let batch = NDArray.concatenated(latents)
        let hasMask = sources.contains { $0.latentMask != nil }
        return StartLatents(
            latents: batch,
            mask: hasMask
                ? SamplingMask(keeping: batch, share: .concatenated(shares), soft: requests[0].inpainting.soft.blend) : nil,
            extraChannels: extras.isEmpty ? nil : .concatenated(extras))
    }

    /// The picture that an inpainting checkpoint is told where there is none: grey.
    static func nothing(for request: GenerationRequest) -> NDArray {
        NDArray(repeating: 0, shape: [1, 3, request.height, request.width])
    }

    /// The channels that an inpainting checkpoint is told where there is no picture: everything is masked.
    /// - Parameter latents: `nothing`, encoded.
    static func extraChannels(ofNothing latents: NDArray, count: Int) -> NDArray {
        let ones = NDArray(repeating: 1, shape: [1, 1] + latents.shape.dropFirst(2))
        return .concatenated(.init(repeating: .stackedChannels([ones, latents]), count: count))
    }

    /// The drawn pictures with what was not drawn anew laid over them.
    /// - Parameters:
    ///   - latents: of all pictures.
    ///   - start: what they began with.
    func finished(_ images: [RGBImage], latents: NDArray, from start: StartLatents) -> [RGBImage] {
        guard let first = start.latents, !sourceOfPicture.isEmpty else { return images }
        return images.indices.map { index in
            sources[sourceOfPicture[index]].finished(
                images[index], latents: latents.slice(index..<index + 1), start: first.slice(index..<index + 1))
        }
    }

    /// Notes for the user on the sources of some of the pictures, in whole sentences.
    func notes(on pictures: Range<Int>) -> [String] {
        sourceOfPicture.isEmpty ? [] : sourceOfPicture[pictures].flatMap { sources[$0].notes }.withoutRepetitions
    }
}

/// The beginning of a run of the sampler, as source pictures make it.
struct StartLatents {
    /// The latents to start from, `[pictures, channels, height, width]`; nil for noise.
    var latents: NDArray?
    /// The part that stays; nil when all is drawn.
    var mask: SamplingMask?
    /// The channels that an inpainting UNet is told behind the latents, `[pictures, 5, height, width]`; nil for all others.
    var extraChannels: NDArray?
}

extension NDArray {
    /// `[1, n, height, width]` of each, one after another along the second axis.
    static func stackedChannels(_ arrays: [NDArray]) -> NDArray {
        NDArray(
            shape: [1, arrays.reduce(0) { $0 + $1.shape[1] }] + arrays[0].shape.dropFirst(2), values: arrays.flatMap(\.values))
    }
}
