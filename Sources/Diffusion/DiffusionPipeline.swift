public import Checkpoints
public import Compilation
public import Generation
import GraphIR
public import Networks
import OpenVINO
public import Prompting
import Sampling
import Synchronization
import Tensors

/// Draws pictures with one checkpoint: encode the prompts, denoise, decode.
///
/// Safe to share: requests that run at the same time use the same compiled networks, each with buffers of its own.
public final class DiffusionPipeline: StageHost {
    /// The fate of a compiled network once a request is done with it.
    public enum Retention: Sendable {
        /// It stays for the next request.
        case always
        /// Its memory goes back before the next stage needs its own: for a single request.
        case untilUsed
    }

    public let opened: OpenCheckpoint
    /// Where each stage may run, in order of preference.
    public let fallbacks: PerStage<Fallbacks>
    public let shapes: ShapePlan
    public let networks: CompiledNetworks
    let retention: Retention
    /// Styles, wildcards and textual inversions, which prompts refer to by name.
    public let resources: PromptResources
    /// Where the pixels of source pictures and masks come from; nil where none can be had.
    public let inputPictures: (any InputPictureSource)?
    /// The upscalers that requests name.
    public let upscalers: UpscalerLibrary
    private let current: Mutex<PerStage<Placement>>
    private let encodedPrompts = Mutex(EncodedPrompts())
    private let colorFit: Mutex<LatentColorFit>
    let matchedLoRAs: MatchedLoRAs
    let patcher: NetworkPatcher

    /// Nothing is compiled yet.
    /// - Parameters:
    ///   - fallbacks: where each stage runs first, and where when that fails.
    ///   - networks: where compiled networks are kept, together with those of other checkpoints.
    ///   - resources: styles, wildcards and textual inversions.
    ///   - inputPictures: where the pixels of source pictures and masks come from.
    ///   - upscalers: the upscalers that requests name.
    public convenience init(
        _ opened: OpenCheckpoint, fallbacks: PerStage<Fallbacks>, shapes: ShapePlan = ShapePlan(), networks: CompiledNetworks,
        retention: Retention = .always, resources: PromptResources = PromptResources(), inputPictures: (any InputPictureSource)? = nil,
        upscalers: UpscalerLibrary = UpscalerLibrary()
    ) {
        self.init(
            opened, fallbacks, shapes, networks, retention, resources, inputPictures, upscalers, MatchedLoRAs(opened.checkpoint),
            NetworkPatcher(opened.checkpoint, networks: networks))
    }

    private init(
        _ opened: OpenCheckpoint, _ fallbacks: PerStage<Fallbacks>, _ shapes: ShapePlan, _ networks: CompiledNetworks,
        _ retention: Retention, _ resources: PromptResources, _ inputPictures: (any InputPictureSource)?, _ upscalers: UpscalerLibrary,
        _ matchedLoRAs: MatchedLoRAs, _ patcher: NetworkPatcher
    ) {
        self.opened = opened
        self.fallbacks = fallbacks
        self.shapes = shapes
        self.networks = networks
        self.retention = retention
        self.resources = resources
        self.inputPictures = inputPictures
        self.upscalers = upscalers
        current = Mutex(fallbacks.map(\.first))
        colorFit = Mutex(LatentColorFit(opened.checkpoint))
        self.matchedLoRAs = matchedLoRAs
        self.patcher = patcher
    }

    /// The same checkpoint and files on the reference, the CPU in f32, with networks of any shape as probes have them. Weights that LoRAs
    /// are merged into serve both.
    public func onReference() -> DiffusionPipeline {
        DiffusionPipeline(
            opened, PerStage(repeating: Fallbacks(.reference)), ShapePlan(), networks, .always, resources, inputPictures, upscalers,
            matchedLoRAs, patcher)
    }

    /// Opens a checkpoint and its vocabulary, with a place of its own for compiled networks unless one is given.
    /// - Parameters:
    ///   - path: a single file or a diffusers folder.
    ///   - vae: a file or folder whose VAE is used; see `Checkpoint.open`.
    ///   - textEncoders: files or folders whose text encoders are used.
    ///   - placements: the one place of each stage.
    public convenience init(
        path: String, vae: String? = nil, textEncoders: [String] = [], placements: PerStage<Placement>,
        shapes: ShapePlan = ShapePlan(), networks: CompiledNetworks? = nil,
        retention: Retention = .always, resources: PromptResources = PromptResources(), inputPictures: (any InputPictureSource)? = nil,
        upscalers: UpscalerLibrary = UpscalerLibrary()
    ) throws(DiffusionError) {
        let opened = try OpenCheckpoint(path: path, vae: vae, textEncoders: textEncoders)
        do {
            let networks = if let networks { networks } else { CompiledNetworks(core: try Core()) }
            self.init(
                opened, fallbacks: placements.map { Fallbacks($0) }, shapes: shapes, networks: networks, retention: retention,
                resources: resources, inputPictures: inputPictures, upscalers: upscalers)
        } catch {
            throw DiffusionError(error)
        }
    }

    public var checkpoint: Checkpoint { opened.checkpoint }

    /// Where each stage runs now: the next request's, for none changes in the middle of a stage.
    public var placements: PerStage<Placement> { current.withLock { $0 } }

    /// Moves a stage to another place for all requests to come.
    public func move(_ stage: Stage, to placement: Placement) { current.withLock { $0[stage] = placement } }

    /// A network of this checkpoint, compiled now if it is not ready.
    /// - Parameters:
    ///   - placement: nil for where its stage runs now.
    ///   - reason: for the record; nil finds out.
    public func network(
        _ id: NetworkID, at placement: Placement? = nil, shape: InputShape = InputShape(), reason: CompileReason? = nil
    ) async throws(DiffusionError) -> CompiledNetwork {
        let key = CompileKey(
            checkpoint: checkpoint.identity, network: id, placement: placement ?? placements[id.stage],
            shape: checkpoint.possible(shape, for: id))
        do {
            return try await networks.network(key, of: checkpoint, reason: reason)
        } catch {
            throw DiffusionError(error)
        }
    }

    /// Draws the pictures of a request.
    ///
    /// Cancelling the task stops within one step.
    /// - Parameters:
    ///   - previews: the steps after which `onEvent` is told what the pictures look like.
    ///   - onEvent: told of progress, in order, from within the call; should return at once.
    public func generate(
        _ request: GenerationRequest, previews: PreviewSchedule = .none, onEvent: @escaping @Sendable (GenerationEvent) -> Void
    ) async throws(DiffusionError) -> GenerationResult {
        try await generate([request], previews: previews, onEvent: onEvent)[0]
    }

    /// Draws several requests as one batch: one run of the sampler, with all their pictures in each call of the UNet.
    ///
    /// Each picture is the one that its request draws alone, but for the device's rounding: it may add up in another order where there
    /// is more to do at once. What cannot be drawn is refused before anything is compiled; `validate` tells which request it is.
    /// When drawing fails, it fails for all.
    /// - Parameters:
    ///   - requests: which can be drawn together.
    ///   - previews: the steps after which `onEvent` is told what the pictures look like.
    ///   - onEvent: told of the whole batch; pictures are numbered through, in order of the requests.
    /// - Returns: for each request its own pictures, prompts and warnings; places, timings, compiles and moves are the batch's.
    /// - Precondition: each `canBeDrawnTogether` with the others.
    public func generate(
        _ requests: [GenerationRequest], previews: PreviewSchedule = .none, onEvent: @escaping @Sendable (GenerationEvent) -> Void
    ) async throws(DiffusionError) -> [GenerationResult] {
        guard !requests.isEmpty else { return [] }
        let plan: RequestPlan
        do { plan = try self.plan(for: requests) } catch { throw .request(error) }
        return try await draw(plan, previews: previews, onEvent: onEvent).results
    }

    /// Draws requests that are planned already; see `generate`.
    public func draw(
        _ plan: RequestPlan, previews: PreviewSchedule = .none, onEvent: @escaping @Sendable (GenerationEvent) -> Void
    ) async throws(DiffusionError) -> DrawnRequests {
        do {
            if plan.shared.upscaling.mode == .redraw {
                var run = RedrawRun(self, plan, previews: previews, onEvent: onEvent)
                return try await run.drawn()
            }
            if !plan.sharesLoRAs { return try await drawnByLoRAs(plan, previews: previews, onEvent: onEvent) }
            var run = RequestRun(self, plan, previews: previews, onEvent: onEvent)
            return try await run.drawn()
        } catch {
            throw DiffusionError(error)
        }
    }

    /// Lets go of all networks of the checkpoint, with LoRAs and without.
    public func releaseNetworks() async {
        await networks.release(checkpoint: checkpoint.identity)
        await patcher.forgetMerged()
    }

    // MARK: Remembered prompts

    /// Forgets all prompts that were encoded, as when the text encoder turns out to have answered wrongly.
    public func forgetEncodedPrompts() { encodedPrompts.withLock { $0.removeAll() } }

    /// The remembered answer for a prompt.
    func encodedPrompt(_ key: EncodedPrompts.Key) -> EncodedPrompts.Entry? { encodedPrompts.withLock { $0.entry(for: key) } }

    /// Remembers a prompt for later requests.
    func keep(_ prompt: EncodedPrompts.Entry, for key: EncodedPrompts.Key) { encodedPrompts.withLock { $0.keep(prompt, for: key) } }

    // MARK: Previews

    /// Learns what latents look like from a picture, for later previews.
    func learn(_ latents: NDArray, became picture: RGBImage) { colorFit.withLock { $0.learn(latents, became: picture) } }

    /// Sketches of the pictures so far; nil as long as the latents' colours are not known.
    /// - Parameter decoder: the network that finds out by a decode, once, what latents look like of which nothing is known. It is not
    ///   waited for.
    /// - Parameters:
    ///   - estimate: `[images, channels, height, width]`.
    func preview(of estimate: NDArray, decoder: CompileKey) async -> [RGBImage]? {
        if latentColors == nil { await findColors(shape: Array(estimate.shape.dropFirst()), decoder) }
        guard let colors = latentColors else { return nil }
        let images = (0..<estimate.shape[0]).compactMap { colors.picture(of: estimate.slice($0..<$0 + 1)) }
        return images.count == estimate.shape[0] ? images : nil
    }

    private var latentColors: LatentColors? { colorFit.withLock { $0.colors } }

    private func findColors(shape: [Int], _ key: CompileKey) async {
        // No larger than a picture of the model's own size, whose memory and time are known.
        let side = max(1, checkpoint.nativeSize / checkpoint.vae.configuration.scaleFactor)
        func extent(_ extent: Extent, _ own: Int) -> Int { if case .fixed(let count) = extent { count } else { min(own, side) } }
        // In all colours, unlike any picture.
        let latents = NaturalLatents.make(
            shape: [shape[0], extent(key.shape.height, shape[1]), extent(key.shape.width, shape[2])], seed: 0)
        guard let network = await networks.readyNetwork(serving: key), var decoder = try? LatentDecoder(network),
            let planes = try? await decoder.decode(latents), let picture = RGBImage(planes: planes)
        else { return }
        colorFit.withLock { $0.learnAllColors(latents, became: picture) }
    }
}
