import Checkpoints
import Compilation
import Generation
import OpenVINO
import Prompting
import Sampling
import Tensors

/// Requests that are drawn together on their way through the pipeline; mostly it is one.
///
/// Each stage gets its networks, uses them and lets go of them before the next stage begins; the networks of later stages are
/// compiled meanwhile. A stage whose network fails goes on at the next of its placements, and is done again from its start.
struct RequestRun {
    private let pipeline: DiffusionPipeline
    private let plan: RequestPlan
    private let previews: PreviewSchedule
    private let onEvent: @Sendable (GenerationEvent) -> Void

    private var timings = GenerationTimings()
    private var placements: PerStage<Placement>
    private var places: PerStage<Place>
    /// Keys whose compile began for this request.
    private var compiling: Set<CompileKey> = []
    private var compiles: [CompileRecord] = []
    private var moves: [Move] = []
    private var uses: [DrawnRequests.NetworkUse] = []

    init(
        _ pipeline: DiffusionPipeline, _ plan: RequestPlan, previews: PreviewSchedule,
        onEvent: @escaping @Sendable (GenerationEvent) -> Void
    ) {
        self.pipeline = pipeline
        self.plan = plan
        self.previews = previews
        self.onEvent = onEvent
        timings.load = pipeline.opened.seconds
        placements = pipeline.placements
        places = placements.map(Place.init(asked:))
    }

    private var pictureCount: Int { plan.joined.pictures.count }

    mutating func drawn() async throws -> DrawnRequests {
        try Task.checkCancellation()
        let began = ContinuousClock.now
        // Refuses what cannot be sampled before anything is compiled.
        let sampling = try pipeline.samplingRun(for: plan)
        let needed = pipeline.checkpoint.networks.filter { !isRemembered($0) }
        compiling = await pipeline.networks.prepare(needed.map(key), of: pipeline.checkpoint)

        let texts = try await encode()
        let latents = try await denoise(sampling, texts)
        let decoded = try await decode(latents)
        let images = graded(decoded)

        timings.total = (ContinuousClock.now - began).seconds
        let runtimeVersion = String(try Core.version().prefix { $0 != "-" })
        var next = 0
        let results = zip(plan.requests, plan.prompts).map { request, prompts in
            defer { next += request.batchSize }
            return result(of: request, prompts, Array(images[next..<next + request.batchSize]), runtimeVersion)
        }
        return DrawnRequests(results: results, decoded: decoded, networks: uses)
    }

    private func result(
        of request: GenerationRequest, _ plan: PromptPlan, _ images: [RGBImage], _ runtimeVersion: String
    ) -> GenerationResult {
        GenerationResult(
            pictures: zip(images, zip(request.imageSeeds, plan.pictures)).map { image, made in
                Picture(
                    image, seed: made.0.number, variationSeed: made.0.variation?.number, prompt: made.1.prompt,
                    negativePrompt: made.1.negativePrompt)
            },
            tokenCount: plan.longestText?.tokenCount ?? 0,
            chunkCount: plan.longestText?.chunks.count ?? 0,
            ignored: plan.ignored,
            warnings: plan.warnings + (pipeline.checkpoint.assumption.map { [$0] } ?? []),
            dependsOnScheduleCounting: plan.dependsOnScheduleCounting,
            places: places,
            runtimeVersion: runtimeVersion,
            timings: timings,
            compiles: compiles,
            moves: moves)
    }

    // MARK: Stages

    /// - Returns: the plan's texts after all text encoders.
    private mutating func encode() async throws -> [EncodedText] {
        // The networks are compiled first, so that the time is the encoders' own.
        var spent = 0.0
        var isTold = false
        var parts: [[EncodedText]] = []
        for (index, reading) in plan.readings.enumerated() {
            let id = NetworkID.text(index)
            if let known = rememberedTexts(ofEncoder: index) {
                places.encode = known[0].place
                // Its answers take part in the picture as much as if it had run.
                uses.append(.init(key: known[0].network, hasFailed: false))
                parts.append(known.map(\.text))
                continue
            }
            parts.append(try await withFallbacks(id) { run, network in
                if !isTold { run.onEvent(.encoding) }
                isTold = true
                let began = ContinuousClock.now
                defer { spent += (ContinuousClock.now - began).seconds }
                return try await run.encode(reading, byEncoder: index, network)
            })
        }
        if !isTold { onEvent(.encoding) }
        timings.encode = spent
        return pipeline.joined(parts)
    }

    private func encode(
        _ reading: EncoderReading, byEncoder index: Int, _ network: CompiledNetwork
    ) async throws -> [EncodedText] {
        let stage = TextStage(
            network: network, reading: reading, emphasis: plan.shared.emphasis, inversions: plan.joined.inversions.mapValues { $0[index] })
        var encoded: [EncodedText] = []
        for text in plan.joined.texts {
            let key = memoryKey(text, ofEncoder: index, at: network.placement)
            if let known = pipeline.encodedPrompt(key) {
                encoded.append(known.text)
                continue
            }
            let answer = try await stage.run([text])[0]
            pipeline.keep(EncodedPrompts.Entry(answer, by: network.key, at: network.place), for: key)
            encoded.append(answer)
        }
        return encoded
    }

    /// Whether all that a text encoder would be asked is known from earlier requests. No other network is remembered.
    private func isRemembered(_ id: NetworkID) -> Bool {
        if case .text(let index) = id { rememberedTexts(ofEncoder: index) != nil } else { false }
    }

    /// A text encoder's answers to the plan's texts from earlier requests; nil unless all are there.
    private func rememberedTexts(ofEncoder index: Int) -> [EncodedPrompts.Entry]? {
        let known = plan.joined.texts.compactMap { pipeline.encodedPrompt(memoryKey($0, ofEncoder: index, at: placements.encode)) }
        return known.count == plan.joined.texts.count ? known : nil
    }

    private func memoryKey(_ text: ChunkedPrompt, ofEncoder index: Int, at placement: Placement) -> EncodedPrompts.Key {
        let names = Set(text.chunks.flatMap { $0.insertions.values.map(\.name) })
        return EncodedPrompts.Key(
            chunks: text.chunks, inversions: plan.joined.inversions.filter { names.contains($0.key) }.mapValues { $0[index] },
            network: .text(index), placement: placement, output: plan.readings[index].output, emphasis: plan.shared.emphasis)
    }

    /// - Returns: the finished latents.
    private mutating func denoise(_ sampling: SamplingRun, _ texts: [EncodedText]) async throws -> NDArray {
        let (pipeline, plan, previews, onEvent) = (pipeline, plan, previews, onEvent)
        return try await withFallbacks(.denoiser) { run, network in
            let stage = DenoiseStage(
                network: network, plan: plan.joined,
                conditionings: { pipeline.conditionings(of: plan, texts, atEvaluation: $0) },
                guidance: pipeline.guidance(of: plan.shared), toldGuidance: Guidance(scale: plan.shared.cfgScale))
            final class Calls { var seconds: [Double] = [] }
            let calls = Calls()
            let perStep = sampling.settings.sampler.evaluationsPerStep
            onEvent(.denoising(done: 0, total: sampling.expectedCallCount))
            let latents = try await stage.run(sampling) { [decoderKey = run.key(.decoder)] progress, seconds in
                calls.seconds.append(seconds)
                let done = progress.completedCallCount
                onEvent(.denoising(done: done, total: progress.callCount))
                guard done.isMultiple(of: perStep), previews.includes(step: done / perStep) else { return }
                if let images = await pipeline.preview(of: progress.denoised, decoder: decoderKey) { onEvent(.preview(images)) }
            }
            run.timings.steps = calls.seconds
            return latents
        }
    }

    /// Pictures that are done stay when a later one fails.
    private mutating func decode(_ latents: NDArray) async throws -> [RGBImage] {
        let (pipeline, onEvent) = (pipeline, onEvent)
        var images: [RGBImage] = []
        try await withFallbacks(.decoder) { run, network in
            let began = ContinuousClock.now
            try await DecodeStage(network: network).run(latents, into: &images) { index in
                onEvent(.decoding(index: index, total: latents.shape[0]))
            } onDone: { latents, image in
                pipeline.learn(latents, became: image)
            }
            run.timings.decode = (ContinuousClock.now - began).seconds
        }
        return images
    }

    /// The pictures as the recipe wants them finished; the grain of each is its own seed's.
    private func graded(_ images: [RGBImage]) -> [RGBImage] {
        zip(images, plan.requests.flatMap(\.seeds)).map { plan.shared.grading.applied(to: $0, seed: $1) }
    }

    // MARK: Networks

    /// Does work with a network, at the stage's next placement when a device fails or its numbers are not finite.
    private mutating func withFallbacks<Result>(
        _ id: NetworkID, _ work: (inout RequestRun, CompiledNetwork) async throws -> Result
    ) async throws -> Result {
        let stage = id.stage
        while true {
            let placement = placements[stage]
            do {
                let network = try await network(id)
                let result = try await work(&self, network)
                uses.append(.init(key: network.key, hasFailed: false))
                if pipeline.retention == .untilUsed { await pipeline.networks.release(network.key) }
                return result
            } catch {
                let failure = explained(DiffusionError(error))
                if case .nonFinite(let key) = failure { uses.append(.init(key: key, hasFailed: true)) }
                guard let kind = failure.stageFailure,
                    case .move(let next) = pipeline.fallbacks[stage].remedy(after: placement, because: kind)
                else { throw failure }
                let move = Move(stage: stage, from: placement, to: next, reason: failure.description)
                // A lost device is lost for all; strange numbers may be this request's alone, and must not slow down others.
                if kind == .device, pipeline.placements[stage] == placement { pipeline.move(stage, to: next) }
                placements[stage] = next
                moves.append(move)
                onEvent(.moved(move))
            }
        }
    }

    /// Numbers that are not finite may be the prompt's doing, and then no other device draws it.
    private func explained(_ error: DiffusionError) -> DiffusionError {
        let weight = plan.joined.heaviestWeight
        guard case .nonFinite = error, weight > 100 else { return error }
        return .request(InvalidRequest(
            field: "prompt", ErrorReason(.weightTooLarge, ["value": .init(weight)]),
            "A weight of \(weight) in the prompt takes the numbers out of the range of floating point. "
                + "Most useful weights lie between 0.5 and 1.5."))
    }

    /// Nobody waits for a compile as long as something that gives the same picture is ready.
    private mutating func network(_ id: NetworkID) async throws -> CompiledNetwork {
        let (key, onEvent) = (key(id), onEvent)
        let isPrepared = compiling.remove(key) != nil
        @Sendable func tell(_ reason: CompileReason) {
            onEvent(.compiling(Compiling(id, device: key.placement.device, shape: key.shape.summary(of: id.stage), reason: reason)))
        }
        let lease = try await pipeline.networks.lease(key, of: pipeline.checkpoint) { reason, isNew in
            if isPrepared || isNew { tell(reason) }
        }
        let network = lease.network
        places[id.stage] = network.place
        if network.key == key, isPrepared || lease.wait == .ownCompile {
            if lease.wait == .none { tell(network.record.reason) }
            timings.compile[id.stage] += network.seconds
            compiles.append(network.record)
        }
        return network
    }

    /// The key of a network.
    private func key(_ id: NetworkID) -> CompileKey { pipeline.key(of: id, for: plan.need, at: placements[id.stage]) }
}
