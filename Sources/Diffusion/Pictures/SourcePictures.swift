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
    /// The picture that an inpainting checkpoint is told where there is none: grey.
    private let nothing: NDArray

    /// Reads and prepares the pictures.
    /// - Throws: `DiffusionError.request` when one is not there or cannot be read.
    init(_ plan: RequestPlan, _ pipeline: DiffusionPipeline) throws(DiffusionError) {
        requests = plan.requests
        takesMaskedPicture = pipeline.checkpoint.takesMaskedPicture
        let shared = plan.shared
        latentShape = pipeline.checkpoint.vae.configuration.latentShape(width: shared.width, height: shared.height)
        nothing = NDArray(repeating: 0, shape: [1, 3, shared.height, shared.width])
        guard !shared.sourcePictures.isEmpty else {
            (sources, sourceOfPicture) = ([], [])
            return
        }
        struct Key: Hashable { let picture: InputPicture, mask: InputPicture? }
        var places: [Key: Int] = [:]
        var sources: [PreparedSource] = []
        var sourceOfPicture: [Int] = []
        do {
            for request in plan.requests {
                for index in 0..<request.batchSize {
                    guard let picture = request.sourcePicture(at: index) else { continue }
                    let key = Key(picture: picture, mask: request.mask)
                    if places[key] == nil {
                        places[key] = sources.count
                        sources.append(PreparedSource(
                            try pipeline.image(of: picture), mask: try request.mask.map { mask throws(InvalidRequest) in
                                try pipeline.image(of: mask)
                            }, shared.recipe, scaleFactor: pipeline.checkpoint.vae.configuration.scaleFactor))
                    }
                    sourceOfPicture.append(places[key] ?? 0)
                }
            }
        } catch {
            throw .request(error)
        }
        (self.sources, self.sourceOfPicture) = (sources, sourceOfPicture)
    }

    /// The pictures for the encoder, `[1, 3, height, width]` each, each once.
    var toEncode: [NDArray] {
        guard !sources.isEmpty else { return takesMaskedPicture ? [nothing] : [] }
        return Array(Set(sources.flatMap { takesMaskedPicture ? [$0.planes, $0.maskedPlanes] : [$0.planes] }))
    }

    /// The start of the run.
    /// - Parameter encoded: the latents of `toEncode`.
    func start(_ encoded: [NDArray: NDArray]) -> StartLatents {
        let ones = NDArray(repeating: 1, shape: [1, 1] + latentShape.dropFirst())
        guard !sources.isEmpty else {
            let extra = encoded[nothing].map { Self.extraChannels(ofNothing: $0) }
            let count = requests.reduce(0) { $0 + $1.batchSize }
            return StartLatents(extraChannels: extra.map { .concatenated(.init(repeating: $0, count: count)) })
        }
        var latents: [NDArray] = []
        var shares: [NDArray] = []
        var extras: [NDArray] = []
        for (source, seed) in zip(sourceOfPicture.map { sources[$0] }, requests.flatMap(\.seeds)) {
            guard let encodedPicture = encoded[source.planes] else { continue }
            let start = source.start(encodedPicture, latentShape: latentShape) {
                var noise = BatchNoise(source: requests[0].noise, seed: seed, count: 1)
                return noise.draw(latentShape)
            }
            latents.append(start)
            let mask = source.latentMask ?? ones
            shares.append(mask.map { 1 - $0 })
            if takesMaskedPicture, let masked = encoded[source.maskedPlanes] {
                extras.append(.stackedChannels([source.conditioningMask ?? ones, source.resized(masked, to: latentShape)]))
            }
        }
        let batch = NDArray.concatenated(latents)
        let hasMask = sources.contains { $0.latentMask != nil }
        let shared = NDArray.concatenated(shares.map { .stackedChannels(.init(repeating: $0, count: latentShape[0])) })
        return StartLatents(
            latents: batch, mask: hasMask ? SamplingMask(keeping: batch, share: shared) : nil,
            extraChannels: extras.isEmpty ? nil : .concatenated(extras))
    }

    /// What an inpainting checkpoint is told where there is no picture: everything is masked.
    /// - Parameter latents: grey, encoded.
    static func extraChannels(ofNothing latents: NDArray) -> NDArray {
        .stackedChannels([NDArray(repeating: 1, shape: [1, 1] + latents.shape.dropFirst(2)), latents])
    }

    /// The drawn pictures with what was not drawn anew laid over them.
    func finished(_ images: [RGBImage]) -> [RGBImage] {
        sourceOfPicture.isEmpty ? images : zip(images, sourceOfPicture).map { sources[$1].finished($0) }
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
    /// What an inpainting UNet is told behind the latents, `[pictures, 5, height, width]`; nil for all others.
    var extraChannels: NDArray?
}

extension DiffusionPipeline {
    /// The pixels of an input picture.
    fileprivate func image(of picture: InputPicture) throws(InvalidRequest) -> InputImage {
        guard let inputPictures else {
            throw InvalidRequest(field: "source_pictures", "There is no source picture \(picture.sha256.prefix(12)): send it again.")
        }
        return try inputPictures.image(of: picture)
    }
}

extension NDArray {
    /// `[1, n, height, width]` of each, one after another along the second axis.
    static func stackedChannels(_ arrays: [NDArray]) -> NDArray {
        NDArray(
            shape: [1, arrays.reduce(0) { $0 + $1.shape[1] }] + arrays[0].shape.dropFirst(2), values: arrays.flatMap(\.values))
    }
}
