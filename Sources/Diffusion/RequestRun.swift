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
struct RequestRun: NetworkRun {
    private let pipeline: DiffusionPipeline
    private let plan: RequestPlan
    private let previews: PreviewSchedule
    private let inputPictures: (any InputPictureSource)?
    let retention: DiffusionPipeline.Retention
    let onEvent: @Sendable (GenerationEvent) -> Void

    private var timings = GenerationTimings()
    var record: RunRecord
    /// The most tiles that the VAE took a picture in; 1 for whole pictures.
    private var tileCount = 1
    /// The ways in which the LoRAs of a pass come into its networks.
    private var patches: [PatchKey: NetworkPatch] = [:]

    var host: DiffusionPipeline { pipeline }

    /// - Parameters:
    ///   - inputPictures: nil for the pipeline's.
    ///   - retention: nil for the pipeline's.
    init(
        _ pipeline: DiffusionPipeline, _ plan: RequestPlan, previews: PreviewSchedule, inputPictures: (any InputPictureSource)? = nil,
        retention: DiffusionPipeline.Retention? = nil, onEvent: @escaping @Sendable (GenerationEvent) -> Void
    ) {
        self.pipeline = pipeline
        self.plan = plan
        self.previews = previews
        self.inputPictures = inputPictures ?? pipeline.inputPictures
        self.retention = retention ?? pipeline.retention
        self.onEvent = onEvent
        timings.load = pipeline.opened.seconds
        record = RunRecord(pipeline.placements)
    }

    mutating func drawn() async throws -> DrawnRequests {
        try Task.checkCancellation()
        let began = ContinuousClock.now
        let pictures = try SourcePictures(plan, pipeline, from: try await enlargedInputs())
        try await prepareNetworks()
        // Nobody waits for it: until it is ready, previews are rougher.
        let previewKeys = plan.passes.compactMap { tinyPreviews(of: $0)?.key }
        let compiling = record.compiling
        await pipeline.networks.prepare(previewKeys.withoutRepetitions.filter { !compiling.contains($0) }, of: pipeline.checkpoint)

        var texts = try await encode(under: plan.passes[0].loras)
        let start = try await encode(pictures)
        var latents = try await denoise(plan.passes[0], texts, from: start)
        for (before, pass) in zip(plan.passes, plan.passes.dropFirst()) {
            if pass.loras != before.loras { texts = try await encode(under: pass.loras) }
            latents = try await denoise(pass, texts, from: try await enlarged(latents, for: pass))
        }
        let decoded = try await decode(latents)
        let images = pictures.finished(graded(decoded), latents: latents, from: start)

        (timings.compile, timings.upscale) = (record.compileSeconds, record.upscaleSeconds)
        timings.total = (ContinuousClock.now - began).seconds
        let runtimeVersion = try Self.runtimeVersion
        let loras = await pipeline.patcher.references(to: plan.passes[0].loras)
        var next = 0
        let results = plan.requests.indices.map { index in
            let request = plan.requests[index]
            let range = next..<next + request.batchSize
            next = range.upperBound
            // The second pass may warn of its own prompts.
            let warnings = stride(from: index, to: plan.prompts.count, by: plan.requests.count).flatMap { plan.prompts[$0].warnings }
            return result(
                of: request, plan.prompts[index], Array(images[range]),
                (warnings + pictures.notices(on: range) + record.notices + tileNotices).withoutRepetitions,
                loras, runtimeVersion)
        }
        return DrawnRequests(results: results, decoded: decoded, networks: record.uses)
    }

    private func result(
        of request: GenerationRequest, _ plan: PromptPlan, _ images: [RGBImage], _ warnings: [Notice], _ loras: [LoRAReference],
        _ runtimeVersion: String
    ) -> GenerationResult {
        GenerationResult(
            pictures: zip(images, zip(request.imageSeeds, plan.pictures)).map { image, made in
                var picture = Picture(
                    image, seed: made.0.number, variationSeed: made.0.variation?.number, prompt: made.1.prompt,
                    negativePrompt: made.1.negativePrompt)
                picture.loras = loras
                return picture
            },
            tokenCount: plan.longestText?.tokenCount ?? 0,
            chunkCount: plan.longestText?.chunks.count ?? 0,
            ignored: plan.ignored,
            warnings: warnings + (pipeline.checkpoint.assumption.map { [$0] } ?? []) + pipeline.checkpoint.partNotices,
            dependsOnScheduleCounting: plan.dependsOnScheduleCounting,
            places: record.places,
            runtimeVersion: runtimeVersion,
            timings: timings,
            compiles: record.compiles,
            moves: record.moves)
    }

    /// Finds out how the first pass's LoRAs come into its networks, and begins to compile what is not ready.
    private mutating func prepareNetworks() async throws {
        let loras = plan.passes[0].loras
        let tiler = vaeTiler
        var needed: [(key: CompileKey, patch: NetworkPatch)] = []
        for id in pipeline.networks(for: plan.shared) where !isRemembered(id, under: loras) {
            let placement = record.placements[id.stage]
            let need = id.stage == .decode ? tiler.tiles(of: id, for: plan.need, at: placement).need(plan.need) : plan.need
            for loras in id.isText ? plan.joined.textParts.withoutRepetitions.map(loras.acting) : [loras] {
                let patch = try await patch(of: id, by: loras)
                needed.append((patch.key(from: pipeline.key(of: id, for: need, at: placement)), patch))
            }
        }
        record.compiling.formUnion(await pipeline.prepare(needed))
    }

    /// The way in which LoRAs come into a network, worked out once.
    private mutating func patch(of id: NetworkID, by loras: LoRASet) async throws -> NetworkPatch {
        let key = PatchKey(network: id, loras: loras)
        if let known = patches[key] { return known }
        let patch = try await pipeline.patcher.patch(of: id, by: loras)
        patches[key] = patch
        if case .merged = patch { record.notices += loras.noticesOfMerging(into: id) }
        return patch
    }

    private struct PatchKey: Hashable {
        let network: NetworkID
        let loras: LoRASet
    }

    // MARK: Stages

    /// - Returns: the plan's texts after all text encoders, as LoRAs change them.
    private mutating func encode(under loras: LoRASet) async throws -> [EncodedText] {
        // The networks are compiled first, so that the time is the encoders' own.
        var spent = 0.0
        var isTold = false
        var parts: [[EncodedText]] = []
        for (index, reading) in plan.readings.enumerated() {
            let id = NetworkID.text(index)
            if let known = rememberedTexts(ofEncoder: index, under: loras) {
                record.places.encode = known[0].place
                // Its answers take part in the picture as much as if it had run.
                let loras = loras.acting(on: plan.joined.textParts[0])
                record.uses.append(.init(key: known[0].network, loras: loras, hasFailed: false))
                parts.append(known.map(\.text))
                continue
            }
            var encoded = [EncodedText?](repeating: nil, count: plan.joined.texts.count)
            for part in plan.joined.textParts.withoutRepetitions {
                let loras = loras.acting(on: part)
                let patch = try await patch(of: id, by: loras)
                let texts = plan.joined.texts.indices.filter { plan.joined.textParts[$0] == part }
                let own = try await withFallbacks(id, patch, under: loras) { run, network in
                    if !isTold { run.onEvent(.encoding) }
                    isTold = true
                    let began = ContinuousClock.now
                    defer { spent += (ContinuousClock.now - began).seconds }
                    return try await run.encode(texts, reading, byEncoder: index, under: loras, patch, network)
                }
                for (text, own) in zip(texts, own) { encoded[text] = own }
            }
            parts.append(encoded.compactMap(\.self))
        }
        if !isTold { onEvent(.encoding) }
        timings.encode = spent
        return pipeline.joined(parts)
    }

    /// - Parameter texts: those of the plan, by their indices.
    private func encode(
        _ texts: [Int], _ reading: EncoderReading, byEncoder index: Int, under loras: LoRASet, _ patch: NetworkPatch,
        _ network: CompiledNetwork
    ) async throws -> [EncodedText] {
        let stage = TextStage(
            network: network, reading: reading, emphasis: plan.shared.emphasis, inversions: plan.joined.inversions.mapValues { $0[index] },
            factors: patch.factors)
        var encoded: [EncodedText] = []
        for text in texts.map({ plan.joined.texts[$0] }) {
            let key = memoryKey(text, ofEncoder: index, under: loras, at: network.placement)
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
    private func isRemembered(_ id: NetworkID, under loras: LoRASet) -> Bool {
        if case .text(let index) = id { rememberedTexts(ofEncoder: index, under: loras) != nil } else { false }
    }

    /// A text encoder's answers to the plan's texts from earlier requests; nil unless all are there.
    private func rememberedTexts(ofEncoder index: Int, under loras: LoRASet) -> [EncodedPrompts.Entry]? {
        let placement = record.placements.encode
        let known = zip(plan.joined.texts, plan.joined.textParts).compactMap { text, part in
            pipeline.encodedPrompt(memoryKey(text, ofEncoder: index, under: loras.acting(on: part), at: placement))
        }
        return known.count == plan.joined.texts.count ? known : nil
    }

    private func memoryKey(
        _ text: ChunkedPrompt, ofEncoder index: Int, under loras: LoRASet, at placement: Placement
    ) -> EncodedPrompts.Key {
        let names = Set(text.chunks.flatMap { $0.insertions.values.map(\.name) })
        return EncodedPrompts.Key(
            chunks: text.chunks, inversions: plan.joined.inversions.filter { names.contains($0.key) }.mapValues { $0[index] },
            network: .text(index), loras: loras.fingerprint(of: .text(index)), placement: placement,
            output: plan.readings[index].output, emphasis: plan.shared.emphasis)
    }

    /// The source pictures; those that are smaller than what is drawn are enlarged by the upscaler that the recipe names.
    private mutating func enlargedInputs() async throws -> (any InputPictureSource)? {
        let options = plan.shared.imageToImage
        let sources = plan.requests.flatMap(\.sourcePictures).withoutRepetitions
        guard !options.upscaler.isEmpty, options.resizeMode != .latent, !sources.isEmpty, let inputPictures else { return inputPictures }
        let upscaler = try pipeline.upscalers.upscaler(named: options.upscaler, field: .sourceUpscaler)
        if plan.requests.contains(where: { $0.mask != nil }) || plan.shared.inpainting.extends != Margins() {
            record.notices.append(Notice(
                .sourceUpscalerUnused, "The upscaler for img2img has no effect with a mask or an extended picture."))
            return inputPictures
        }
        var inputs = EnlargedInputs(base: inputPictures)
        for source in sources {
            let picture = try inputPictures.image(of: source).flattened(on: options.background)
            let layout = ResizeLayout(
                options.resizeMode, from: picture.size, to: PictureSize(width: plan.shared.width, height: plan.shared.height))
            guard layout.scaled.width > picture.width || layout.scaled.height > picture.height else { continue }
            inputs.images[source] = InputImage(try await resized([picture], to: layout.scaled, by: upscaler, field: .sourceUpscaler)[0])
        }
        return inputs
    }

    /// Encodes source pictures, each once.
    /// - Returns: the latents to start from, and what an inpainting UNet is told.
    private mutating func encode(_ pictures: SourcePictures) async throws -> StartLatents {
        if pictures.wantsSample, !pictures.isSampled {
            record.notices.append(Notice(
                .posteriorUnused, "Posterior sample-first has no effect on the latents of the tiny VAE: it gives one answer only."))
        }
        return pictures.start(try await encode(pictures.toEncode, deviation: pictures.isSampled))
    }

    /// Encodes pictures.
    /// - Parameters:
    ///   - pictures: `[1, 3, height, width]` each, −1…1.
    ///   - deviation: whether the standard deviation stands behind the mean of each.
    /// - Returns: the latents of each.
    private mutating func encode(_ pictures: [NDArray], deviation: Bool = false) async throws -> [NDArray] {
        var encoded = [NDArray?](repeating: nil, count: pictures.count)
        // Pictures of one size share a network.
        for (size, indices) in Dictionary(grouping: pictures.indices, by: { pictures[$0].shape }) {
            let (onEvent, tiler, id) = (onEvent, vaeTiler, plan.shared.vae.encoderNetwork)
            var need = plan.need
            let scaleFactor = pipeline.checkpoint.vae.configuration.scaleFactor
            (need.latentHeight, need.latentWidth) = (size[2] / scaleFactor, size[3] / scaleFactor)
            let latents = try await withFallbacks(id, need: { tiler.tiles(of: id, for: need, at: $0).need(need) }) { run, network in
                let began = ContinuousClock.now
                defer { run.timings.encodePictures += (ContinuousClock.now - began).seconds }
                let tiles = tiler.tiles(of: id, for: need, at: network.placement)
                run.note(tiles)
                var encoder = try PictureEncoder(network)
                var latents: [NDArray] = []
                for index in indices {
                    latents.append(try await tiles.encoded(pictures[index]) { onEvent(.encodingPictures(tile: $0)) } by: { picture in
                        let latents = try await encoder.encode(picture, deviation: deviation)
                        guard latents.isFinite else { throw DiffusionError.nonFinite(network.key) }
                        return latents
                    })
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
            let upscaler = try pipeline.upscalers.upscaler(named: hires.upscaler, field: .hiresUpscaler)
            let pictures = try await resized(try await decode(latents), to: size.enlarged, by: upscaler, field: .hiresUpscaler)
            enlarged = .concatenated(try await encode(pictures.map { $0.aligned(to: GenerationRequest.sideMultiple).planes }))
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
        let patch = try await patch(of: .denoiser, by: pass.loras)
        return try await withFallbacks(.denoiser, patch, under: pass.loras, need: { _ in pass.need }) { run, network in
            let stage = DenoiseStage(
                network: network, factors: patch.factors, callsPerStep: sampling.settings.sampler.evaluationsPerStep,
                pictures: plan.joined.pictures[pass.pictures],
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
            let decoderNeed = run.vaeTiler.tiles(of: .decoder, for: pass.need, at: run.record.placements.decode).need(pass.need)
            let decoderKey = pipeline.key(of: .decoder, for: decoderNeed, at: run.record.placements.decode)
            let tinyPreviews = run.tinyPreviews(of: pass)
            let latents = try await stage.run(sampling) { progress, seconds in
                calls.seconds.append(seconds)
                let done = progress.completedCallCount
                onEvent(.denoising(done: earlier + done, total: earlier + progress.callCount + later))
                guard done.isMultiple(of: perStep), previews.includes(step: done / perStep) else { return }
                if let images = await tinyPreviews?.pictures(of: progress.denoised) { return onEvent(.preview(images)) }
                if let images = await pipeline.preview(of: progress.denoised, decoder: decoderKey) { onEvent(.preview(images)) }
            }
            run.timings.steps = before + calls.seconds
            return latents
        }
    }

    /// Pictures that are done stay when a later one fails.
    private mutating func decode(_ latents: NDArray) async throws -> [RGBImage] {
        let (pipeline, onEvent, tiler, id) = (pipeline, onEvent, vaeTiler, plan.shared.vae.decoderNetwork)
        var images: [RGBImage] = []
        var need = plan.need
        (need.latentHeight, need.latentWidth) = (latents.shape[2], latents.shape[3])
        try await withFallbacks(id, need: { tiler.tiles(of: id, for: need, at: $0).need(need) }) { run, network in
            let began = ContinuousClock.now
            let tiles = tiler.tiles(of: id, for: need, at: network.placement)
            run.note(tiles)
            try await DecodeStage(network: network, tiles: tiles).run(latents, into: &images) { index, tile in
                onEvent(.decoding(index: index, total: latents.shape[0], tile: tile))
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

    /// The tiny VAE's sketches of a pass; nil where there are none.
    private func tinyPreviews(of pass: RequestPlan.Pass) -> TinyPreviews? {
        guard previews.isWanted, previews.method == .auto, pipeline.checkpoint.tinyVAE?.has(.tinyDecoder) == true else { return nil }
        let placement = record.placements.decode
        return TinyPreviews(pass.need, networks: pipeline.networks) { pipeline.key(of: .tinyDecoder, for: $0, at: placement) }
    }

    // MARK: Tiles

    /// Decides by the memory that there is now.
    private var vaeTiler: VAETiler { pipeline.vaeTiler(for: plan.shared) }

    private mutating func note(_ tiles: VAETiles) { tileCount = max(tileCount, tiles.plan.count) }

    /// Tiles are told of where nobody asked for them.
    private var tileNotices: [Notice] {
        guard tileCount > 1, plan.shared.vae.tiling == .auto else { return [] }
        return [
            Notice(
                .vaeTiles, ["count": .init(tileCount)],
                "The VAE worked in \(tileCount) tiles, for the whole picture would take more memory than there is. Colours may change "
                    + "slightly from tile to tile.")
        ]
    }

    // MARK: Networks

    /// Does work with a network, at the stage's next placement when a device fails or its numbers are not finite.
    /// - Parameters:
    ///   - patch: the way in which LoRAs come into the network.
    ///   - loras: those that the patch is made of.
    ///   - need: decides on the network's shape at a placement; nil for the plan's.
    private mutating func withFallbacks<Result>(
        _ id: NetworkID, _ patch: NetworkPatch = .none, under loras: LoRASet = LoRASet(), need: ((Placement) -> ShapeNeed)? = nil,
        _ work: (inout RequestRun, CompiledNetwork) async throws -> Result
    ) async throws -> Result {
        try await withFallbacks(
            id, of: patch.source(of: pipeline.checkpoint), under: loras,
            key: { [pipeline, plan] in patch.key(from: pipeline.key(of: id, for: need?($0) ?? plan.need, at: $0)) }, work)
    }

    /// Numbers that are not finite may be the prompt's doing, and then no other device draws it.
    func explained(_ error: DiffusionError) -> DiffusionError {
        let weight = plan.joined.heaviestWeight
        guard case .nonFinite(let key) = error, key.network != .upscaler, weight > 100 else { return error }
        return .request(InvalidRequest(
            field: "prompt", ErrorReason(.weightTooLarge, ["value": .init(weight)]),
            "A weight of \(weight) in the prompt takes the numbers out of the range of floating point. "
                + "Most useful weights lie between 0.5 and 1.5."))
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

/// Source pictures, some of which are there in a larger size.
private struct EnlargedInputs: InputPictureSource {
    let base: any InputPictureSource
    var images: [InputPicture: InputImage] = [:]

    func image(of picture: InputPicture) throws(InvalidRequest) -> InputImage {
        if let image = images[picture] { image } else { try base.image(of: picture) }
    }
}
