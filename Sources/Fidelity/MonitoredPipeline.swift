import Checkpoints
import Compilation
public import Diffusion
import FoundationEssentials
public import Generation

/// A pipeline for a process that runs for long: it compares its compiled networks with the reference from time to time, and
/// mends what drifts.
///
/// Pictures are drawn one at a time, and probes run between them. Whoever owns it calls `checkIfDue` after each picture and while
/// there is nothing to draw: without, nothing is probed but what a suspicious picture gives reason to.
public actor MonitoredPipeline {
    public nonisolated let pipeline: DiffusionPipeline
    /// Findings as they happen. The latest hundred wait for a reader.
    public nonisolated let events: AsyncStream<FidelityRecord>

    public nonisolated let bounds: FidelityBounds
    let settings: MonitorSettings
    let now: @Sendable () -> ContinuousClock.Instant
    let probe: Probe
    private let turns = Turnstile()
    private let eventSource: AsyncStream<FidelityRecord>.Continuation

    var monitors: PerStage<DriftMonitor<WatchedNetwork>>
    /// The networks that the monitors know.
    var watched: [WatchedNetwork: NetworkInUse] = [:]
    /// Uses so far of networks with LoRAs.
    var useCount = 0
    /// The latest batch, drawn or attempted; nil before the first.
    var lastPlan: RequestPlan?
    /// The figures of the latest probe of each stage, and when it was.
    var latest = PerStage<(fidelity: StageFidelity, time: ContinuousClock.Instant)?>(repeating: nil)
    /// Notices for the results of pictures: the last remedy of each stage, or that none is left.
    var notices = PerStage<FidelityEvent?>(repeating: nil)
    /// Findings, oldest first; the latest hundred.
    public private(set) var history: [FidelityRecord] = []
    private var reloads: ReloadSchedule

    /// - Parameters:
    ///   - keepsReferenceNetworks: whether the reference stays compiled between probes; costs memory, and saves time with new prompts.
    ///   - now: the time; tests have a clock of their own.
    public init(
        _ pipeline: DiffusionPipeline, bounds: FidelityBounds = .init(), settings: MonitorSettings = .init(),
        keepsReferenceNetworks: Bool = false,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.pipeline = pipeline
        self.bounds = bounds
        self.settings = settings
        self.now = now
        probe = Probe(pipeline, keepsReferenceNetworks: keepsReferenceNetworks)
        monitors = Self.monitors(of: pipeline, bounds, settings)
        reloads = ReloadSchedule(everyPictures: settings.picturesBetweenReloads, every: settings.timeBetweenReloads, loadedAt: now())
        (events, eventSource) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(Self.historyLength))
    }

    static let historyLength = 100

    // Pictures

    /// Draws the pictures. One that looks as if a network had gone wrong is looked into at once, and drawn again when something was mended.
    /// - Throws: `DiffusionError`; `UnmendedDrift` when the picture is suspicious, a network has drifted, and no rung helps.
    public func generate(
        _ request: GenerationRequest, onEvent: @escaping @Sendable (GenerationEvent) -> Void
    ) async throws -> GenerationResult {
        try await generate([request], onEvent: onEvent)[0]
    }

    /// Draws several requests as one batch; see `DiffusionPipeline`. A suspicious picture concerns them all.
    /// - Throws: as for one request.
    public func generate(
        _ requests: [GenerationRequest], previews: PreviewSchedule = .none, onEvent: @escaping @Sendable (GenerationEvent) -> Void
    ) async throws -> [GenerationResult] {
        guard !requests.isEmpty else { return [] }
        try await turns.enter()
        defer { turns.leave() }
        // One plan, also for a picture that is drawn again: what its wildcards drew stays.
        let plan: RequestPlan
        do { plan = try pipeline.plan(for: requests) } catch { throw DiffusionError.request(error) }
        lastPlan = plan
        var results: [GenerationResult]
        do {
            let drawn = try await draw(plan, previews: previews, onEvent: onEvent)
            results = drawn.results
            if drawn.isSuspicious, try await lookIntoSuspicion() {
                results = try await draw(plan, previews: previews, onEvent: onEvent).results
            }
        } catch DiffusionError.nonFinite(let key) {
            let network = WatchedNetwork(key, plan.loras)
            await noticeCompiles(of: [(key, plan.loras)])
            monitors[key.stage].finishedPicture(with: network, suspicion: .nonFinite(key.stage))
            guard try await lookIntoSuspicion() else { throw DiffusionError.nonFinite(key) }
            results = try await draw(plan, previews: previews, onEvent: onEvent).results
        }
        for index in results.indices {
            results[index].relativeErrors = latest.map { $0?.fidelity.distance.relativeError }
            results[index].incidents = Stage.allCases.compactMap { notices[$0]?.description }
        }
        return results
    }

    private func draw(
        _ plan: RequestPlan, previews: PreviewSchedule, onEvent: @escaping @Sendable (GenerationEvent) -> Void
    ) async throws -> (results: [GenerationResult], isSuspicious: Bool) {
        let drawn = try await pipeline.draw(plan, previews: previews, onEvent: onEvent)
        await noticeCompiles(of: drawn.networks.map { ($0.key, $0.loras) })
        // Each picture is looked at once, whatever took part in it.
        let suspicions = drawn.decoded.map { Suspicion(picture: $0) }
        let uses = Dictionary(drawn.networks.map { (WatchedNetwork($0.key, $0.loras), $0.hasFailed) }) { $0 || $1 }
        for (network, hasFailed) in uses {
            let stage = network.key.stage
            for suspicion in suspicions {
                monitors[stage].finishedPicture(with: network, suspicion: hasFailed ? .nonFinite(stage) : suspicion)
            }
        }
        for _ in suspicions { reloads.finishedPicture() }
        return (drawn.results, suspicions.contains { $0 != nil })
    }

    // Between pictures

    /// Loads anew and probes what is due by the settings; to be called after each picture and while there is nothing to draw.
    /// Pictures that come meanwhile wait for one probe at most.
    /// - Returns: what was found out.
    /// - Throws: `CancellationError`; `DiffusionError` when the reference cannot be had.
    @discardableResult
    public func checkIfDue() async throws -> [FidelityEvent] {
        var found: [FidelityEvent] = []
        while true {
            try await turns.enter()
            defer { turns.leave() }
            if reloads.isDue(at: now()) { try await loadAnew(keepingDiskCache: true) }
            await noticeCompiles()
            guard let due = dueProbe() else { return found }
            if let event = try await runProbe(due.network) { found.append(event) }
        }
    }

    /// Probes the networks of the last picture now, with its LoRAs, due or not, and mends what has drifted.
    /// - Throws: as `checkIfDue`.
    public func check() async throws -> FidelityReport {
        try await turns.enter()
        defer { turns.leave() }
        let need = lastPlan?.need ?? pipeline.need(forShortPromptsOf: pipeline.nativeRequest(prompt: ""))
        let (networks, loras) = try await lastNetworks(for: need)
        for (first, patch) in networks {
            let id = first.network
            try await compile(first, patch, loras)
            // Its compile may have moved the stage.
            let key = patch.key(from: pipeline.key(of: id, for: need))
            if let network = await pipeline.networks.readyNetwork(serving: key) {
                await noticeCompiles(of: [(network.key, loras)])
                try await runProbe(WatchedNetwork(network.key, loras))
            }
            // Once more for each rung that was climbed.
            while let due = monitors[id.stage].dueProbe(at: now()) { try await runProbe(due.model) }
        }
        return FidelityReport(stages: Stage.allCases.compactMap { latest[$0]?.fidelity }, bounds: bounds)
    }

    /// Lets go of all compiled networks of the checkpoint and compiles those of the last picture anew, each where it ran first.
    /// - Throws: `CancellationError`, `DiffusionError`.
    public func reload(keepingDiskCache: Bool = true) async throws {
        try await turns.enter()
        defer { turns.leave() }
        try await loadAnew(keepingDiskCache: keepingDiskCache)
    }

    private func loadAnew(keepingDiskCache: Bool) async throws {
        await pipeline.releaseNetworks()
        if !keepingDiskCache { await pipeline.networks.dropDiskCache(of: pipeline.checkpoint) }
        pipeline.forgetEncodedPrompts()
        for stage in Stage.allCases { pipeline.move(stage, to: pipeline.fallbacks[stage].first) }
        monitors = Self.monitors(of: pipeline, bounds, settings)
        watched = [:]
        latest = PerStage(repeating: nil)
        notices = PerStage(repeating: nil)
        reloads.reloaded(at: now())
        guard let need = lastPlan?.need else { return }
        let (networks, loras) = try await lastNetworks(for: need)
        // All at once; then one after the other, for one that is refused.
        await pipeline.prepare(networks, reason: .reload)
        for (key, patch) in networks { try await compile(key, patch, loras, reason: .reload) }
    }

    /// The networks of the last picture with its LoRAs; without, when their files are no longer what they were.
    private func lastNetworks(
        for need: ShapeNeed
    ) async throws(DiffusionError) -> (networks: [(key: CompileKey, patch: NetworkPatch)], loras: LoRASet) {
        let loras = lastPlan?.loras ?? LoRASet()
        do {
            return (try await pipeline.keys(for: need, under: loras), loras)
        } catch {
            return (try await pipeline.keys(for: need, under: LoRASet()), LoRASet())
        }
    }

    /// Does something while neither pictures nor probes run.
    func withTurn<Result: Sendable>(_ work: () async throws -> Result) async throws -> Result {
        try await turns.enter()
        defer { turns.leave() }
        return try await work()
    }

    private static func monitors(
        of pipeline: DiffusionPipeline, _ bounds: FidelityBounds, _ settings: MonitorSettings
    ) -> PerStage<DriftMonitor<WatchedNetwork>> {
        func monitor(_ stage: Stage) -> DriftMonitor<WatchedNetwork> {
            DriftMonitor(stage, pipeline.fallbacks[stage], at: pipeline.placements[stage], bounds: bounds, settings: settings)
        }
        return PerStage(encode: monitor(.encode), denoise: monitor(.denoise), decode: monitor(.decode))
    }

    /// Keeps an event, and passes it on.
    func tell(_ event: FidelityEvent) {
        let record = FidelityRecord(event: event, time: .now)
        history = history.suffix(Self.historyLength - 1) + [record]
        eventSource.yield(record)
        if event.response != .none {
            notices[event.stage] = event
        } else if event.finding == .withinBounds, notices[event.stage]?.response == .mend(.recompile) {
            // It runs where it always did, and has proved itself twice.
            notices[event.stage] = nil
        }
    }
}

/// A suspicious picture whose network has drifted beyond what the settings allow to mend.
public struct UnmendedDrift: Error, Sendable, CustomStringConvertible {
    public let event: FidelityEvent

    public var description: String { "The picture cannot be trusted. \(event)" }
}

/// A compiled network with the files of LoRAs in it. A verdict holds for all of their strengths: in slots these are inputs, as texts are.
struct WatchedNetwork: Hashable, Sendable {
    let key: CompileKey
    /// `LoRASet.files(changing:)`.
    let files: [String]

    init(_ key: CompileKey, _ loras: LoRASet) {
        self.key = key
        files = loras.files(changing: key.network)
    }
}

/// Tells whether a network is still the one that was seen, without keeping it.
struct NetworkInUse {
    weak var network: CompiledNetwork?
    /// The LoRAs of the last picture that it took part in.
    var loras: LoRASet
    var lastUse: Int
}
