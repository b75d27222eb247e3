import Checkpoints
import Compilation
import Diffusion
import Fidelity
import FoundationEssentials
import Generation
import Networks
import OpenVINO
import Settings

/// Opens checkpoints as the settings say: on which devices, in which precision, for which shapes.
struct PipelineSetup {
    let settings: EaselSettings
    let core: Core
    let networks: CompiledNetworks
    let folders: UserFolders
    private let choices: PerStage<ComponentChoice>

    /// - Throws: `CommandFailure`: `.deviceUnavailable` when a device that is asked for is not there.
    init(
        _ settings: EaselSettings, folders: UserFolders = UserFolders(), onCompile: @escaping @Sendable (CompileRecord) -> Void = { _ in }
    ) throws(CommandFailure) {
        self.settings = settings
        self.folders = folders
        do {
            core = try Core()
            choices = try settings.choices(found: core.deviceNames())
        } catch {
            throw CommandFailure(error)
        }
        let cacheProblem = folders.prepareCache()
        if let cacheProblem { Terminal.write("\(cacheProblem)\n", to: .standardError) }
        networks = CompiledNetworks(
            core: core, memoryBudget: settings.memoryBudgetBytes > 0 ? settings.memoryBudgetBytes : MemoryBudget.default,
            diskCache: settings.diskCacheBytes > 0 && cacheProblem == nil ? DiskCache(settings, folders: folders) : nil,
            onCompile: onCompile,
            onCacheProblem: { Terminal.write("\($0)\n", to: .standardError) })
    }

    /// Opens a checkpoint on the reference: all that is wrong with it shows here.
    func reference(for path: String) throws -> DiffusionPipeline {
        DiffusionPipeline(
            try OpenCheckpoint(path: path, prediction: SchedulerConfiguration.Prediction(settings.prediction)),
            ladders: PerStage(repeating: PlacementLadder(.reference)), shapes: shapes(isForOneRequest: false), networks: networks)
    }

    /// The same checkpoint where the settings want it. With `auto`, precisions that are not known yet are measured first, which
    /// takes some seconds on a CPU.
    /// - Parameters:
    ///   - reference: what is measured against.
    ///   - isForOneRequest: the pipeline is made for the least time to one picture, not for many.
    ///   - resources: what prompts refer to by name.
    ///   - progress: told of a measurement before it begins, and of its table.
    func pipeline(
        from reference: DiffusionPipeline, isForOneRequest: Bool, resources: PromptResources = PromptResources(), progress: ProgressReporter
    ) async throws -> (pipeline: DiffusionPipeline, tables: [PrecisionTable]) {
        var ladders = PerStage(repeating: PlacementLadder(.reference))
        var tables: [PrecisionTable] = []
        for stage in Stage.allCases {
            let choice = choices[stage]
            let first: Arithmetic
            if let arithmetic = Arithmetic(choice.accuracy) {
                first = arithmetic
            } else if stage == .encode {
                // It runs once for a picture: nothing is gained by less.
                first = .exactly(.f32)
            } else {
                let table = try await precisionTable(stage, on: choice.devices[0], reference, progress)
                tables.append(table)
                first = .exactly(table.choice(errorBound: settings.autoErrorBound))
            }
            ladders[stage] = ladder(choice, first)
        }
        let pipeline = DiffusionPipeline(
            reference.opened, ladders: ladders, shapes: shapes(isForOneRequest: isForOneRequest), networks: networks,
            retention: isForOneRequest ? .untilUsed : .always, resources: resources)
        return (pipeline, tables)
    }

    // MARK: Precision

    /// What is known, or else measured now, of a stage on a device.
    private func precisionTable(
        _ stage: Stage, on device: String, _ pipeline: DiffusionPipeline, _ progress: ProgressReporter
    ) async throws -> PrecisionTable {
        let memory = PrecisionMemory(folder: folders.cache)
        let key = PrecisionMemory.Key(
            contentHash: await contentHash(of: pipeline.checkpoint), stage: stage, deviceName: deviceName(device),
            runtimeVersion: try Core.version())
        if let known = memory[key] { return known }

        progress.note("Measuring which precision suits the \(stage.label) on \(device); this is done once for a checkpoint.")
        // Large enough for speed to mean something, small enough to be soon over.
        let probe = Probe(pipeline, size: (width: 256, height: 256), keepsReferenceNetworks: false)
        let table = try await PrecisionTable.measured(stage, on: device) { placement in
            // The last network of a stage is its heaviest.
            let id = pipeline.checkpoint.networks.last { $0.stage == stage } ?? .denoiser
            let need = pipeline.need(forShortPromptsOf: pipeline.nativeRequest(prompt: ""))
            let shape = device == "CPU" ? InputShape() : pipeline.key(of: id, for: need, at: placement).shape
            let network = try await pipeline.network(id, at: placement, shape: shape, reason: .precisionTrial)
            let fidelity = try await probe.fidelity(of: network)
            await networks.release(network.key)
            return PrecisionTable.Measurement(
                precision: network.precision, seconds: fidelity.seconds ?? .infinity, relativeError: fidelity.distance.relativeError)
        }
        progress.note(String(table.text(errorBound: settings.autoErrorBound).dropLast()))
        memory.remember(table, for: key)
        return table
    }

    /// Names all that a checkpoint's networks are made of: for what is remembered from one process to the next.
    func contentHash(of checkpoint: Checkpoint) async -> String {
        await checkpoint.contentsHash(rememberedIn: folders.cache) ?? checkpoint.identity
    }

    /// What is listed as `GPU` may be another one after a change of hardware: its own name, such as its model.
    private func deviceName(_ device: String) -> String { (try? core.value(of: .fullDeviceName, device: device)) ?? device }

    /// The devices in order, each first as it was chosen; then, as far as the settings allow, f32 and the CPU.
    private func ladder(_ choice: ComponentChoice, _ first: Arithmetic) -> PlacementLadder {
        let chosen = Placement(device: choice.devices[0], arithmetic: first)
        // `auto` was measured on the first device only.
        let onOthers = Arithmetic(choice.accuracy) ?? .exactly(.f32)
        var others: [Placement] = []
        if settings.fidelityLastRung >= .accuracy { others.append(Placement(device: chosen.device, precision: .f32)) }
        others += choice.devices.dropFirst().map { Placement(device: $0, arithmetic: onOthers) }
        if settings.fidelityLastRung >= .cpu { others.append(.reference) }
        return PlacementLadder(chosen, then: others)
    }

    /// How far off a device may be.
    var bounds: FidelityBounds {
        var bounds = FidelityBounds()
        bounds.relativeError = settings.fidelityBounds
        return bounds
    }

    // MARK: Batches

    /// How many pictures of such a request are best drawn together: what is known, or else measured now.
    ///
    /// Measuring takes some steps of the UNet, between pictures; it is done once for a checkpoint, device, precision and size.
    func usefulBatchSize(for request: GenerationRequest, on monitored: MonitoredPipeline) async throws -> Int {
        let pipeline = monitored.pipeline
        let placement = pipeline.placements.denoise
        let memory = BatchMemory(folder: folders.cache)
        let key = BatchMemory.Key(
            contentHash: await contentHash(of: pipeline.checkpoint), deviceName: deviceName(placement.device),
            precision: placement.arithmetic.description, width: request.width, height: request.height, runtimeVersion: try Core.version())
        if let known = memory[key] { return known.usefulBatchSize }
        let table = try await monitored.measureBatches(for: request)
        memory.remember(table, for: key)
        return table.usefulBatchSize
    }

    // MARK: Shapes

    private func shapes(isForOneRequest: Bool) -> ShapePlan {
        var policies = PerStage<ShapePolicy?>(repeating: nil)
        for stage in [Stage.denoise, .decode] {
            policies[stage] = ShapePolicy(rawValue: settings.shapes.rawValue)
            // Exact shapes draw a single picture sooner on a CPU, for weights are prepared while other networks compile. The text
            // encoder's do not: its compile would take four times as long.
            if policies[stage] == nil, isForOneRequest, choices[stage].devices[0] == "CPU" { policies[stage] = .exact }
        }
        return ShapePlan(policies: policies, contextChunks: settings.contextChunks)
    }
}

extension PrecisionTable {
    /// Rows of what was measured, with the choice marked.
    func text(errorBound: Double) -> String {
        let choice = choice(errorBound: errorBound)
        var table = Table(header: ["", "PRECISION", "s/STEP", "ERROR", ""])
        for row in rows {
            table.append([
                row.asked == choice ? "→" : "", row.precision ?? row.asked.rawValue,
                row.seconds.map { "\($0.rounded(decimals: 3))" } ?? "–",
                row.relativeError.map { "\(($0 * 100).rounded(decimals: 4)) %" } ?? "–", row.refusal ?? "",
            ])
        }
        return table.text
    }
}
