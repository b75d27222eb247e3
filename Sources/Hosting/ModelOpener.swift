public import Checkpoints
public import Compilation
public import Diffusion
public import Fidelity
import FoundationEssentials
public import Generation
import Jobs
import Networks
public import OpenVINO
public import Settings

/// A step in opening a model that takes a while.
public enum OpeningProgress: Sendable {
    /// Begins to measure which precision suits a stage on a device. This is done once for a checkpoint.
    case measuring(Stage, device: String)
    /// Has measured it.
    case measured(PrecisionTable)
}

/// Opens checkpoints as the settings say: on which devices, in which precision, for which shapes.
///
/// All models that one opener opens share one place for compiled networks, and so one budget of memory.
public struct ModelOpener: Sendable {
    /// The settings that models are opened with.
    public private(set) var settings: EaselSettings
    /// The runtime.
    public let core: Core
    /// The compiled networks of all models that were opened with this.
    public let networks: CompiledNetworks
    let folders: UserFolders
    private var choices: PerStage<ComponentChoice>
    /// Names of the machine's devices, as OpenVINO lists them.
    private let found: [String]
    /// Where the pixels of source pictures and masks come from; nil where none can be had.
    public let inputPictures: (any InputPictureSource)?
    /// The upscalers that requests name.
    public let upscalers: UpscalerLibrary

    /// Starts OpenVINO and chooses devices.
    /// - Parameters:
    ///   - settings: devices, precisions, shapes and budgets.
    ///   - folders: the cache in them keeps what was measured and compiled.
    ///   - inputPictures: where the pixels of source pictures and masks come from.
    ///   - upscalers: those that requests name; nil for those that the settings name.
    ///   - onCompile: told of each compile.
    ///   - onNote: told in a sentence when nothing can be kept in the cache.
    /// - Throws: `HostingError.runtime`; `.device` when a device that is asked for is not there.
    public init(
        _ settings: EaselSettings = EaselSettings(), folders: UserFolders = UserFolders(), inputPictures: (any InputPictureSource)? = nil,
        upscalers: UpscalerLibrary? = nil, onCompile: @escaping @Sendable (CompileRecord) -> Void = { _ in },
        onNote: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(HostingError) {
        self.settings = settings
        self.folders = folders
        self.inputPictures = inputPictures
        self.upscalers = upscalers ?? UpscalerLibrary(settings, folders: folders)
        do throws(OpenVINOError) {
            core = try Core()
            found = try core.deviceNames()
        } catch {
            throw .runtime(error)
        }
        do {
            choices = try settings.choices(found: found)
        } catch {
            throw .device(error)
        }
        let cacheProblem = folders.prepareCache()
        if let cacheProblem { onNote(cacheProblem) }
        networks = CompiledNetworks(
            core: core, memoryBudget: settings.memoryBudgetBytes > 0 ? settings.memoryBudgetBytes : MemoryBudget.default,
            diskCache: settings.diskCacheBytes > 0 && cacheProblem == nil ? DiskCache(settings, folders: folders) : nil,
            onCompile: onCompile,
            onCacheProblem: { onNote("\($0)") })
    }

    /// The same for each of the workers that the settings ask for. They share the runtime and the compiled networks.
    /// - Throws: `HostingError.device`.
    func ofWorkers() throws(HostingError) -> [(worker: Worker.ID, value: ModelOpener)] {
        do {
            var openers: [(worker: Worker.ID, value: ModelOpener)] = []
            for (worker, settings) in try settings.ofWorkers(found: found) {
                var opener = self
                opener.settings = settings
                opener.choices = try settings.choices(found: found)
                openers.append((worker, opener))
            }
            return openers
        } catch {
            throw .device(error)
        }
    }

    /// Opens a checkpoint where the settings want it. With `auto`, precisions that are not known yet are measured first, which takes
    /// some seconds on a CPU.
    /// - Parameters:
    ///   - path: a single file or a diffusers folder; see `ModelLibrary.find`.
    ///   - isForOneRequest: asks for the least time to one picture, not for many.
    ///   - resources: the styles, wildcards and textual inversions that prompts name.
    ///   - onProgress: told of measurements.
    /// - Throws: `DiffusionError` for a checkpoint that cannot be used and for a device that fails; `CancellationError`.
    public func open(
        _ path: String, isForOneRequest: Bool = false, resources: PromptResources = PromptResources(),
        onProgress: @escaping @Sendable (OpeningProgress) -> Void = { _ in }
    ) async throws -> DiffusionPipeline {
        try await pipeline(
            from: reference(for: path), isForOneRequest: isForOneRequest, resources: resources, onProgress: onProgress).pipeline
    }

    /// Opens a checkpoint on the reference, the CPU in f32. All that is wrong with the checkpoint shows here.
    /// - Parameter path: a single file or a diffusers folder.
    public func reference(for path: String) throws(DiffusionError) -> DiffusionPipeline {
        // Folders may have come since the last model was opened.
        let modelFolders = ModelFolders(settings, user: folders)
        return DiffusionPipeline(
            try OpenCheckpoint(
                path: path, prediction: SchedulerConfiguration.Prediction(settings.prediction), vae: settings.chosenVAE(modelFolders),
                textEncoders: settings.chosenTextEncoders(modelFolders), tinyVAEs: settings.tinyVAEs(modelFolders)),
            fallbacks: PerStage(repeating: Fallbacks(.reference)), shapes: shapes(isForOneRequest: false), networks: networks,
            inputPictures: inputPictures, upscalers: upscalers)
    }

    /// Makes what enlarges pictures without a checkpoint. It runs where pictures are decoded.
    ///
    /// `auto` means f32: what suits a checkpoint's VAE says nothing of an upscaler.
    /// - Parameters:
    ///   - inputPictures: where the pixels of source pictures come from; nil for where the opener has them from.
    ///   - isForOneRequest: lets go of compiled networks at once.
    public func upscaling(inputPictures: (any InputPictureSource)? = nil, isForOneRequest: Bool = false) -> UpscalingPipeline {
        UpscalingPipeline(
            fallbacks: ladder(choices.decode, Arithmetic(choices.decode.accuracy) ?? .exactly(.f32)),
            shapes: shapes(isForOneRequest: isForOneRequest), networks: networks, retention: isForOneRequest ? .untilUsed : .always,
            upscalers: upscalers, inputPictures: inputPictures ?? self.inputPictures)
    }

    /// Puts a checkpoint that is open where the settings want it; see `open`.
    /// - Parameter reference: the checkpoint on the reference. Precisions are measured against it.
    /// - Returns: the pipeline, and the tables that `auto` chose from.
    public func pipeline(
        from reference: DiffusionPipeline, isForOneRequest: Bool, resources: PromptResources = PromptResources(),
        onProgress: @escaping @Sendable (OpeningProgress) -> Void = { _ in }
    ) async throws -> (pipeline: DiffusionPipeline, tables: [PrecisionTable]) {
        var fallbacks = PerStage(repeating: Fallbacks(.reference))
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
                let table = try await precisionTable(stage, on: choice.devices[0], reference, onProgress)
                tables.append(table)
                first = .exactly(table.choice(errorBound: settings.autoErrorBound))
            }
            // An f16 that was measured has proved itself.
            let overflows = stage == .decode && reference.checkpoint.decoderOverflowsF16 && Arithmetic(choice.accuracy) != nil
            fallbacks[stage] = ladder(choice, overflows ? first.withoutF16(on: choice.devices[0]) : first)
        }
        let pipeline = DiffusionPipeline(
            reference.opened, fallbacks: fallbacks, shapes: shapes(isForOneRequest: isForOneRequest), networks: networks,
            retention: isForOneRequest ? .untilUsed : .always, resources: resources, inputPictures: inputPictures,
            upscalers: upscalers)
        return (pipeline, tables)
    }

    // MARK: Precision

    /// Recalls how exact and how fast a stage is on a device in each precision, or measures it now.
    private func precisionTable(
        _ stage: Stage, on device: String, _ pipeline: DiffusionPipeline,
        _ onProgress: @Sendable (OpeningProgress) -> Void
    ) async throws -> PrecisionTable {
        let memory = PrecisionMemory(folder: folders.cache)
        let key = PrecisionMemory.Key(
            fingerprint: await fingerprint(of: pipeline.checkpoint), stage: stage, deviceName: deviceName(device),
            runtimeVersion: try Core.version())
        if let known = memory[key] { return known }

        onProgress(.measuring(stage, device: device))
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
        onProgress(.measured(table))
        memory.remember(table, for: key)
        return table
    }

    /// Names the content of all files of a checkpoint, for what is remembered from one process to the next.
    func fingerprint(of checkpoint: Checkpoint) async -> String {
        await checkpoint.fingerprint(rememberedIn: folders.cache) ?? checkpoint.identity
    }

    /// The device's own name, such as its model. Another device may be listed as `GPU` after a change of hardware.
    private func deviceName(_ device: String) -> String { (try? core.value(of: .fullDeviceName, device: device)) ?? device }

    /// The devices in order, each first as it was chosen; then, as far as the settings allow, f32 and the CPU.
    private func ladder(_ choice: ComponentChoice, _ first: Arithmetic) -> Fallbacks {
        let chosen = Placement(device: choice.devices[0], arithmetic: first)
        // `auto` was measured on the first device only.
        let onOthers = Arithmetic(choice.accuracy) ?? .exactly(.f32)
        var others: [Placement] = []
        if settings.fidelityLastRung >= .accuracy { others.append(Placement(device: chosen.device, precision: .f32)) }
        others += choice.devices.dropFirst().map { Placement(device: $0, arithmetic: onOthers) }
        if settings.fidelityLastRung >= .cpu { others.append(.reference) }
        return Fallbacks(chosen, then: others, lastRung: settings.fidelityLastRung)
    }

    /// The bounds of the settings: how far off a device may be.
    public var bounds: FidelityBounds {
        var bounds = FidelityBounds()
        bounds.relativeError = settings.fidelityBounds
        return bounds
    }

    // MARK: Batches

    /// Recalls how many pictures of such a request are best drawn together, or measures it now.
    ///
    /// Measuring takes some steps of the UNet, between pictures; it is done once for a checkpoint, device, precision and size.
    public func usefulBatchSize(for request: GenerationRequest, on monitored: MonitoredPipeline) async throws -> Int {
        let pipeline = monitored.pipeline
        let placement = pipeline.placements.denoise
        let memory = BatchMemory(folder: folders.cache)
        let key = BatchMemory.Key(
            fingerprint: await fingerprint(of: pipeline.checkpoint), deviceName: deviceName(placement.device),
            precision: placement.arithmetic.description, width: request.width, height: request.height, runtimeVersion: try Core.version())
        if let known = memory[key] { return known.usefulBatchSize }
        let table = try await monitored.measureBatches(for: request)
        memory.remember(table, for: key)
        return table.usefulBatchSize
    }

    // MARK: Shapes

    private func shapes(isForOneRequest: Bool) -> ShapePlan {
        var policies = PerStage(repeating: ShapePolicy.auto)
        for stage in [Stage.denoise, .decode] {
            policies[stage] = settings.shapes
            // Exact shapes draw a single picture sooner on a CPU, for weights are prepared while other networks compile. The text
            // encoder's do not: its compile would take four times as long.
            if policies[stage] == .auto, isForOneRequest, choices[stage].devices[0] == "CPU" { policies[stage] = .exact }
        }
        return ShapePlan(policies: policies, contextChunks: settings.contextChunks)
    }
}

extension SchedulerConfiguration.Prediction {
    /// The prediction that a setting names; nil for `auto`, which means the one that the model's files name.
    public init?(_ mode: PredictionMode) { self.init(spelling: mode.rawValue) }
}

extension DiskCache {
    /// The user's disk cache, with the limit of the settings.
    public init(_ settings: EaselSettings, folders: UserFolders = UserFolders()) {
        self.init(in: folders.cache, byteLimit: settings.diskCacheBytes)
    }
}

extension Arithmetic {
    /// The same, or f32 where the device might compute in f16: for a decoder whose numbers exceed its range.
    func withoutF16(on device: String) -> Arithmetic {
        switch self {
        case .exactly(.f16): .exactly(.f32)
        case .exactly: self
        // CPUs take bf16, which has the range of f32.
        case .performance, .deviceDefault: device == Placement.reference.device ? self : .exactly(.f32)
        }
    }
}
