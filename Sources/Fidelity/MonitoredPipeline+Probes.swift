import Checkpoints
import Compilation
import Diffusion
import Generation

// How probes are run, and how what drifts is mended. All of it happens while its caller holds the turn.
extension MonitoredPipeline {
    /// Tells the monitors of networks that were compiled or let go of, for pictures or in the background.
    func noticeCompiles() async {
        let placements = pipeline.placements
        let ready = await pipeline.networks.readyNetworks(of: pipeline.checkpoint.identity).filter { $0.placement == placements[$0.stage] }
        let keys = Set(ready.map(\.key))
        for key in watched.keys where !keys.contains(key) {
            watched[key] = nil
            monitors[key.stage].released(key)
        }
        for network in ready where watched[network.key]?.network !== network {
            watched[network.key] = WeakNetwork(network: network)
            monitors[network.stage].compiled(network.key, at: network.placement, on: network.place)
        }
    }

    /// The most urgent probe of all stages.
    func dueProbe() -> (key: CompileKey, isForSuspicion: Bool)? {
        var first: (key: CompileKey, isForSuspicion: Bool)?
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
            guard let event = try await runProbe(due.key) else { continue }
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
    func runProbe(_ key: CompileKey) async throws -> FidelityEvent? {
        guard let event = try await judge(key) else { return nil }
        tell(event)
        try await mend(event, key)
        return event
    }

    private func judge(_ key: CompileKey) async throws -> FidelityEvent? {
        guard let network = watched[key]?.network else {
            monitors[key.stage].released(key)
            return nil
        }
        do {
            let fidelity = try await probe.fidelity(of: network, prompt: lastPlan?.requests.first?.prompt)
            latest[key.stage] = (fidelity, now())
            return monitors[key.stage].probed(key, fidelity.distance, at: now())
        } catch {
            if error.isCancelled { throw CancellationError() }
            guard error.isOfDevice else { throw error.cause }
            return monitors[key.stage].failed(key, error.description)
        }
    }

    /// Does what the event says, if it says to mend. The probe of what is compiled for that is due then.
    private func mend(_ event: FidelityEvent, _ key: CompileKey) async throws {
        guard case .mend(let remedy) = event.response else { return }
        var placement = key.placement
        await pipeline.networks.release(key)
        // What it answered before cannot be trusted either.
        if key.stage == .encode { pipeline.forgetEncodedPrompts() }
        var shape = key.shape
        if case .move(let next) = remedy {
            placement = next
            for old in await pipeline.networks.readyNetworks(of: key.checkpoint)
            where (old.stage, old.placement) == (key.stage, key.placement) {
                await pipeline.networks.release(old.key)
            }
            pipeline.move(key.stage, to: placement)
            // Another device may want shapes of another kind.
            if let need = lastPlan?.need { shape = pipeline.key(of: key.network, for: need).shape }
        }
        await noticeCompiles()
        // A repair is never served by the disk cache.
        try await compile(CompileKey(checkpoint: key.checkpoint, network: key.network, placement: placement, shape: shape), reason: .repair)
    }

    /// Compiles a network, or climbs on when the device refuses.
    func compile(_ key: CompileKey, reason: CompileReason? = nil) async throws {
        guard let refusal = try await refusal(of: key, reason: reason) else { return }
        let event = monitors[key.stage].failed(key, refusal.description)
        tell(event)
        if event.response == .giveUp { throw DiffusionError.compilation(refusal) }
        try await mend(event, key)
    }

    /// Compiles a network.
    /// - Returns: why the device refused; nil when it is compiled.
    private func refusal(of key: CompileKey, reason: CompileReason?) async throws(DiffusionError) -> CompilationError? {
        do {
            _ = try await pipeline.network(key.network, at: key.placement, shape: key.shape, reason: reason)
        } catch {
            // The optimizer of Swift 6.3 crashes on the same as a pattern with `where`.
            guard case .compilation(let refusal) = error, !refusal.isCheckpointAtFault else { throw error }
            return refusal
        }
        await noticeCompiles()
        return nil
    }
}
