import Checkpoints
import Compilation
import Generation
import GraphIR
import Networks
import OpenVINO
import Prompting
import Sampling
import Tensors

/// One request on its way through the pipeline.
///
/// Each stage gets its network, uses it and lets go of it before the next stage begins; the networks of later stages are
/// compiled meanwhile.
struct RequestRun {
    let pipeline: DiffusionPipeline
    let request: GenerationRequest
    let onEvent: @Sendable (GenerationEvent) -> Void

    private var timings = GenerationTimings()
    private var precisions = PerComponent(repeating: "")
    /// The components that are compiled for this request.
    private var compiling: Set<Component> = []
    private let prompt: [PromptChunk]
    /// nil when guidance is off, for then nothing depends on it.
    private let negativePrompt: [PromptChunk]?

    init(_ pipeline: DiffusionPipeline, _ request: GenerationRequest, onEvent: @escaping @Sendable (GenerationEvent) -> Void) {
        self.pipeline = pipeline
        self.request = request
        self.onEvent = onEvent
        timings.load = pipeline.loadSeconds
        prompt = pipeline.chunks(of: request.prompt)
        negativePrompt = Guidance(scale: request.cfgScale).needsUnconditional ? pipeline.chunks(of: request.negativePrompt) : nil
    }

    mutating func result() async throws -> GenerationResult {
        try Task.checkCancellation()
        let began = ContinuousClock.now
        var sampling = try pipeline.samplingRun(for: request)
        compiling = await pipeline.networks.prepare(Component.allCases.map(key))

        let conditioning = try await encode()
        await finish(.textEncoder)
        try await denoise(&sampling, conditioning)
        await finish(.unet)
        let images = try await decode(sampling.latents)
        await finish(.vae)

        timings.total = (ContinuousClock.now - began).seconds
        return GenerationResult(
            images: images,
            seeds: (0..<request.batchSize).map { request.seed &+ UInt64($0) },
            tokenCount: prompt.reduce(0) { $0 + $1.tokenCount },
            chunkCount: prompt.count,
            devices: pipeline.placements.map(\.device),
            precisions: precisions,
            runtimeVersion: String(try Core.version().prefix { $0 != "-" }),
            timings: timings)
    }

    private mutating func encode() async throws -> Conditioning {
        let network = try await network(.textEncoder)
        onEvent(.encoding)
        let began = ContinuousClock.now
        var encoder = try PromptEncoder(network)
        let embeddings = try await encoder.encode([prompt] + (negativePrompt.map { [$0] } ?? []))
        timings.encode = (ContinuousClock.now - began).seconds
        guard embeddings.allSatisfy(\.isFinite) else { throw DiffusionError.nonFinite(network.component, network.placement) }
        return Conditioning(positive: embeddings[0], negative: negativePrompt == nil ? nil : embeddings[1], cfgScale: request.cfgScale)
    }

    private mutating func denoise(_ run: inout SamplingRun, _ conditioning: Conditioning) async throws {
        let network = try await network(.unet)
        var predictor = try NoisePredictor(network, conditioning, batch: request.batchSize)
        onEvent(.denoising(done: 0, total: run.stepCount))
        var stepBegan = ContinuousClock.now
        while let call = run.nextCall {
            let stepsBefore = run.completedStepCount
            run.accept(try await predictor.predict(call))
            guard run.completedStepCount > stepsBefore else { continue }
            timings.steps.append((ContinuousClock.now - stepBegan).seconds)
            stepBegan = ContinuousClock.now
            onEvent(.denoising(done: run.completedStepCount, total: run.stepCount))
        }
        guard run.latents.isFinite else { throw DiffusionError.nonFinite(network.component, network.placement) }
    }

    private mutating func decode(_ latents: NDArray) async throws -> [RGBImage] {
        let network = try await network(.vae)
        let began = ContinuousClock.now
        var decoder = try LatentDecoder(network)
        var images: [RGBImage] = []
        for index in 0..<request.batchSize {
            onEvent(.decoding(index: index, total: request.batchSize))
            guard let image = try await decoder.decode(latents.slice(index..<index + 1)) else {
                throw DiffusionError.nonFinite(network.component, network.placement)
            }
            images.append(image)
        }
        timings.decode = (ContinuousClock.now - began).seconds
        return images
    }

    private mutating func network(_ component: Component) async throws -> CompiledNetwork {
        let isCompiling = compiling.contains(component)
        if isCompiling { onEvent(.compiling(component, device: pipeline.placements[component].device)) }
        let network = try await pipeline.networks.network(key(component))
        if isCompiling { timings.compile[component] = network.seconds }
        precisions[component] = network.precision
        return network
    }

    /// Lets go of a network unless later requests shall find it.
    private func finish(_ component: Component) async {
        if pipeline.retention == .untilUsed { await pipeline.networks.release(key(component)) }
    }

    /// What a component is compiled for.
    private func key(_ component: Component) -> CompileKey {
        CompileKey(component: component, shape: pipeline.shapes[component] == .fixed ? shape(of: component) : InputShape())
    }

    /// The inputs of this request.
    private func shape(of component: Component) -> InputShape {
        let scaleFactor = pipeline.checkpoint.vae.configuration.scaleFactor
        let (height, width) = (Extent.fixed(request.height / scaleFactor), Extent.fixed(request.width / scaleFactor))
        switch component {
        case .textEncoder:
            return InputShape(batch: .fixed(prompt.count + (negativePrompt?.count ?? 0)))
        case .unet:
            // Prompts of different length are asked about one after the other; see `NoisePredictor`.
            let isJoined = negativePrompt?.count == prompt.count
            let tokens = negativePrompt == nil || isJoined ? Extent.fixed(prompt.count * PromptChunk.length) : .dynamic
            return InputShape(batch: .fixed(request.batchSize * (isJoined ? 2 : 1)), height: height, width: width, tokens: tokens)
        case .vae:
            return InputShape(batch: 1, height: height, width: width)
        }
    }
}

extension DiffusionPipeline {
    fileprivate func chunks(of text: String) -> [PromptChunk] {
        PromptChunker(tokenizer: tokenizer, paddingToken: Int32(clamping: checkpoint.tokenizer.paddingTokenID)).chunks(of: text)
    }

    fileprivate func samplingRun(for request: GenerationRequest) throws(SamplingError) -> SamplingRun {
        let vae = checkpoint.vae.configuration
        return try SamplingRun(
            request.sampler, schedule: request.schedule, steps: request.steps, objective: objective,
            noise: BatchNoise(source: request.noise, seed: request.seed, count: request.batchSize),
            imageShape: [vae.latentChannels, request.height / vae.scaleFactor, request.width / vae.scaleFactor])
    }
}
