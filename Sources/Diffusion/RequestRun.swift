import Checkpoints
import Compilation
import Generation
import Networks
import OpenVINO
import Prompting
import Sampling
import Tensors

/// Requests that are drawn together on their way through the pipeline; mostly it is one.
///
/// Each stage gets its network, uses it and lets go of it before the next stage begins; the networks of later stages are
/// compiled meanwhile. A stage whose network fails goes on with the next rung of its ladder, and is done again from its start.
struct RequestRun {
    let pipeline: DiffusionPipeline
    let requests: [GenerationRequest]
    let onEvent: @Sendable (GenerationEvent) -> Void

    private var timings = GenerationTimings()
    private var placements: PerStage<Placement>
    private var precisions = PerStage(repeating: "")
    /// What is compiled for this request.
    private var compiling: Set<CompileKey> = []
    private var compiles: [CompileRecord] = []
    private var moves: [Move] = []
    /// Of each request.
    private let plans: [PromptPlan]
    /// Of the whole batch.
    private let plan: PromptPlan
    /// Of the text encoder: where the requests' clip skip finds the embeddings.
    private let encoderOutput: String

    init(
        _ pipeline: DiffusionPipeline, _ requests: [GenerationRequest], onEvent: @escaping @Sendable (GenerationEvent) -> Void
    ) throws(InvalidRequest) {
        self.pipeline = pipeline
        self.requests = requests
        self.onEvent = onEvent
        timings.load = pipeline.loadSeconds
        placements = pipeline.placements
        plans = try pipeline.promptPlans(for: requests)
        plan = PromptPlan(joining: plans)
        encoderOutput = try pipeline.encoderOutput(for: requests[0])
    }

    /// What the requests share: all but prompts, styles, seeds and batch sizes.
    private var shared: GenerationRequest { requests[0] }

    /// Pictures of all requests.
    private var pictureCount: Int { plan.pictures.count }

    /// - Returns: one for each request.
    mutating func results() async throws -> [GenerationResult] {
        try Task.checkCancellation()
        let began = ContinuousClock.now
        // Refuses what cannot be sampled before anything is compiled.
        let sampling = try pipeline.samplingRun(for: requests)
        let stages = Stage.allCases.filter { $0 != .encode || knownEmbeddings == nil }
        compiling = await pipeline.networks.prepare(stages.map(key), of: pipeline.checkpoint)

        let embeddings = try await encode()
        let latents = try await onLadder(.denoise) { run, network in try await run.denoise(network, sampling, embeddings) }
        let images = try await decode(latents)

        timings.total = (ContinuousClock.now - began).seconds
        let runtimeVersion = String(try Core.version().prefix { $0 != "-" })
        var next = 0
        return zip(requests, plans).map { request, plan in
            defer { next += request.batchSize }
            return result(of: request, plan, Array(images[next..<next + request.batchSize]), runtimeVersion)
        }
    }

    private func result(of request: GenerationRequest, _ plan: PromptPlan, _ images: [RGBImage], _ runtimeVersion: String) -> GenerationResult {
        GenerationResult(
            images: images,
            seeds: request.seeds,
            prompts: plan.pictures.map(\.prompt),
            negativePrompts: plan.pictures.map(\.negativePrompt),
            tokenCount: plan.longestText?.tokenCount ?? 0,
            chunkCount: plan.longestText?.chunks.count ?? 0,
            ignored: plan.ignored,
            warnings: plan.warnings + (pipeline.checkpoint.assumption.map { [$0] } ?? []),
            dependsOnScheduleCounting: plan.dependsOnScheduleCounting,
            devices: placements.map(\.device),
            precisions: precisions,
            runtimeVersion: runtimeVersion,
            timings: timings,
            compiles: compiles,
            moves: moves)
    }

    // MARK: Stages

    /// - Returns: embeddings of the plan's texts.
    private mutating func encode() async throws -> [NDArray] {
        let began = ContinuousClock.now
        guard let known = knownEmbeddings else {
            return try await onLadder(.encode) { run, network in try await run.encode(network) }
        }
        onEvent(.encoding)
        precisions.encode = known[0].precision
        timings.encode = (ContinuousClock.now - began).seconds
        return known.map(\.embeddings)
    }

    /// What is known of the plan's texts from earlier requests; nil unless that is all.
    private var knownEmbeddings: [EncodedPrompts.Entry]? {
        let known = plan.texts.compactMap { pipeline.encodedPrompt(encodingKey($0, at: placements.encode)) }
        return known.count == plan.texts.count ? known : nil
    }

    private mutating func encode(_ network: CompiledNetwork) async throws -> [NDArray] {
        onEvent(.encoding)
        let began = ContinuousClock.now
        var encoder = try PromptEncoder(network, output: encoderOutput, emphasis: shared.emphasis, inversions: plan.inversions)
        var embeddings: [NDArray] = []
        // Each by itself: what else is encoded with a text changes its last digits, and a picture must not depend on what came before it.
        for text in plan.texts {
            let key = encodingKey(text, at: network.placement)
            if let known = pipeline.encodedPrompt(key) {
                embeddings.append(known.embeddings)
                continue
            }
            let encoded = try await encoder.encode([text.chunks])[0]
            guard encoded.isFinite else { throw DiffusionError.nonFinite(network.stage, network.placement) }
            pipeline.keep(EncodedPrompts.Entry(embeddings: encoded, precision: network.precision), for: key)
            embeddings.append(encoded)
        }
        timings.encode = (ContinuousClock.now - began).seconds
        return embeddings
    }

    private func encodingKey(_ text: ChunkedPrompt, at placement: Placement) -> EncodedPrompts.Key {
        let names = Set(text.chunks.flatMap { $0.insertions.values.map(\.name) })
        return EncodedPrompts.Key(
            chunks: text.chunks, inversions: plan.inversions.filter { names.contains($0.key) }, placement: placement, output: encoderOutput,
            emphasis: shared.emphasis)
    }

    /// - Returns: the finished latents.
    private mutating func denoise(_ network: CompiledNetwork, _ start: SamplingRun, _ embeddings: [NDArray]) async throws -> NDArray {
        var run = start
        var predictor = try NoisePredictor(network, pictureCount: pictureCount, guidance: Guidance(scale: shared.cfgScale))
        let guidance = pipeline.guidance(of: shared)
        timings.steps = []
        onEvent(.denoising(done: 0, total: run.stepCount))
        var stepBegan = ContinuousClock.now
        while let call = run.nextCall {
            let stepsBefore = run.completedStepCount
            let answers = try await predictor.predict(call, forEach: plan.contexts(atEvaluation: run.completedCallCount, embeddings))
            run.accept(plan.guided(answers, by: guidance))
            guard run.completedStepCount > stepsBefore else { continue }
            guard run.latents.isFinite else { throw DiffusionError.nonFinite(network.stage, network.placement) }
            timings.steps.append((ContinuousClock.now - stepBegan).seconds)
            stepBegan = ContinuousClock.now
            onEvent(.denoising(done: run.completedStepCount, total: run.stepCount))
            if shared.previewInterval > 0, run.completedStepCount.isMultiple(of: shared.previewInterval) { await preview(run) }
        }
        return run.latents
    }

    /// Tells what the pictures look like so far, if that is known.
    private func preview(_ run: SamplingRun) async {
        guard let estimate = run.denoised else { return }
        if pipeline.latentColors == nil { await findColors(shape: Array(estimate.shape.dropFirst())) }
        guard let colors = pipeline.latentColors else { return }
        let images = (0..<pictureCount).compactMap { colors.picture(of: estimate.slice($0..<$0 + 1)) }
        if images.count == pictureCount { onEvent(.preview(images)) }
    }

    /// Finds out by a decode, once, what latents of a VAE look like that nothing is known of. A VAE that is not compiled yet is not waited for.
    private func findColors(shape: [Int]) async {
        // In all colours, unlike any picture.
        let latents = NaturalLatents.make(shape: shape, seed: 0)
        guard let network = await pipeline.networks.readyNetwork(serving: key(.decode)), var decoder = try? LatentDecoder(network),
            let planes = try? await decoder.decode(latents), let picture = RGBImage(planes: planes)
        else { return }
        pipeline.learnAllColors(latents, became: picture)
    }

    /// Pictures that are done stay when a later one fails.
    private mutating func decode(_ latents: NDArray) async throws -> [RGBImage] {
        var images: [RGBImage] = []
        try await onLadder(.decode) { run, network in
            let began = ContinuousClock.now
            var decoder = try LatentDecoder(network)
            while images.count < run.pictureCount {
                let index = images.count
                run.onEvent(.decoding(index: index, total: run.pictureCount))
                guard let image = RGBImage(planes: try await decoder.decode(latents.slice(index..<index + 1))) else {
                    throw DiffusionError.nonFinite(network.stage, network.placement)
                }
                run.pipeline.learn(latents.slice(index..<index + 1), became: image)
                images.append(image)
            }
            run.timings.decode = (ContinuousClock.now - began).seconds
        }
        return images
    }

    // MARK: Networks

    /// Runs a stage with its network, on the next rung of the ladder when a device fails or its numbers are not finite.
    private mutating func onLadder<Result>(
        _ stage: Stage, _ work: (inout RequestRun, CompiledNetwork) async throws -> Result
    ) async throws -> Result {
        while true {
            let placement = placements[stage]
            do {
                let result = try await work(&self, try await network(stage))
                if pipeline.retention == .untilUsed { await pipeline.networks.release(key(stage)) }
                return result
            } catch {
                let failure = explained(DiffusionError(error))
                guard let isDeviceLost = failure.isDeviceLost,
                    let next = pipeline.ladders[stage].next(after: placement, onOtherDevice: isDeviceLost)
                else { throw failure }
                let move = Move(stage: stage, from: placement.description, to: next.description, reason: failure.description)
                // A lost device is lost for all; strange numbers may be this request's alone, and must not slow down others.
                if isDeviceLost, pipeline.placements[stage] == placement { pipeline.move(stage, to: next) }
                placements[stage] = next
                moves.append(move)
                onEvent(.moved(move))
            }
        }
    }

    /// Numbers that are not finite may be the prompt's doing, and then no other device draws it.
    private func explained(_ error: DiffusionError) -> DiffusionError {
        let weight = plan.heaviestWeight
        guard case .nonFinite = error, weight > 100 else { return error }
        return .request(InvalidRequest(
            field: "prompt", "A weight of \(weight) in the prompt takes the numbers out of the range of floating point. Most useful weights lie between 0.5 and 1.5."))
    }

    private mutating func network(_ stage: Stage) async throws -> CompiledNetwork {
        let key = key(stage)
        compiling.formUnion(await pipeline.networks.prepare([key], of: pipeline.checkpoint))
        // Nobody waits for a compile as long as something that gives the same picture is ready.
        if let ready = await pipeline.networks.readyNetwork(serving: key), ready.key != key {
            precisions[stage] = ready.precision
            return ready
        }
        let isCompiling = compiling.remove(key) != nil
        if isCompiling, let reason = await pipeline.networks.reason(of: key) {
            onEvent(.compiling(Compiling(stage, device: key.placement.device, shape: key.shape.summary(of: stage), reason: reason)))
        }
        let network = try await pipeline.networks.network(key, of: pipeline.checkpoint)
        if isCompiling {
            timings.compile[stage] = network.seconds
            compiles.append(network.record)
        }
        precisions[stage] = network.precision
        return network
    }

    /// What a stage is compiled for.
    private func key(_ stage: Stage) -> CompileKey {
        pipeline.key(of: stage, at: placements[stage], for: shared, plan)
    }
}
