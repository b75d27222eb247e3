import Checkpoints
public import Compilation
public import Generation
import Networks
public import Prompting
public import Sampling

/// What a request means with this checkpoint.
extension DiffusionPipeline {
    /// A picture of the checkpoint's own size, and defaults for all else.
    public func nativeRequest(prompt: String) -> GenerationRequest {
        var request = GenerationRequest(prompt: prompt)
        (request.width, request.height) = (checkpoint.nativeSize, checkpoint.nativeSize)
        return request
    }

    /// Checks all that can be known of a request before anything is compiled: what `generate` refuses, it refuses here.
    public func validate(_ request: GenerationRequest) throws(InvalidRequest) {
        try rules.validate(request, styles: resources.current.styles)
    }

    private var rules: RequestRules { RequestRules(layerCount: checkpoint.textEncoder.configuration.layerCount, objective: objective) }

    /// What a stage is compiled for when it draws `request` where it runs now.
    public func key(of stage: Stage, for request: GenerationRequest) throws(InvalidRequest) -> CompileKey {
        try key(of: stage, for: [request])
    }

    /// What a stage is compiled for when it draws `requests` together where it runs now.
    /// - Precondition: there is at least one, and they can be drawn together.
    public func key(of stage: Stage, for requests: [GenerationRequest]) throws(InvalidRequest) -> CompileKey {
        key(of: stage, at: placements[stage], for: requests[0], PromptPlan(joining: try promptPlans(for: requests)))
    }

    /// - Parameters:
    ///   - request: any of those that are drawn together.
    ///   - plan: of all of them.
    func key(of stage: Stage, at placement: Placement, for request: GenerationRequest, _ plan: PromptPlan) -> CompileKey {
        let scaleFactor = checkpoint.vae.configuration.scaleFactor
        let (chunkCounts, vary) = plan.chunkCounts
        let need = ShapeNeed(
            pictureCount: plan.pictures.count, latentHeight: request.height / scaleFactor, latentWidth: request.width / scaleFactor,
            chunkCounts: chunkCounts, chunkCountsVary: vary)
        return CompileKey(
            checkpoint: checkpoint.identity, stage: stage, placement: placement,
            shape: shapes.shape(of: stage, on: placement.device, for: need))
    }

    func promptPlan(for request: GenerationRequest) throws(InvalidRequest) -> PromptPlan { try promptPlan(for: request, resources.current) }

    private func promptPlan(for request: GenerationRequest, _ resources: PromptResources) throws(InvalidRequest) -> PromptPlan {
        var plan = try PromptPlan(
            request, guidance: guidance(of: request), resources: resources, tokenizer: tokenizer, paddingToken: paddingToken,
            width: checkpoint.textEncoder.configuration.width)
        if takesGuidance, plan.pictures.contains(where: { $0.negative == nil && !$0.negativePrompt.isEmpty }) {
            plan.warnings.append("The negative prompt has no effect: this model was made to be told the CFG scale and no second text.")
        }
        return plan
    }

    /// Whether the UNet is told the CFG scale, and has learned what guidance does.
    private var takesGuidance: Bool { checkpoint.unet.configuration.guidanceWidth != nil }

    /// How the UNet's answers are put together.
    func guidance(of request: GenerationRequest) -> Guidance { Guidance(scale: takesGuidance ? 1 : request.cfgScale) }

    func promptPlans(for requests: [GenerationRequest]) throws(InvalidRequest) -> [PromptPlan] {
        // One state of the files for all of them.
        let resources = resources.current
        return try requests.map { request throws(InvalidRequest) in try promptPlan(for: request, resources) }
    }

    /// Where the text encoder's embeddings for a request are.
    /// - Throws: `InvalidRequest` when it has fewer layers than the request skips.
    func encoderOutput(for request: GenerationRequest) throws(InvalidRequest) -> String { try rules.encoderOutput(for: request) }

    /// A text without weights as the text encoder takes it.
    public func chunks(of text: String) -> [PromptChunk] {
        PromptChunker(tokenizer: tokenizer, paddingToken: paddingToken).chunks(ofPlainText: text).chunks
    }

    /// Fills short chunks.
    private var paddingToken: Int32 { Int32(clamping: checkpoint.tokenizer.paddingTokenID) }

    /// What the sampler asks the UNet for this request.
    public func samplingRun(for request: GenerationRequest) throws(SamplingError) -> SamplingRun { try samplingRun(for: [request]) }

    /// What the sampler asks the UNet for requests that are drawn together.
    func samplingRun(for requests: [GenerationRequest]) throws(SamplingError) -> SamplingRun {
        let request = requests[0]
        let vae = checkpoint.vae.configuration
        return try SamplingRun(
            request.sampler, schedule: request.schedule, steps: request.steps, objective: objective,
            noise: BatchNoise(source: request.noise, seeds: requests.flatMap(\.seeds)),
            imageShape: [vae.latentChannels, request.height / vae.scaleFactor, request.width / vae.scaleFactor])
    }
}
