public import Checkpoints
public import Compilation
public import Generation
public import Networks
import OpenVINO
public import Prompting
public import Sampling
import Synchronization
import Tensors

/// Draws pictures with one checkpoint: encode the prompts, denoise, decode.
///
/// Safe to share: requests that run at the same time use the same compiled networks, each with buffers of its own.
public final class DiffusionPipeline: Sendable {
    /// What becomes of a compiled network that a request is done with.
    public enum Retention: Sendable {
        /// It stays for the next request.
        case always
        /// Its memory goes back before the next stage needs its own: for a single request.
        case untilUsed
    }

    public let checkpoint: Checkpoint
    /// Where each stage may run, in order of preference.
    public let ladders: PerStage<PlacementLadder>
    public let shapes: ShapePlan
    public let networks: CompiledNetworks
    let retention: Retention
    public let tokenizer: CLIPTokenizer
    /// What prompts refer to by name.
    public let resources: PromptResources
    /// What the UNet was trained to predict, and for which noise.
    public let objective: Objective
    /// Seconds that `init` took.
    let loadSeconds: Double
    private let current: Mutex<PerStage<Placement>>
    private let encodedPrompts = Mutex(EncodedPrompts())
    private let colorFit: Mutex<LatentColorFit>

    /// Opens a checkpoint and its vocabulary. Nothing is compiled yet.
    /// - Parameters:
    ///   - path: a .safetensors file or a diffusers folder.
    ///   - prediction: what its UNet predicts, whatever the files say of it; nil for what they say.
    ///   - ladders: where each stage runs first, and where when that fails.
    ///   - networks: where compiled networks are kept, together with those of other checkpoints; nil makes a place for them.
    ///   - resources: styles, wildcards and textual inversions.
    public init(
        path: String, prediction: SchedulerConfiguration.Prediction? = nil, ladders: PerStage<PlacementLadder>, shapes: ShapePlan = ShapePlan(), networks: CompiledNetworks? = nil,
        retention: Retention = .always, resources: PromptResources = PromptResources()
    ) throws(DiffusionError) {
        let began = ContinuousClock.now
        do {
            checkpoint = try Checkpoint.open(path, prediction: prediction)
            if let refusal = checkpoint.refusal { throw refusal }
            tokenizer = try CLIPTokenizer(checkpoint.tokenizer)
            objective = try Objective(checkpoint.scheduler)
            self.networks = if let networks { networks } else { CompiledNetworks(core: try Core()) }
        } catch {
            throw DiffusionError(error)
        }
        self.ladders = ladders
        self.shapes = shapes
        self.retention = retention
        self.resources = resources
        current = Mutex(ladders.map(\.first))
        colorFit = Mutex(LatentColorFit(checkpoint.vae.configuration))
        loadSeconds = (ContinuousClock.now - began).seconds
    }

    /// As above, for stages that have one place each.
    public convenience init(
        path: String, prediction: SchedulerConfiguration.Prediction? = nil, placements: PerStage<Placement>, shapes: ShapePlan = ShapePlan(), networks: CompiledNetworks? = nil,
        retention: Retention = .always, resources: PromptResources = PromptResources()
    ) throws(DiffusionError) {
        try self.init(
            path: path, prediction: prediction, ladders: placements.map { PlacementLadder($0) }, shapes: shapes, networks: networks,
            retention: retention, resources: resources)
    }

    /// The checkpoint of another pipeline, without opening it again, and the same place for compiled networks.
    public init(
        sharing other: DiffusionPipeline, ladders: PerStage<PlacementLadder>, shapes: ShapePlan, retention: Retention,
        resources: PromptResources
    ) {
        checkpoint = other.checkpoint
        tokenizer = other.tokenizer
        objective = other.objective
        networks = other.networks
        loadSeconds = other.loadSeconds
        self.ladders = ladders
        self.shapes = shapes
        self.retention = retention
        self.resources = resources
        current = Mutex(ladders.map(\.first))
        colorFit = Mutex(LatentColorFit(checkpoint.vae.configuration))
    }

    /// Where each stage runs now: the next request's, for none changes in the middle of a stage.
    public var placements: PerStage<Placement> { current.withLock { $0 } }

    /// Moves a stage to another place for all requests to come.
    public func move(_ stage: Stage, to placement: Placement) { current.withLock { $0[stage] = placement } }

    /// A network of this checkpoint, compiled now if it is not ready.
    /// - Parameters:
    ///   - placement: nil for where the stage runs now.
    ///   - reason: for the record; nil finds out.
    public func network(
        _ stage: Stage, at placement: Placement? = nil, shape: InputShape = InputShape(), reason: CompileReason? = nil
    ) async throws(DiffusionError) -> CompiledNetwork {
        let key = CompileKey(
            checkpoint: checkpoint.identity, stage: stage, placement: placement ?? placements[stage], shape: shape)
        do {
            return try await networks.network(key, of: checkpoint, reason: reason)
        } catch {
            throw DiffusionError(error)
        }
    }

    /// Forgets all prompts that were encoded, as when the text encoder turns out to have answered wrongly.
    public func forgetEncodedPrompts() { encodedPrompts.withLock { $0.removeAll() } }

    /// What latents look like, as far as that is known.
    var latentColors: LatentColors? { colorFit.withLock { $0.colors } }

    /// Learns what latents look like from made-up ones.
    func learnAllColors(_ latents: NDArray, became picture: RGBImage) { colorFit.withLock { $0.learnAllColors(latents, became: picture) } }

    /// Learns what latents look like from a picture, for later previews.
    func learn(_ latents: NDArray, became picture: RGBImage) { colorFit.withLock { $0.learn(latents, became: picture) } }

    /// What is known of a prompt.
    func encodedPrompt(_ key: EncodedPrompts.Key) -> EncodedPrompts.Entry? { encodedPrompts.withLock { $0.entry(for: key) } }

    /// Remembers a prompt for later requests.
    func keep(_ prompt: EncodedPrompts.Entry, for key: EncodedPrompts.Key) { encodedPrompts.withLock { $0.keep(prompt, for: key) } }

    public func generate(
        _ request: GenerationRequest, onEvent: @escaping @Sendable (GenerationEvent) -> Void
    ) async throws(DiffusionError) -> GenerationResult {
        try await generate([request], onEvent: onEvent)[0]
    }

    /// Draws several requests as one batch: one run of the sampler, with all their pictures in each call of the UNet.
    ///
    /// Each picture is the one that its request draws alone, but for the device's rounding: it may add up in another order where there
    /// is more to do at once. What cannot be drawn is refused before anything is compiled; `validate` tells which request it is.
    /// When drawing fails, it fails for all.
    /// - Parameters:
    ///   - requests: which can be drawn together.
    ///   - onEvent: told of the whole batch; pictures are numbered through, in order of the requests.
    /// - Returns: for each request its own pictures, prompts and warnings; devices, timings, compiles and moves are the batch's.
    /// - Precondition: each `canBeDrawnTogether` with the others.
    public func generate(
        _ requests: [GenerationRequest], onEvent: @escaping @Sendable (GenerationEvent) -> Void
    ) async throws(DiffusionError) -> [GenerationResult] {
        guard let first = requests.first else { return [] }
        precondition(requests.allSatisfy(first.canBeDrawnTogether), "requests of different kinds are no batch")
        do {
            for request in requests { try request.validate() }
            var run = try RequestRun(self, requests, onEvent: onEvent)
            return try await run.results()
        } catch {
            throw DiffusionError(error)
        }
    }
}
