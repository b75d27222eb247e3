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

    /// Whether the latents are drawn from what the encoder allows, by the first noise of each picture's seed. A tiny VAE allows one only.
    var isSampled: Bool { wantsSample && requests[0].vae.encoderNetwork != .tinyEncoder }
    /// Whether that was asked for.
    var wantsSample: Bool { !sources.isEmpty && requests[0].imageToImage.posterior == .sampleFirst }

    /// The start of the run.
    /// - Parameter encoded: the latents of `toEncode`, in its order; with the deviation behind the mean when they are to be sampled.
    func start(_ encoded: [NDArray]) -> StartLatents {
        guard !sources.isEmpty else {
            let count = requests.reduce(0) { $0 + $1.batchSize }
            return StartLatents(extraChannels: encoded.first.map { Self.extraChannels(ofNothing: $0, count: count) })
        }
        let ones = NDArray(repeating: 1, shape: [1, 1] + latentShape.dropFirst())
        var latents: [NDArray] = []
        var shares: [NDArray] = []
        var extras: [NDArray] = []
        var drawnCounts: [Int] = []
        for (place, seed) in zip(sourceOfPicture, requests.flatMap(\.seeds)) {
            let source = sources[place]
            let first = takesMaskedPicture ? 2 * place : place
            func firstNoise(_ shape: [Int]) -> NDArray {
                var noise = BatchNoise(source: requests[0].noise, seed: seed, count: 1)
                return noise.draw(shape)
            }
            let start = isSampled ? encoded[first].sampled(firstNoise) : encoded[first]
            if isSampled { drawnCounts.append(start.values.count) }
            latents.append(source.start(start, latentShape: latentShape) { firstNoise(latentShape) })
            let kept = (source.latentMask ?? ones).map { 1 - $0 }
            shares.append(.stackedChannels(.init(repeating: kept, count: latentShape[0])))
            if takesMaskedPicture {
                // The picture behind the mask is never sampled: it is what the checkpoint sees, not where drawing begins.
                let seen = isSampled ? encoded[first + 1].moments.mean : encoded[first + 1]
                extras.append(.stackedChannels([source.conditioningMask ?? ones, source.resized(seen, to: latentShape)]))
            }
        }
        let batch = NDArray.concatenated(latents)
        let hasMask = sources.contains { $0.latentMask != nil }
        return StartLatents(
            latents: batch, drawnCounts: drawnCounts,
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

    /// Notices for the user on the sources of some of the pictures.
    func notices(on pictures: Range<Int>) -> [Notice] {
        sourceOfPicture.isEmpty ? [] : sourceOfPicture[pictures].flatMap { sources[$0].notices }.withoutRepetitions
    }
}

/// The beginning of a run of the sampler, as source pictures make it.
struct StartLatents {
    /// The latents to start from, `[pictures, channels, height, width]`; nil for noise.
    var latents: NDArray?
    /// Numbers that the generator of each picture's seed has given for the latents; empty for none.
    var drawnCounts: [Int] = []
    /// The part that stays; nil when all is drawn.
    var mask: SamplingMask?
    /// The channels that an inpainting UNet is told behind the latents, `[pictures, 5, height, width]`; nil for all others.
    var extraChannels: NDArray?
}

extension NDArray {
    /// Both halves of an encoder's answer, along the channels.
    /// - Precondition: one picture.
    fileprivate var moments: (mean: NDArray, deviation: NDArray) {
        let half = [1, shape[1] / 2] + shape.dropFirst(2)
        return (
            NDArray(shape: half, values: .init(values.prefix(values.count / 2))),
            NDArray(shape: half, values: .init(values.suffix(values.count / 2))))
    }

    /// Latents from an encoder's answer, mean + deviation · noise.
    ///
    /// Source: diffusers `DiagonalGaussianDistribution.sample`.
    /// - Parameter noise: standard normal, of the shape `[channels, height, width]`.
    fileprivate func sampled(_ noise: ([Int]) -> NDArray) -> NDArray {
        var (latents, deviation) = moments
        let drawn = noise(.init(latents.shape.dropFirst()))
        for index in latents.values.indices { latents.values[index] += deviation.values[index] * drawn.values[index] }
        return latents
    }

    /// `[1, n, height, width]` of each, one after another along the second axis.
    static func stackedChannels(_ arrays: [NDArray]) -> NDArray {
        NDArray(
            shape: [1, arrays.reduce(0) { $0 + $1.shape[1] }] + arrays[0].shape.dropFirst(2), values: arrays.flatMap(\.values))
    }
}
