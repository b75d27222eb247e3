import Checkpoints
import Compilation
import Diffusion
import Fidelity
import Foundation
import Generation
import ImageCodecs
import Jobs
import Logging
import OpenVINO
import Settings
import WebAPI

/// The models of this machine, opened as the settings say: draws the pictures of a server's jobs, and tells how things stand.
///
/// Models are opened when a job first needs them, and opened again when their files or the settings that they depend on change.
actor Studio: Engine {
    private let settings: LiveSettings
    private let library: ModelLibrary
    let folders: UserFolders
    let resources: PromptResources
    private let logger: Logger
    private let onCompile: @Sendable (CompileRecord) -> Void
    private let onEvent: @Sendable (JobEvent) -> Void

    private(set) var readiness: Readiness {
        didSet { if readiness != oldValue { onEvent(.model(readiness)) } }
    }
    /// What models are opened with, and the settings that it was made for.
    private var setup: (settings: EaselSettings, value: PipelineSetup)?
    private var models: [(name: String, opening: Task<OpenModel, any Error>)] = []
    /// Of these, those that are open.
    private var openModels: [String: OpenModel] = [:]
    /// What can be told of models that are not open.
    private let headers: CheckpointHeaders
    private let hashMemory: HashMemory
    private let hashes: ModelHashes
    /// Notes on models' names that the log has already.
    private var toldNotes: Set<String> = []
    /// What devices make of the accuracy modes: found out once, for it takes a compile each.
    var knownDevices: DeviceSummaries?

    /// Pictures that are best drawn together, as far as it was measured.
    private var batchSizes: [BatchQuestion: Int] = [:]
    /// What it shall be measured for next.
    private var unmeasured: JobRequest?

    /// Models that stay open: their files are mapped, which costs next to nothing; what is compiled of them has a budget of its own.
    private static let openModelLimit = 8
    /// Headers that are read for one list of models; those of a thousand new files are read for the lists after it.
    private static let headersReadAtOnce = 50

    /// - Parameters:
    ///   - onCompile: told of each compile, whether a job waited for it or none.
    ///   - onEvent: told what happens to models, and what is found out about devices.
    init(
        _ settings: LiveSettings, library: ModelLibrary, folders: UserFolders, resources: PromptResources, logger: Logger,
        onCompile: @escaping @Sendable (CompileRecord) -> Void = { _ in }, onEvent: @escaping @Sendable (JobEvent) -> Void = { _ in }
    ) {
        self.settings = settings
        self.library = library
        self.folders = folders
        self.resources = resources
        self.logger = logger
        self.onCompile = onCompile
        self.onEvent = onEvent
        headers = CheckpointHeaders { settings.current.prediction }
        hashMemory = HashMemory(folder: folders.cache)
        hashes = ModelHashes(memory: hashMemory, headers: headers, logger: logger)
        readiness = .loading(model: settings.current.requests.model)
    }

    // MARK: Models

    func models() async -> [ModelSummary] {
        let listing = library.listing()
        tell(listing.notes)
        var summaries: [ModelSummary] = []
        var unread = 0
        for model in listing.models {
            let open = openModels[model.name]
            var known = await headers.known(of: model.path)
            if known == nil, unread < Self.headersReadAtOnce {
                unread += 1
                known = await headers.result(of: model.path)
            }
            let header = try? known?.get()
            let hashedPath = model.isFolder ? header?.hashedPath : model.path
            summaries.append(ModelSummary(
                name: model.name, sha256: open?.knownHash ?? hashedPath.flatMap(hashMemory.hash(ofFile:)), file: model.file,
                isLoaded: open != nil, nativeSize: header?.nativeSize))
        }
        return summaries
    }

    func refresh() async {
        await headers.forget()
        library.forget()
        _ = resources.reader?(true)
    }

    func model(withHash hash: String, preferring name: String?) async throws -> String? {
        try await hashes.find(hash, among: library.listing().models, preferring: name)
    }

    /// Logs what is to be said of models' names, once.
    private func tell(_ notes: [String]) {
        for note in notes where toldNotes.insert(note).inserted { logger.notice("model folder", metadata: ["note": "\(note)"]) }
        if toldNotes.count > notes.count { toldNotes.formIntersection(notes) }
    }

    func load(_ name: String) async throws {
        let before = readiness
        readiness = .loading(model: name)
        do {
            let model = try await model(name)
            readiness = .ready(model: name)
            logger.info("model ready", metadata: ["model": "\(name)", "placements": "\(model.pipeline.placements)"])
            await model.prepare()
        } catch let error as CancellationError {
            throw error
        } catch {
            let reason = reason(error, name)
            readiness = if case .ready(let other) = before, other != name { before } else { .failed(model: name, reason: reason) }
            logger.error("model cannot be loaded", metadata: ["model": "\(name)", "reason": "\(error)"])
            if let error = error as? InvalidRequest { throw error }
            throw CommandFailure(error).reason == .badInput ? InvalidRequest(field: "model", reason) : ModelUnavailable(reason: reason)
        }
    }

    /// The model that is used when none is named, opened now if it is not.
    /// - Throws: `ModelUnavailable`; `CancellationError`.
    func openCurrentModel() async throws -> OpenModel {
        let name = settings.current.requests.model
        do {
            return try await model(name)
        } catch let error as CancellationError {
            throw error
        } catch {
            throw ModelUnavailable(reason: reason(error, name))
        }
    }

    private func reason(_ error: any Error, _ name: String) -> String {
        PublicReason(error, otherwise: "\(name) cannot be loaded. The reason is in the server's log.").description
    }

    func takeUpSettings() {
        // Before the first model is opened, there is nothing to take up.
        guard let setup, setup.settings != settings.current.ofModels else { return }
        Task { try? await load(settings.current.requests.model) }
    }

    func unload() async {
        models = []
        openModels = [:]
        setup = nil
    }

    func reload(keepingDiskCache: Bool) async throws {
        try await model(settings.current.requests.model).monitored.reload(keepingDiskCache: keepingDiskCache)
    }

    /// The model that is used when none is named, when it is open.
    var currentModel: OpenModel? { openModels[settings.current.requests.model] }

    /// What compiled networks are kept in; nil before a model is opened.
    var networks: CompiledNetworks? { setup?.value.networks }

    func currentSetup() throws -> PipelineSetup {
        let wanted = settings.current.ofModels
        if let setup, setup.settings == wanted { return setup.value }
        let value = try PipelineSetup(settings.current, folders: folders, onCompile: onCompile)
        if setup != nil { logger.info("models are opened again, for settings have changed") }
        setup = (wanted, value)
        models = []
        openModels = [:]
        knownDevices = nil
        batchSizes = [:]
        return value
    }

    func model(_ name: String) async throws -> OpenModel {
        let setup = try currentSetup()
        if let index = models.firstIndex(where: { $0.name == name }) {
            let entry = models.remove(at: index)
            models.append(entry)
            let model = try await entry.opening.value
            if model.pipeline.checkpoint.isCurrent { return model }
            logger.info("model is opened again, for its file has changed", metadata: ["model": "\(name)"])
            await close(name)
        }
        guard let path = library.listing().path(named: name) else {
            throw Self.unknown(name)
        }
        let (resources, folder, logger, onEvent) = (resources, folders.cache, logger, onEvent)
        let opening = Task {
            let reference = try setup.reference(for: path)
            let (pipeline, tables) = try await setup.pipeline(
                from: reference, isForOneRequest: false, resources: resources, progress: ProgressReporter(.quiet))
            for table in tables { logger.info("precision measured", metadata: ["model": "\(name)", "component": "\(table.stage.rawValue)", "choice": "\(table.choice(errorBound: setup.settings.autoErrorBound))"]) }
            let monitored = MonitoredPipeline(pipeline, bounds: setup.bounds, settings: setup.settings.monitor)
            return OpenModel(name: name, monitored, precisionTables: tables, hashFolder: folder, logger: logger) { onEvent(.fidelity($0)) }
        }
        models.append((name, opening))
        if models.count > Self.openModelLimit { await close(models[0].name) }
        do {
            let model = try await opening.value
            // Closed again, or closed for changed settings, it is for this caller only.
            if models.contains(where: { $0.opening == opening }) { openModels[name] = model }
            return model
        } catch {
            models.removeAll { $0.opening == opening }
            throw error
        }
    }

    private func close(_ name: String) async {
        models.removeAll { $0.name == name }
        if let closed = openModels.removeValue(forKey: name) { await closed.pipeline.networks.release(checkpoint: closed.pipeline.checkpoint.identity) }
    }

    // MARK: Drawing

    func group(of request: JobRequest) async -> CompileGroup {
        // Names are looked up when it is drawn; a model that is not open yet is not opened to sort the queue.
        guard let model = openModels[request.model] else {
            return CompileGroup(model: request.model, shape: "\(request.generation.width)×\(request.generation.height)")
        }
        let key = model.pipeline.key(of: .denoiser, for: model.pipeline.estimatedNeed(of: request.generation))
        return CompileGroup(model: request.model, shape: key.shape.summary(of: .denoise))
    }

    func validate(_ request: JobRequest) async throws {
        if let model = openModels[request.model] { return try model.pipeline.validate(request.generation) }
        guard let path = library.listing().path(named: request.model) else { throw Self.unknown(request.model) }
        let header: CheckpointHeaders.Header
        do {
            header = try await headers.header(of: path)
        } catch {
            throw InvalidRequest(field: "model", reason(error, request.model))
        }
        try header.rules.validate(request.generation, styles: resources.current.styles)
    }

    private static func unknown(_ name: String) -> InvalidRequest {
        InvalidRequest(field: "model", "There is no model \"\(name)\". Use the name of one that is listed.")
    }

    func usefulBatchSize(of request: JobRequest) async -> Int {
        if let known = batchSizes[BatchQuestion(request)] { return known }
        // Found out when there is time for it: nobody's picture waits for that.
        unmeasured = request
        return 1
    }

    func draw(
        _ requests: [GenerationRequest], model name: String, previews: PreviewSchedule = .none, onEvent: @escaping @Sendable (GenerationEvent) -> Void
    ) async throws -> [PaintedRequest] {
        let model = try await model(name)
        if readiness != .ready(model: name), settings.current.requests.model == name { readiness = .ready(model: name) }
        let results = try await model.monitored.generate(requests, previews: previews, onEvent: onEvent)
        let hash = await model.contentHash
        let placements = model.pipeline.placements
        return zip(requests, results).map { request, result in
            var result = result
            result.warnings = result.allWarnings(asked: placements)
            return PaintedRequest(result: result, infotexts: result.images.indices.map { index in
                Infotext(request, result, index: index, model: name, modelHash: hash, version: "Easel \(Version.current)").description
            })
        }
    }

    /// Looks after the model that was used last, as far as the settings want it; then finds out how many of the latest pictures are best
    /// drawn together.
    func rest() async {
        guard let model = models.last.flatMap({ openModels[$0.name] }) else { return }
        do {
            try await model.monitored.checkIfDue()
            try await measureBatches()
        } catch is CancellationError {
            return
        } catch {
            // Whoever draws with the model is told why it does not open.
            logger.warning("devices could not be checked", metadata: ["model": "\(model.name)", "reason": "\(error)"])
        }
    }

    private func measureBatches() async throws {
        guard let request = unmeasured, let setup = setup?.value, let model = openModels[request.model] else { return }
        let size = try await setup.usefulBatchSize(for: request.generation, on: model.monitored)
        batchSizes[BatchQuestion(request)] = size
        // Another size may have come up meanwhile.
        if unmeasured == request { unmeasured = nil }
        logger.info("batch measured", metadata: ["model": "\(model.name)", "size": "\(request.generation.width)×\(request.generation.height)", "pictures": "\(size)"])
    }
}

/// What a measured batch size holds for.
private struct BatchQuestion: Hashable {
    let model: String
    let width: Int
    let height: Int

    init(_ request: JobRequest) {
        model = request.model
        (width, height) = (request.generation.width, request.generation.height)
    }
}

extension OpenModel {
    /// Compiles what a picture of the model's own size needs, so that the first one need not wait for it.
    fileprivate func prepare() async {
        let keys = pipeline.keys(for: pipeline.need(forShortPromptsOf: pipeline.nativeRequest(prompt: "")))
        await pipeline.networks.prepare(keys, of: pipeline.checkpoint, reason: .preparation)
    }
}

extension EaselSettings {
    /// When the monitor looks, and what it may do.
    fileprivate var monitor: MonitorSettings {
        var monitor = MonitorSettings()
        monitor.picturesBetweenProbes = fidelityCheckPictures > 0 ? fidelityCheckPictures : nil
        monitor.timeBetweenProbes = fidelityCheckHours > 0 ? .seconds(fidelityCheckHours * 3600) : nil
        monitor.lastRung = Rung(rawValue: fidelityLastRung.rawValue)
        monitor.picturesBetweenReloads = reloadPictures > 0 ? reloadPictures : nil
        monitor.timeBetweenReloads = reloadHours > 0 ? .seconds(reloadHours * 3600) : nil
        return monitor
    }
}
