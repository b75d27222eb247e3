import Checkpoints
public import Compilation
public import Generation
import OpenVINO
public import Prompting
public import Sampling
import Tensors

/// One request on its way through the pipeline.
///
/// Each stage gets its network, uses it and lets go of it before the next stage begins; the networks of later stages are
/// compiled meanwhile. A stage whose network fails goes on with the next rung of its ladder, and is done again from its start.
struct RequestRun {
    let pipeline: DiffusionPipeline
    let request: GenerationRequest
    let onEvent: @Sendable (GenerationEvent) -> Void

    private var timings = GenerationTimings()
    private var placements: PerComponent<Placement>
    private var precisions = PerComponent(repeating: "")
    /// What is compiled for this request.
    private var compiling: Set<CompileKey> = []
    private var compiles: [CompileRecord] = []
    private var moves: [Move] = []
    private let prompt: [PromptChunk]
    /// nil when guidance is off, for then nothing depends on it.
    private let negativePrompt: [PromptChunk]?

    init(_ pipeline: DiffusionPipeline, _ request: GenerationRequest, onEvent: @escaping @Sendable (GenerationEvent) -> Void) {
        self.pipeline = pipeline
        self.request = request
        self.onEvent = onEvent
        timings.load = pipeline.loadSeconds
        placements = pipeline.placements
        prompt = pipeline.chunks(of: request.prompt)
        negativePrompt = Guidance(scale: request.cfgScale).needsUnconditional ? pipeline.chunks(of: request.negativePrompt) : nil
    }

    mutating func result() async throws -> GenerationResult {
        try Task.checkCancellation()
        let began = ContinuousClock.now
        // Refuses what cannot be sampled before anything is compiled.
        let sampling = try pipeline.samplingRun(for: request)
        compiling = await pipeline.networks.prepare(Component.allCases.map(key), of: pipeline.checkpoint)

        let texts = try await onLadder(.textEncoder) { run, network in try await run.encode(network) }
        let latents = try await onLadder(.unet) { run, network in try await run.denoise(network, sampling, texts) }
        let images = try await decode(latents)

        timings.total = (ContinuousClock.now - began).seconds
        return GenerationResult(
            images: images,
            seeds: (0..<request.batchSize).map { request.seed &+ UInt64($0) },
            tokenCount: prompt.reduce(0) { $0 + $1.tokenCount },
            chunkCount: prompt.count,
            devices: placements.map(\.device),
            precisions: precisions,
            runtimeVersion: String(try Core.version().prefix { $0 != "-" }),
            timings: timings,
            compiles: compiles,
            moves: moves)
    }

    // MARK: Stages

    /// - Returns: embeddings of the texts that the UNet is asked about; see `texts`.
    private mutating func encode(_ network: CompiledNetwork) async throws -> [NDArray] {
        onEvent(.encoding)
        let began = ContinuousClock.now
        var encoder = try PromptEncoder(network)
        let embeddings = try await encoder.encode(texts)
        timings.encode = (ContinuousClock.now - began).seconds
        guard embeddings.allSatisfy(\.isFinite) else { throw DiffusionError.nonFinite(network.component, network.placement) }
        return embeddings
    }

    /// - Returns: the finished latents.
    private mutating func denoise(_ network: CompiledNetwork, _ start: SamplingRun, _ texts: [NDArray]) async throws -> NDArray {
        var run = start
        var predictor = try NoisePredictor(network, pictureCount: request.batchSize)
        let guidance = Guidance(scale: request.cfgScale)
        timings.steps = []
        onEvent(.denoising(done: 0, total: run.stepCount))
        var stepBegan = ContinuousClock.now
        while let call = run.nextCall {
            let stepsBefore = run.completedStepCount
            let answers = try await predictor.predict(call, for: texts)
            run.accept(answers.count == 1 ? answers[0] : guidance.combine(unconditional: answers[0], conditional: answers[1]))
            guard run.completedStepCount > stepsBefore else { continue }
            guard run.latents.isFinite else { throw DiffusionError.nonFinite(network.component, network.placement) }
            timings.steps.append((ContinuousClock.now - stepBegan).seconds)
            stepBegan = ContinuousClock.now
            onEvent(.denoising(done: run.completedStepCount, total: run.stepCount))
        }
        return run.latents
    }

    /// Pictures that are done stay when a later one fails.
    private mutating func decode(_ latents: NDArray) async throws -> [RGBImage] {
        var images: [RGBImage] = []
        try await onLadder(.vae) { run, network in
            let began = ContinuousClock.now
            var decoder = try LatentDecoder(network)
            while images.count < run.request.batchSize {
                let index = images.count
                run.onEvent(.decoding(index: index, total: run.request.batchSize))
                guard let image = RGBImage(planes: try await decoder.decode(latents.slice(index..<index + 1))) else {
                    throw DiffusionError.nonFinite(network.component, network.placement)
                }
                images.append(image)
            }
            run.timings.decode = (ContinuousClock.now - began).seconds
        }
        return images
    }

    // MARK: Networks

    /// Runs a stage with its network, on the next rung of the ladder when a device fails or its numbers are not finite.
    private mutating func onLadder<Result>(
        _ component: Component, _ stage: (inout RequestRun, CompiledNetwork) async throws -> Result
    ) async throws -> Result {
        while true {
            let placement = placements[component]
            do {
                let result = try await stage(&self, try await network(component))
                if pipeline.retention == .untilUsed { await pipeline.networks.release(key(component)) }
                return result
            } catch {
                let failure = DiffusionError(error)
                guard let isDeviceLost = failure.isDeviceLost,
                    let next = pipeline.ladders[component].next(after: placement, onOtherDevice: isDeviceLost)
                else { throw failure }
                let move = Move(component: component, from: placement.description, to: next.description, reason: failure.description)
                // A lost device is lost for all; strange numbers may be this request's alone, and must not slow down others.
                if isDeviceLost, pipeline.placements[component] == placement { pipeline.move(component, to: next) }
                placements[component] = next
                moves.append(move)
                onEvent(.moved(move))
            }
        }
    }

    private mutating func network(_ component: Component) async throws -> CompiledNetwork {
        let key = key(component)
        compiling.formUnion(await pipeline.networks.prepare([key], of: pipeline.checkpoint))
        // Nobody waits for a compile as long as something that gives the same picture is ready.
        if let ready = await pipeline.networks.readyNetwork(serving: key), ready.key != key {
            precisions[component] = ready.precision
            return ready
        }
        let isCompiling = compiling.remove(key) != nil
        if isCompiling { onEvent(.compiling(component, device: key.placement.device)) }
        let network = try await pipeline.networks.network(key, of: pipeline.checkpoint)
        if isCompiling {
            timings.compile[component] = network.seconds
            compiles.append(network.record)
        }
        precisions[component] = network.precision
        return network
    }

    /// What a component is compiled for.
    private func key(_ component: Component) -> CompileKey {
        pipeline.key(of: component, at: placements[component], for: request, chunkCounts: texts.map(\.count))
    }

    /// What the UNet is asked about in each step: the negative prompt unless guidance is off, then the prompt.
    private var texts: [[PromptChunk]] { (negativePrompt.map { [$0] } ?? []) + [prompt] }
}

extension DiffusionPipeline {
    /// What a component is compiled for when it draws `request` where it runs now.
    public func key(of component: Component, for request: GenerationRequest) -> CompileKey {
        let texts = Guidance(scale: request.cfgScale).needsUnconditional ? [request.negativePrompt, request.prompt] : [request.prompt]
        return key(of: component, at: placements[component], for: request, chunkCounts: texts.map { chunks(of: $0).count })
    }

    /// - Parameter chunkCounts: of the texts that the UNet is asked about in each step.
    func key(of component: Component, at placement: Placement, for request: GenerationRequest, chunkCounts: [Int]) -> CompileKey {
        let scaleFactor = checkpoint.vae.configuration.scaleFactor
        let need = ShapeNeed(
            pictureCount: request.batchSize, latentHeight: request.height / scaleFactor, latentWidth: request.width / scaleFactor,
            chunkCounts: chunkCounts)
        return CompileKey(
            checkpoint: checkpoint.identity, component: component, placement: placement,
            shape: shapes.shape(of: component, on: placement.device, for: need))
    }

    /// A plain prompt as the text encoder takes it.
    public func chunks(of text: String) -> [PromptChunk] {
        PromptChunker(tokenizer: tokenizer, paddingToken: Int32(clamping: checkpoint.tokenizer.paddingTokenID)).chunks(ofPlainText: text).chunks
    }

    /// What the sampler asks the UNet for this request.
    public func samplingRun(for request: GenerationRequest) throws(SamplingError) -> SamplingRun {
        let vae = checkpoint.vae.configuration
        return try SamplingRun(
            request.sampler, schedule: request.schedule, steps: request.steps, objective: objective,
            noise: BatchNoise(source: request.noise, seed: request.seed, count: request.batchSize),
            imageShape: [vae.latentChannels, request.height / vae.scaleFactor, request.width / vae.scaleFactor])
    }
}
