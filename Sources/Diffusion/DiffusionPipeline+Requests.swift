import Checkpoints
public import Compilation
public import Generation
import Networks
public import Prompting
public import Sampling
import Tensors

/// Reads requests for this checkpoint.
extension DiffusionPipeline {
    /// A picture of the checkpoint's own size, and defaults for all else.
    public func nativeRequest(prompt: String) -> GenerationRequest {
        var request = GenerationRequest(prompt: prompt)
        (request.width, request.height) = (checkpoint.nativeSize, checkpoint.nativeSize)
        return request
    }

    /// Checks all that can be known of a request before anything is compiled: what `generate` refuses, it refuses here.
    public func validate(_ request: GenerationRequest) throws(InvalidRequest) {
        try opened.rules.validate(request, styles: resources.current.styles, upscalers: upscalers)
    }

    /// Checks requests and reads their prompts, once for all that is done with them.
    /// - Precondition: there is at least one, and they can be drawn together.
    public func plan(for requests: [GenerationRequest]) throws(InvalidRequest) -> RequestPlan {
        let areAlike = requests.count == 1 || requests.allSatisfy { requests[0].canBeDrawnTogether(with: $0) }
        precondition(!requests.isEmpty && areAlike, "requests of different kinds are no batch")
        // One state of the files for all of them.
        let resources = resources.current
        // Equal recipes read the text encoders alike.
        var readings: [EncoderReading] = []
        for request in requests { readings = try opened.rules.checkedReadings(of: request, styles: resources.styles, upscalers: upscalers) }
        var prompts: [PromptPlan] = []
        var passes: [RequestPlan.Pass] = []
        for (passRequests, first) in [(requests, nil), (requests.compactMap(\.secondPass), requests[0].steps)] {
            guard let shared = passRequests.first else { continue }
            var plans: [PromptPlan] = []
            for request in passRequests { plans.append(try promptPlan(for: request, after: first, resources)) }
            let joined = PromptPlan(joining: plans)
            var need = need(forShortPromptsOf: shared)
            need.pictureCount = joined.pictures.count
            (need.chunkCounts, need.chunkCountsVary) = joined.chunkCounts
            try opened.rules.graphs.validate(chunkCount: need.chunkCounts.max() ?? 1)
            let start = passes.last?.pictures.upperBound ?? 0
            passes.append(.init(
                request: shared, pictures: start..<start + joined.pictures.count, need: need, loras: joined.pictures[0].loras,
                sizes: sizes(of: shared)))
            prompts += plans
        }
        return RequestPlan(requests: requests, passes: passes, prompts: prompts, joined: PromptPlan(joining: prompts), readings: readings)
    }

    /// - Parameter first: the steps of the pass before; nil for the first.
    private func promptPlan(
        for request: GenerationRequest, after first: Int?, _ resources: PromptResources
    ) throws(InvalidRequest) -> PromptPlan {
        var plan = try PromptPlan(
            request, after: first, guidance: guidance(of: request), resources: resources, tokenizer: opened.tokenizer,
            paddingToken: opened.paddingToken,
            widths: checkpoint.textEncoders.map(\.configuration.width),
            zeroesEmptyNegative: checkpoint.conditioning.zeroesEmptyNegative && request.zeroesEmptyNegative, matched: matchedLoRAs)
        if opened.takesGuidance, plan.pictures.contains(where: { $0.negative == nil && !$0.negativePrompt.isEmpty }) {
            plan.warnings.append(Notice(
                .negativePromptUnused,
                "The negative prompt has no effect: this model was made to be told the CFG scale and no second text."))
        }
        plan.warnings += opened.rules.graphs.notices(of: request)
        if let warning = request.recipe.idleOptions { plan.warnings.append(warning) }
        if let warning = checkpoint.suggestion?.preset.warning(about: request) { plan.warnings.append(warning) }
        if request.correction.changesLatents, !request.sampler.countsSteps {
            plan.warnings.append(Notice(
                .correctionUnused, ["sampler": .text(request.sampler.name)],
                "Latent corrections had no effect: sampler \(request.sampler.name) has steps of its own."))
        }
        if request.correction.tintStrength != 0 {
            plan.warnings.append(Notice(
                .tintUnused, "The latent tint has no effect: there is no network yet that turns its colour into latents."))
        }
        return plan
    }

    /// How the UNet's answers are put together.
    func guidance(of request: GenerationRequest) -> Guidance {
        let factor = request.sampler.plusPlusFactor
        return Guidance(
            scale: opened.takesGuidance ? 1 : request.cfgScale * (factor ?? 1), options: request.guidance,
            keepsUnconditional: factor != nil && !opened.takesGuidance)
    }

    // MARK: Networks

    /// The need of one picture of such a request with short prompts: for networks that are compiled ahead of any prompt.
    public func need(forShortPromptsOf request: GenerationRequest) -> ShapeNeed {
        let latents = checkpoint.vae.configuration.latentShape(width: request.width, height: request.height)
        return ShapeNeed(
            pictureCount: request.batchSize, latentHeight: latents[1], latentWidth: latents[2],
            chunkCounts: guidance(of: request).needsUnconditional() ? [1, 1] : [1], tiling: request.tiling)
    }

    /// The likely need of a request, from the length of its prompts as typed: for sorting requests that wait.
    public func estimatedNeed(of request: GenerationRequest) -> ShapeNeed {
        var need = need(forShortPromptsOf: request)
        let counts = [request.negativePrompt, request.prompt].map { opened.tokenizer.encode($0).count / (PromptChunk.capacity + 1) + 1 }
        need.chunkCounts = Array(counts.suffix(need.chunkCounts.count))
        return need
    }

    /// The key of a network without LoRAs.
    /// - Parameter placement: nil for where its stage runs now.
    public func key(of id: NetworkID, for need: ShapeNeed, at placement: Placement? = nil) -> CompileKey {
        let placement = placement ?? placements[id.stage]
        var shape = shapes.shape(of: id.stage, on: placement.device, for: need)
        if id.takesPicture { shape = shape.scaled(by: checkpoint.vae.configuration.scaleFactor) }
        return CompileKey(checkpoint: checkpoint.identity, network: id, placement: placement, shape: checkpoint.possible(shape, for: id))
    }

    /// Decides whether the VAE takes the pictures of a request in tiles, by the memory that there is now.
    func vaeTiler(for request: GenerationRequest) -> VAETiler {
        VAETiler(
            checkpoint: checkpoint, mode: request.vae.tiling, edges: request.tiling,
            byteLimit: min(networks.memoryBudget, MemoryBudget.available))
    }

    /// The keys of all networks where they run now.
    public func keys(for need: ShapeNeed) -> [CompileKey] { checkpoint.networks.map { key(of: $0, for: need) } }

    // MARK: Texts

    /// A text without weights as the text encoders take it.
    public func chunks(of text: String) -> [PromptChunk] {
        PromptChunker(tokenizer: opened.tokenizer, paddingToken: opened.paddingToken).chunks(ofPlainText: text).chunks
    }

    /// How a text encoder is read for a request with nothing but a prompt.
    public func plainReading(of id: NetworkID) -> EncoderReading {
        guard case .text(let index) = id, let readings = try? opened.rules.readings(of: GenerationRequest(prompt: "")) else {
            return EncoderReading()
        }
        return readings[index]
    }

    /// Conditionings of texts for a picture of the checkpoint's own size.
    /// - Parameter parts: for each text encoder what it made of the texts, in their order.
    public func plainConditionings(_ parts: [[EncodedText]]) -> [Conditioning] {
        let sizes = sizes(of: nativeRequest(prompt: ""))
        return joined(parts).map { conditioning($0, sizes) }
    }

    /// The texts after all text encoders.
    /// - Parameter parts: for each encoder what it made of the texts, in their order.
    func joined(_ parts: [[EncodedText]]) -> [EncodedText] {
        let plan = checkpoint.conditioning
        guard plan.joining == .channels else { return parts[0] }
        return parts[0].indices.map { text in
            EncodedText(
                context: .concatenatedAlongChannels(plan.context.map { parts[$0.encoder][text].context }),
                pooled: plan.pooled.flatMap { parts[$0][text].pooled })
        }
    }

    /// The networks that a request's pictures take, in the order of their stages.
    func networks(for request: GenerationRequest) -> [NetworkID] {
        let needsEncoder = !request.sourcePictures.isEmpty || checkpoint.takesMaskedPicture
        return checkpoint.networks(of: .encode) + (needsEncoder ? [request.vae.encoderNetwork] : []) + checkpoint.networks(of: .denoise)
            + [request.vae.decoderNetwork]
    }

    /// Conditionings of all pictures at an evaluation.
    /// - Parameter texts: the plan's texts after the text encoders.
    /// - Returns: for each picture of the pass what is told for each of its texts.
    func conditionings(
        of plan: RequestPlan, _ pass: RequestPlan.Pass, _ texts: [EncodedText], atEvaluation index: Int
    ) -> [[Conditioning]] {
        plan.joined.contexts(of: pass.pictures, atEvaluation: index, texts).map { $0.map { conditioning($0, pass.sizes) } }
    }

    private func conditioning(_ text: EncodedText, _ sizes: [Float]) -> Conditioning {
        guard let pooled = text.pooled else { return Conditioning(context: text.context) }
        guard checkpoint.graphs[.denoiser] == nil else {
            let sizes = NDArray(shape: [1, sizes.count], values: sizes)
            return Conditioning(context: text.context, vectors: ["pooled": pooled, "sizes": sizes])
        }
        let vector = pooled.values + sizes.flatMap(ConditioningPlan.SizeNumbers.waves)
        return Conditioning(context: text.context, vectors: ["vector": NDArray(shape: [1, vector.count], values: vector)])
    }

    /// Numbers about the picture's size, which the denoiser is told; empty where it is told none.
    private func sizes(of request: GenerationRequest) -> [Float] {
        let told = request.sizeConditioning
        let size = PictureSize(width: request.width, height: request.height)
        let (original, target) = (told.original ?? size, told.target ?? size)
        let numbers: [Int] = switch checkpoint.conditioning.sizes {
        case nil: []
        case .base: [original.height, original.width, told.crop.top, told.crop.left, target.height, target.width]
        // A usual aesthetic score.
        case .refiner: [original.height, original.width, told.crop.top, told.crop.left, 6]
        }
        return numbers.map(Float.init)
    }

    // MARK: Sampling

    /// Starts a run of the sampler for a request.
    public func samplingRun(for request: GenerationRequest) throws(SamplingError) -> SamplingRun {
        try samplingRun(request, seeds: request.imageSeeds, from: StartLatents())
    }

    /// Starts a run of the sampler for a pass.
    /// - Parameters:
    ///   - request: the recipe's.
    ///   - seeds: of all pictures.
    ///   - start: what it begins with.
    func samplingRun(_ request: GenerationRequest, seeds: [ImageSeed], from start: StartLatents) throws(SamplingError) -> SamplingRun {
        func shape(_ size: PictureSize) -> [Int] { checkpoint.vae.configuration.latentShape(width: size.width, height: size.height) }
        let other = request.seedResizedFrom.map(shape)
        let fromPicture = start.latents == nil ? nil : request.samplingFromPicture
        return try SamplingRun(
            fromPicture?.settings ?? request.recipe.sampling, objective: opened.objective,
            noise: BatchNoise(
                source: request.noise, seeds: seeds,
                options: NoiseOptions(
                    resizedFrom: other.map { LatentSize(height: $0[1], width: $0[2]) }, seedDelta: request.seedDelta,
                    drawnCounts: start.drawnCounts)),
            imageShape: shape(PictureSize(width: request.width, height: request.height)),
            start: start.latents.map {
                .latents(
                    $0, skippingSteps: fromPicture?.skippedSteps ?? 0,
                    noise: StartNoise(factor: request.imageToImage.noiseMultiplier, extra: request.imageToImage.extraNoise))
            } ?? .noise,
            mask: start.mask, correction: request.correction.betweenSteps)
    }
}

extension NDArray {
    /// `[1, tokens, width]` of each, side by side: `[1, tokens, sum of widths]`.
    fileprivate static func concatenatedAlongChannels(_ arrays: [NDArray]) -> NDArray {
        let tokens = arrays[0].shape[1]
        let widths = arrays.map { $0.shape[2] }
        var values: [Float] = []
        values.reserveCapacity(tokens * widths.reduce(0, +))
        for token in 0..<tokens {
            for (array, width) in zip(arrays, widths) { values += array.values[token * width..<(token + 1) * width] }
        }
        return NDArray(shape: [1, tokens, widths.reduce(0, +)], values: values)
    }
}
