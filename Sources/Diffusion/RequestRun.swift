import Checkpoints
import Compilation
import Generation
import ImageProcessing
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

    mutating func drawn() async throws -> DrawnRequests {
        try Task.checkCancellation()
        let began = ContinuousClock.now
        let pictures = try SourcePictures(plan, pipeline)
        let needed = pipeline.networks(for: plan).filter { !isRemembered($0) }
        let keys = needed.map { pipeline.key(of: $0, for: plan.need, at: placements[$0.stage]) }
        compiling = await pipeline.networks.prepare(keys, of: pipeline.checkpoint)

        let texts = try await encode()
        let start = try await encode(pictures)
        var latents = try await denoise(plan.passes[0], texts, from: start)
        for pass in plan.passes.dropFirst() { latents = try await denoise(pass, texts, from: try await enlarged(latents, for: pass)) }
        let decoded = try await decode(latents)
        let images = pictures.finished(graded(decoded), latents: latents, from: start)

        timings.total = (ContinuousClock.now - began).seconds
        let runtimeVersion = String(try Core.version().prefix { $0 != "-" })
        var next = 0
        let results = plan.requests.indices.map { index in
            let request = plan.requests[index]
            let range = next..<next + request.batchSize
            next = range.upperBound
            // The second pass may warn of its own prompts.
            let warnings = stride(from: index, to: plan.prompts.count, by: plan.requests.count).flatMap { plan.prompts[$0].warnings }
            return result(
                of: request, plan.prompts[index], Array(images[range]), (warnings + pictures.notes(on: range)).withoutRepetitions,
                runtimeVersion)
        }
        return DrawnRequests(results: results, decoded: decoded, networks: uses)
    }

    private func result(
        of request: GenerationRequest, _ plan: PromptPlan, _ images: [RGBImage], _ warnings: [String], _ runtimeVersion: String
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
            warnings: warnings + (pipeline.checkpoint.assumption.map { [$0] } ?? []),
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

    /// Encodes source pictures, each once.
    /// - Returns: the latents to start from, and what an inpainting UNet is told.
    private mutating func encode(_ pictures: SourcePictures) async throws -> StartLatents {
        pictures.start(try await encode(pictures.toEncode))
    }

    /// Encodes pictures.
    /// - Parameter pictures: `[1, 3, height, width]` each, −1…1.
    /// - Returns: the latents of each.
    private mutating func encode(_ pictures: [NDArray]) async throws -> [NDArray] {
        var encoded = [NDArray?](repeating: nil, count: pictures.count)
        // Pictures of one size share a network.
        for (size, indices) in Dictionary(grouping: pictures.indices, by: { pictures[$0].shape }) {
            let onEvent = onEvent
            var need = plan.need
            let scaleFactor = pipeline.checkpoint.vae.configuration.scaleFactor
            (need.latentHeight, need.latentWidth) = (size[2] / scaleFactor, size[3] / scaleFactor)
            let latents = try await withFallbacks(.encoder, need) { run, network in
                onEvent(.encodingPictures)
                let began = ContinuousClock.now
                defer { run.timings.encodePictures += (ContinuousClock.now - began).seconds }
                var encoder = try PictureEncoder(network)
                var latents: [NDArray] = []
                for index in indices {
                    latents.append(try await encoder.encode(pictures[index]))
                    guard latents.last?.isFinite == true else { throw DiffusionError.nonFinite(network.key) }
                }
                return latents
            }
            for (index, latents) in zip(indices, latents) { encoded[index] = latents }
        }
        return encoded.compactMap(\.self)
    }

    /// The latents of a pass in the size of the next one, which begins with them.
    private mutating func enlarged(_ latents: NDArray, for pass: RequestPlan.Pass) async throws -> StartLatents {
        let first = PictureSize(width: plan.shared.width, height: plan.shared.height)
        let hires = plan.shared.hires
        let size = HiresSize(hires, first: first)
        let scaleFactor = pipeline.checkpoint.vae.configuration.scaleFactor
        let enlarged: NDArray
        if let upscaler = LatentUpscaler(rawValue: hires.upscaler) {
            let aligned = size.enlarged.floored(to: GenerationRequest.sideMultiple)
            enlarged = latents.interpolated(height: aligned.height / scaleFactor, width: aligned.width / scaleFactor, by: upscaler)
        } else {
            let filter = hires.upscaler == PictureUpscaler.nearest.rawValue ? ResamplingFilter.nearest : .lanczos
            let pictures = try await decode(latents).map {
                $0.resized(to: size.enlarged, filter: filter).aligned(to: GenerationRequest.sideMultiple).planes
            }
            enlarged = .concatenated(try await encode(pictures))
        }
        let start = size.cut(enlarged, scaleFactor: scaleFactor)
        guard pipeline.checkpoint.takesMaskedPicture else { return StartLatents(latents: start) }
        // As for a first pass: everything is masked, and nothing is seen behind it.
        let nothing = try await encode([SourcePictures.nothing(for: pass.request)])[0]
        return StartLatents(latents: start, extraChannels: SourcePictures.extraChannels(ofNothing: nothing, count: pass.pictures.count))
    }

    /// - Returns: the finished latents.
    private mutating func denoise(_ pass: RequestPlan.Pass, _ texts: [EncodedText], from start: StartLatents) async throws -> NDArray {
        let (pipeline, plan, previews, onEvent) = (pipeline, plan, previews, onEvent)
        let sampling = try pipeline.samplingRun(pass.request, seeds: plan.requests.flatMap(\.imageSeeds), from: start)
        let before = timings.steps
        return try await withFallbacks(.denoiser, pass.need) { run, network in
            let stage = DenoiseStage(
                network: network, pictures: plan.joined.pictures[pass.pictures],
                conditionings: { pipeline.conditionings(of: plan, pass, texts, atEvaluation: $0) },
                guidance: pipeline.guidance(of: pass.request), toldGuidance: Guidance(scale: pass.request.cfgScale),
                extraChannels: start.extraChannels)
            final class Calls { var seconds: [Double] = [] }
            let calls = Calls()
            let perStep = sampling.settings.sampler.evaluationsPerStep
            // The calls of all passes count up.
            func callCount(_ isMeant: (RequestPlan.Pass) -> Bool) -> Int {
                plan.passes.filter(isMeant).reduce(0) { $0 + $1.callCount(for: pipeline.opened.objective) }
            }
            let earlier = callCount { $0.pictures.lowerBound < pass.pictures.lowerBound }
            let later = callCount { $0.pictures.lowerBound > pass.pictures.lowerBound }
            onEvent(.denoising(done: earlier, total: earlier + sampling.expectedCallCount + later))
            let decoderKey = pipeline.key(of: .decoder, for: pass.need, at: run.placements.decode)
            let latents = try await stage.run(sampling) { progress, seconds in
                calls.seconds.append(seconds)
                let done = progress.completedCallCount
                onEvent(.denoising(done: earlier + done, total: earlier + progress.callCount + later))
                guard done.isMultiple(of: perStep), previews.includes(step: done / perStep) else { return }
                if let images = await pipeline.preview(of: progress.denoised, decoder: decoderKey) { onEvent(.preview(images)) }
            }
            run.timings.steps = before + calls.seconds
            return latents
        }
    }

    /// Pictures that are done stay when a later one fails.
    private mutating func decode(_ latents: NDArray) async throws -> [RGBImage] {
        let (pipeline, onEvent) = (pipeline, onEvent)
        var images: [RGBImage] = []
        var need = plan.need
        (need.latentHeight, need.latentWidth) = (latents.shape[2], latents.shape[3])
        try await withFallbacks(.decoder, need) { run, network in
            let began = ContinuousClock.now
            try await DecodeStage(network: network).run(latents, into: &images) { index in
                onEvent(.decoding(index: index, total: latents.shape[0]))
            } onDone: { latents, image in
                pipeline.learn(latents, became: image)
            }
            run.timings.decode += (ContinuousClock.now - began).seconds
        }
        return images
    }

    /// The pictures as the recipe wants them finished; the grain of each is its own seed's.
    private func graded(_ images: [RGBImage]) -> [RGBImage] {
        zip(images, plan.requests.flatMap(\.seeds)).map { plan.shared.grading.applied(to: $0, seed: $1) }
    }

    // MARK: Networks

    /// Does work with a network, at the stage's next placement when a device fails or its numbers are not finite.
    /// - Parameter need: decides on the network's shape; nil for the plan's.
    private mutating func withFallbacks<Result>(
        _ id: NetworkID, _ need: ShapeNeed? = nil, _ work: (inout RequestRun, CompiledNetwork) async throws -> Result
    ) async throws -> Result {
        let stage = id.stage
        while true {
            let placement = placements[stage]
            do {
                let network = try await network(id, need ?? plan.need)
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
    private mutating func network(_ id: NetworkID, _ need: ShapeNeed) async throws -> CompiledNetwork {
        let (key, onEvent) = (pipeline.key(of: id, for: need, at: placements[id.stage]), onEvent)
        let isPrepared = compiling.remove(key) != nil
        @Sendable func tell(_ reason: CompileReason) {
            onEvent(.compiling(Compiling(id, device: key.placement.device, shape: key.shape.summary(of: id), reason: reason)))
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
}

extension RequestPlan.Pass {
    /// How often the denoiser is asked in this pass, as far as is known.
    fileprivate func callCount(for objective: Objective) -> Int {
        guard pictures.lowerBound > 0 else { return request.sampling.callCount(for: objective) }
        let (settings, skipped) = request.samplingFromPicture
        return settings.callCount(for: objective, skippingSteps: skipped)
    }
}
