import Checkpoints
import Compilation
import Diffusion
import Generation
import Networks

// How probes are run, and how what drifts is mended. All of it happens while its caller holds the turn.
extension MonitoredPipeline {
    /// Tells the monitors of networks that were compiled or let go of, for pictures or in the background.
    ///
    /// A network with LoRAs is watched from its first use on: before, nobody knows which ones it is for.
    /// - Parameter uses: networks that took part in a picture, and its LoRAs.
    func noticeCompiles(of uses: [(key: CompileKey, loras: LoRASet)] = []) async {
        let placements = pipeline.placements
        let ready = await pipeline.networks.readyNetworks(of: pipeline.checkpoint.identity).filter { $0.placement == placements[$0.stage] }
        let byKey = Dictionary(ready.map { ($0.key, $0) }) { first, _ in first }
        for known in watched.keys where byKey[known.key] == nil { forget(known) }
        for (known, use) in watched { if let network = byKey[known.key] { notice(network, use.loras, isUse: false) } }
        for network in ready where !network.key.hasLoRAs { notice(network, LoRASet(), isUse: false) }
        for use in uses { if let network = byKey[use.key] { notice(network, use.loras, isUse: true) } }
    }

    private func notice(_ network: CompiledNetwork, _ loras: LoRASet, isUse: Bool) {
        let id = WatchedNetwork(network.key, loras)
        if isUse { useCount += 1 }
        if let known = watched[id], known.network === network {
            if isUse { watched[id] = NetworkInUse(network: network, loras: loras, lastUse: useCount) }
            return
        }
        watched[id] = NetworkInUse(network: network, loras: loras, lastUse: useCount)
        monitors[network.stage].compiled(id, at: network.placement, on: network.place)
        // Files that are long out of use need no probe.
        let others = watched.filter { $0.key.key == network.key }
        if others.count > Self.fileSetLimit, let oldest = others.min(by: { $0.value.lastUse < $1.value.lastUse }) { forget(oldest.key) }
    }

    /// Sets of LoRAs that are watched in one network with slots.
    private static let fileSetLimit = 8

    private func forget(_ network: WatchedNetwork) {
        watched[network] = nil
        monitors[network.key.stage].released(network)
    }

    /// The most urgent probe of all stages.
    func dueProbe() -> (network: WatchedNetwork, isForSuspicion: Bool)? {
        var first: (network: WatchedNetwork, isForSuspicion: Bool)?
        for stage in Stage.allCases {
            guard let due = monitors[stage].dueProbe(at: now()) else { continue }
            if case .suspicion = due.reason { return (due.model, true) }
            first = first ?? (due.model, false)
        }
        return first
    }

    /// Probes what a suspicious picture points to, and goes on until what has drifted is mended.
    /// - Returns: whether something was mended, so that the picture is worth drawing again.
    func lookIntoSuspicion() async throws -> Bool {
        var isMended = false
        while let due = dueProbe(), due.isForSuspicion || isMended {
            guard let event = try await runProbe(due.network) else { continue }
            switch event.response {
            case .none: break
            case .mend: isMended = true
            // Where no ladder is wanted, drift is told and no more.
            case .giveUp: if pipeline.fallbacks[event.stage].lastRung != .nothing { throw UnmendedDrift(event: event) }
            }
        }
        return isMended
    }

    /// Runs a probe and does what the monitor then says.
    /// - Returns: nil when the network is not there any more.
    /// - Throws: `CancellationError`; `DiffusionError` when the reference cannot be had.
    @discardableResult
    func runProbe(_ network: WatchedNetwork) async throws -> FidelityEvent? {
        let loras = watched[network]?.loras ?? LoRASet()
        guard let event = try await judge(network) else { return nil }
        tell(event)
        try await mend(event, network.key, loras)
        return event
    }

    private func judge(_ id: WatchedNetwork) async throws -> FidelityEvent? {
        let stage = id.key.stage
        guard let known = watched[id], let network = known.network else {
            monitors[stage].released(id)
            return nil
        }
        do {
            let fidelity = try await probe.fidelity(of: network, prompt: lastPlan?.firstText, loras: known.loras)
            latest[stage] = (fidelity, now())
            return monitors[stage].probed(id, fidelity.distance, at: now())
        } catch {
            if error.isCancelled { throw CancellationError() }
            if case .patches = error {
                // Pictures to come have other files.
                forget(id)
                return nil
            }
            guard error.isOfDevice else { throw error.cause }
            return monitors[stage].failed(id, error.description)
        }
    }

    /// Does what the event says, if it says to mend. The probe of what is compiled for that is due then.
    private func mend(_ event: FidelityEvent, _ key: CompileKey, _ loras: LoRASet) async throws {
        guard case .mend(let remedy) = event.response else { return }
        await pipeline.networks.release(key)
        // What it answered before cannot be trusted either.
        if key.stage == .encode { pipeline.forgetEncodedPrompts() }
        var repaired = key
        if case .move(let next) = remedy {
            for old in await pipeline.networks.readyNetworks(of: key.checkpoint)
            where (old.stage, old.placement) == (key.stage, key.placement) {
                await pipeline.networks.release(old.key)
            }
            pipeline.move(key.stage, to: next)
            // Another device may want shapes of another kind.
            let shape = lastPlan.map { pipeline.key(of: key.network, for: $0.need).shape } ?? key.shape
            repaired = CompileKey(
                checkpoint: key.checkpoint, patches: key.patches, network: key.network, placement: next, shape: shape)
        }
        await noticeCompiles()
        // Without its files there is nothing to repair.
        guard let patch = try? await pipeline.patch(of: key.network, by: loras) else { return }
        if case .move = remedy { repaired = patch.key(from: repaired) }
        // A repair is never served by the disk cache.
        try await compile(repaired, patch, loras, reason: .repair)
    }

    /// Compiles a network, or climbs on when the device refuses.
    func compile(_ key: CompileKey, _ patch: NetworkPatch, _ loras: LoRASet, reason: CompileReason? = nil) async throws {
        guard let refusal = try await refusal(of: key, patch, loras, reason: reason) else { return }
        let event = monitors[key.stage].failed(WatchedNetwork(key, loras), refusal.description)
        tell(event)
        if event.response == .giveUp { throw DiffusionError.compilation(refusal) }
        try await mend(event, key, loras)
    }

    /// Compiles a network.
    /// - Returns: why the device refused; nil when it is compiled.
    private func refusal(
        of key: CompileKey, _ patch: NetworkPatch, _ loras: LoRASet, reason: CompileReason?
    ) async throws(DiffusionError) -> CompilationError? {
        do {
            _ = try await pipeline.network(key, with: patch, reason: reason)
        } catch {
            // The optimizer of Swift 6.3 crashes on the same as a pattern with `where`.
            guard case .compilation(let refusal) = error, !refusal.isCheckpointAtFault else { throw error }
            return refusal
        }
        await noticeCompiles(of: [(key, loras)])
        return nil
    }
}

extension CompileKey {
    /// Whether LoRAs come into the network, by slots or merged into its weights.
    fileprivate var hasLoRAs: Bool { shape.slots != nil || !patches.isEmpty }
}
