public import Checkpoints
import Compilation
public import Diffusion
import Downloads
import Fidelity
import Files
import Foundation
public import Generation
import ImageCodecs
public import Jobs
public import Logging
import OpenVINO
import Prompting
public import Settings
public import WebAPI

/// The models of this machine, opened as the settings say. It draws the pictures of a server's jobs, and tells how things stand.
///
/// Models are opened when a job first needs them, and opened again when their files or the settings that they depend on change.
public actor ModelHost: Engine {
    let settings: LiveSettings
    private(set) var library: ModelLibrary
    let defaults: ModelDefaultsLibrary
    let folders: UserFolders
    private let modelPlaces: CurrentModelFolders
    let resources: PromptResources
    let inputPictures: (any InputPictureSource)?
    /// Fetches models for clients, where the settings allow it.
    public nonisolated let modelGetting: (any ModelGetting)?
    /// The upscalers that requests name.
    public nonisolated let upscalerLibrary: UpscalerLibrary
    let logger: Logger
    private let onCompile: @Sendable (CompileRecord) -> Void
    private let onEvent: @Sendable (JobEvent) -> Void

    public private(set) var readiness: Readiness {
        didSet { if readiness != oldValue { onEvent(.model(readiness)) } }
    }
    /// Openers of models for each worker, with the settings that they were made for.
    private var openers: (settings: EaselSettings, byWorker: [(worker: Worker.ID, value: ModelOpener)])?
    /// Pipelines that enlarge pictures without a model, with the same settings.
    private var upscaling: [Worker.ID: UpscalingPipeline] = [:]
    /// The models that are open or about to be, those used last at the end.
    private var openings: [Opening] = []
    /// The jobs that each worker draws.
    private var drawings: [Worker.ID: [JobID]] = [:]
    private var workerListeners: [AsyncStream<[Worker]>.Continuation] = []
    private var toldWorkers: [Worker] = []
    /// Knows models that are not open.
    private let headers: CheckpointHeaders
    private let sourceNotes = SourceNotes()
    let hashMemory: HashMemory
    private let hashes: ModelHashes
    /// Notes on models' names that the log has already.
    private var toldNotes: Set<String> = []
    /// The answers of devices to the accuracy modes: found out once, for it takes a compile each.
    var knownDevices: DeviceSummaries?
    /// The runtime that lists devices while no model has been opened.
    private var core: Core?
    /// Seconds of a step of each model's latest picture, the median.
    private(set) var secondsPerStep: [String: Double] = [:]

    /// Pictures that are best drawn together, as far as it was measured.
    private var batchSizes: [BatchQuestion: Int] = [:]
    /// The request that it is measured for next.
    private var unmeasured: JobRequest?

    /// A model that a worker has opened, or is about to.
    private struct Opening {
        let name: String
        let worker: Worker.ID
        let task: Task<OpenModel, any Error>
        /// nil until the task has ended well.
        var model: OpenModel?
    }

    /// Models that stay open for each worker: their files are mapped, which costs next to nothing; what is compiled of them has a budget
    /// of its own.
    private static let openModelLimit = 8
    /// Headers that are read for one list of models; those of a thousand new files are read for the lists after it.
    private static let headersReadAtOnce = 50

    /// Opens nothing yet.
    /// - Parameters:
    ///   - settings: devices, precisions, shapes, and the model that is used when none is named. They may change meanwhile.
    ///   - library: finds models by name.
    ///   - folders: the cache in them keeps what was measured, compiled and hashed.
    ///   - resources: the styles, wildcards and textual inversions that prompts name; see `PromptResources.open`.
    ///   - inputPictures: where the pixels of source pictures and masks come from.
    ///   - onCompile: told of each compile, whether a job waited for it or none.
    ///   - onEvent: told when a model is ready or cannot be loaded, and what is found out about devices.
    public init(
        _ settings: LiveSettings, library: ModelLibrary = ModelLibrary(), folders: UserFolders = UserFolders(),
        resources: PromptResources = PromptResources(), inputPictures: (any InputPictureSource)? = nil,
        logger: Logger = Logger(label: "easel"),
        onCompile: @escaping @Sendable (CompileRecord) -> Void = { _ in }, onEvent: @escaping @Sendable (JobEvent) -> Void = { _ in }
    ) {
        self.settings = settings
        self.library = library
        defaults = ModelDefaultsLibrary(folders: folders)
        self.folders = folders
        self.resources = resources
        self.inputPictures = inputPictures
        let modelPlaces = CurrentModelFolders(settings.current, user: folders)
        self.modelPlaces = modelPlaces
        upscalerLibrary = UpscalerLibrary(settings.current, modelPlaces.value)
        self.logger = logger
        self.onCompile = onCompile
        modelGetting = ModelDownloads(settings, folders: folders, logger: logger) { onEvent(.download($0)) }
        self.onEvent = onEvent
        headers = CheckpointHeaders {
            .init(
                prediction: settings.current.prediction, vae: settings.current.chosenVAE(modelPlaces.value),
                textEncoders: settings.current.chosenTextEncoders(modelPlaces.value),
                tinyVAEs: settings.current.tinyVAEs(modelPlaces.value))
        }
        hashMemory = HashMemory(folder: folders.cache)
        hashes = ModelHashes(memory: hashMemory, headers: headers, logger: logger)
        readiness = .loading(model: settings.current.requests.model)
    }

    // MARK: Models

    public func models() async -> [ModelSummary] {
        let listing = library.listing()
        var notes = listing.notes
        var summaries: [ModelSummary] = []
        var unread = 0
        for model in listing.models {
            let open = openModel(named: model.name)
            var known = await headers.known(of: model.path)
            if known == nil, unread < Self.headersReadAtOnce {
                unread += 1
                known = await headers.result(of: model.path)
            }
            let header = try? known?.get()
            let hashedPath = model.isFolder ? header?.hashedPath : model.path
            let found = defaults.defaults(of: model.name, path: model.path)
            notes += found.notes
            let note = sourceNotes.note(beside: model.path)
            summaries.append(ModelSummary(
                name: model.name, sha256: open?.knownHash ?? hashedPath.flatMap(hashMemory.hash(ofFile:)), file: model.file,
                isLoaded: open != nil, nativeSize: header?.nativeSize, nativeSizes: header?.nativeSizes ?? [],
                takesSizes: header?.takesSizes ?? false, isForInpainting: header?.isForInpainting ?? false,
                hasTinyVAE: header?.hasTinyVAE ?? false, suits: header?.suits,
                family: header?.family, bytes: header?.byteCount ?? (model.isFolder ? nil : FileIdentity(model.path)?.byteCount),
                defaults: found.defaults, isFolder: model.isFolder, license: note?.license, page: note?.page,
                baseModels: note?.baseModels ?? []))
        }
        tell(notes)
        return summaries
    }

    public func modelFolders() async -> [String] { library.folders.map(\.path) }

    public func saveDefaults(_ defaults: ModelDefaults?, of model: String) async throws {
        do throws(ModelDefaultsError) {
            try self.defaults.save(defaults, of: model)
        } catch {
            logger.error("defaults not saved", metadata: ["model": "\(model)", "reason": "\(error)"])
            let reason = PublicReason(error)
            throw APIError(.failed, reason: reason.reason, reason.description)
        }
    }

    public func refresh() async {
        modelPlaces.refresh()
        upscalerLibrary.use(folders: modelPlaces.value.ofUpscalers(settings.current))
        library.findFolders()
        library.forget()
        await headers.forget()
        _ = resources.reader?(true)
    }

    public func model(withHash hash: String, preferring name: String?) async throws -> String? {
        try await hashes.find(hash, among: library.listing().models, preferring: name)
    }

    /// Logs what is to be said of models' names, once.
    private func tell(_ notes: [String]) {
        for note in notes where toldNotes.insert(note).inserted { logger.notice("model folder", metadata: ["note": "\(note)"]) }
        if toldNotes.count > notes.count { toldNotes.formIntersection(notes) }
    }

    public func load(_ name: String) async throws {
        let before = readiness
        readiness = .loading(model: name)
        do {
            let model = try await model(name)
            readiness = .ready(model: name)
            logger.info("Model \(name) is ready\(model.pipeline.placements.inWords)", metadata: ["model": "\(name)"])
            let side = model.pipeline.checkpoint.nativeSize
            let forecast = model.pipeline.memoryForecast(for: model.pipeline.nativeRequest(prompt: ""))
            if let warning = forecast.warning(for: "\(side)×\(side)", isServing: true) {
                logger.warning("little memory", metadata: ["model": "\(name)", "advice": "\(warning)"])
            }
            await model.prepare()
            for other in try openerOfEach().dropFirst() { try await self.model(name, for: other.worker).prepare() }
        } catch let error as CancellationError {
            throw error
        } catch {
            let reason = reason(error, name)
            readiness = if case .ready(let other) = before, other != name { before } else { .failed(model: name, reason: reason) }
            logger.error("model cannot be loaded", metadata: ["model": "\(name)", "reason": "\(error)"])
            if let error = error as? InvalidRequest { throw error }
            throw error.isInputAtFault ? InvalidRequest(field: "model", reason) : ModelUnavailable(reason)
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
            throw ModelUnavailable(reason(error, name))
        }
    }

    private func reason(_ error: any Error, _ name: String) -> PublicReason {
        PublicReason(error, otherwise: "\(name) cannot be loaded. The reason is in the server's log.")
    }

    public func takeUpSettings() {
        // Before the first model is opened, there is nothing to take up.
        let model = settings.current.requests.model
        let hasChanged = openers.map { $0.settings != settings.current.ofModels } ?? false
        tellWorkers()
        // What was in the way of it may have changed, too.
        var isMissing = false
        if case .failed = readiness { isMissing = true }
        guard hasChanged || isMissing else { return }
        readiness = .loading(model: model)
        Task { try? await load(model) }
    }

    public func unload() async {
        openings = []
        openers = nil
        upscaling = [:]
    }

    public func reload(keepingDiskCache: Bool) async throws {
        let name = settings.current.requests.model
        for (worker, _) in try openerOfEach() {
            try await model(name, for: worker).monitored.reload(keepingDiskCache: keepingDiskCache)
        }
    }

    /// The model that is used when none is named, when it is open and can draw as the settings are now; as the first worker has it.
    var currentModel: OpenModel? { currentModels.first }

    /// The same for all workers that have opened it, in their order.
    var currentModels: [OpenModel] {
        let name = settings.current.requests.model
        if case .failed(name, _) = readiness { return [] }
        return (openers?.byWorker ?? []).compactMap { opener in
            openings.last { $0.name == name && $0.worker == opener.worker }?.model
        }
    }

    /// A model as one of the workers has opened it; nil while none has.
    private func openModel(named name: String) -> OpenModel? { openings.lazy.filter { $0.name == name }.compactMap(\.model).first }

    /// OpenVINO, whether or not a model can be opened.
    func runtime() throws(OpenVINOError) -> Core {
        if let core = openers?.byWorker.first?.value.core ?? core { return core }
        let core = try Core()
        self.core = core
        return core
    }

    /// The compiled networks of all models; nil before a model is opened.
    var networks: CompiledNetworks? { openers?.byWorker.first?.value.networks }

    /// Openers of models for each worker, in their order; never empty.
    private func openerOfEach() throws(HostingError) -> [(worker: Worker.ID, value: ModelOpener)] {
        let wanted = settings.current.ofModels
        if let openers, openers.settings == wanted { return openers.byWorker }
        let first = try ModelOpener(
            settings.current, folders: folders, inputPictures: inputPictures, upscalers: upscalerLibrary, onCompile: onCompile
        ) { [logger] note in
            logger.warning("cache", metadata: ["reason": "\(note)"])
        }
        let byWorker = try first.ofWorkers()
        if openers != nil { logger.info("models are opened again, for settings have changed") }
        openers = (wanted, byWorker)
        upscaling = [:]
        openings = []
        knownDevices = nil
        batchSizes = [:]
        secondsPerStep = [:]
        tellWorkers()
        return byWorker
    }

    /// Opener of models for a worker; for one that is not there, that of the first.
    private func opener(for worker: Worker.ID?) throws(HostingError) -> (worker: Worker.ID, value: ModelOpener) {
        let all = try openerOfEach()
        return all.first { $0.worker == worker } ?? all[0]
    }

    func currentOpener() throws(HostingError) -> ModelOpener { try opener(for: nil).value }

    /// Opens a model for a worker, or finds it open.
    /// - Parameters:
    ///   - place: of the model; nil for the one that the library has under this name.
    ///   - worker: nil for the first.
    func model(_ name: String, at place: String? = nil, for worker: Worker.ID? = nil) async throws -> OpenModel {
        let (worker, opener) = try opener(for: worker)
        if let index = openings.firstIndex(where: { $0.name == name && $0.worker == worker }) {
            let opening = openings.remove(at: index)
            openings.append(opening)
            let model = try await opening.task.value
            if model.pipeline.checkpoint.isCurrent { return model }
            logger.info("model is opened again, for its file has changed", metadata: ["model": "\(name)"])
            await close(name, for: worker)
        }
        guard let path = place ?? library.listing().path(named: name) else {
            throw Self.unknown(name)
        }
        let (resources, folder, logger, onEvent) = (resources, folders.cache, logger, onEvent)
        let task = Task {
            let reference = try opener.reference(for: path)
            let (pipeline, tables) = try await opener.pipeline(from: reference, isForOneRequest: false, resources: resources)
            for table in tables {
                let choice = table.choice(errorBound: opener.settings.autoErrorBound)
                logger.info(
                    "precision measured", metadata: ["model": "\(name)", "component": "\(table.stage.rawValue)", "choice": "\(choice)"])
            }
            let monitored = MonitoredPipeline(pipeline, bounds: opener.bounds, settings: opener.settings.monitor)
            return OpenModel(name: name, monitored, precisionTables: tables, hashFolder: folder, logger: logger) { onEvent(.fidelity($0)) }
        }
        openings.append(Opening(name: name, worker: worker, task: task))
        let own = openings.filter { $0.worker == worker }
        if own.count > Self.openModelLimit { await close(own[0].name, for: worker) }
        do {
            let model = try await task.value
            // Closed again, or closed for changed settings, it is for this caller only.
            if let index = openings.firstIndex(where: { $0.task == task }) { openings[index].model = model }
            return model
        } catch {
            openings.removeAll { $0.task == task }
            throw error
        }
    }

    private func close(_ name: String, for worker: Worker.ID) async {
        let closed = openings.filter { $0.name == name && $0.worker == worker }.compactMap(\.model)
        openings.removeAll { $0.name == name && $0.worker == worker }
        for model in closed { await model.pipeline.releaseNetworks() }
    }

    // MARK: Workers

    public func workers() async -> AsyncStream<[Worker]> {
        let (stream, listener) = AsyncStream.makeStream(of: [Worker].self)
        listener.yield(presentWorkers)
        workerListeners.append(listener)
        return stream
    }

    public func workerSummaries() async -> [WorkerSummary] {
        var summaries: [WorkerSummary] = []
        for worker in presentWorkers {
            let models = openings.filter { $0.worker == worker.id }.compactMap(\.model)
            let stages = await models.last?.monitored.status.stages ?? []
            summaries.append(WorkerSummary(
                name: worker.id, jobs: drawings[worker.id]?.map(\.description) ?? [], devices: Set(stages.map(\.device)).sorted(),
                assignments: stages.map { .init(component: $0.stage, device: $0.device, precision: $0.precision) },
                models: models.reversed().map(\.name)))
        }
        return summaries
    }

    private func tellWorkers() {
        let present = presentWorkers
        guard present != toldWorkers else { return }
        toldWorkers = present
        for listener in workerListeners { listener.yield(present) }
    }

    private var presentWorkers: [Worker] {
        // Errors of devices and of the runtime are told by the first job.
        let found = settings.current.workersPerDevice > 0 ? (try? runtime().deviceNames()) ?? [] : []
        let all = (try? settings.current.ofWorkers(found: found)) ?? []
        return all.isEmpty ? [Worker(EaselSettings.soleWorker)] : all.map { Worker($0.worker) }
    }

    // MARK: Drawing

    public func group(of request: JobRequest) async -> CompileGroup {
        if request.generation.upscaling.mode == .plain { return CompileGroup(model: request.model, shape: "") }
        // Names are looked up when it is drawn; a model that is not open yet is not opened to sort the queue.
        guard let model = openModel(named: request.model) else {
            return CompileGroup(model: request.model, shape: "\(request.generation.width)×\(request.generation.height)")
        }
        let key = model.pipeline.key(of: .denoiser, for: model.pipeline.estimatedNeed(of: request.generation))
        return CompileGroup(model: request.model, shape: key.shape.summary(of: .denoiser))
    }

    public func validate(_ request: JobRequest) async throws {
        if request.generation.upscaling.mode == .plain {
            return try UpscalingPipeline.validate(request.generation, upscalers: upscalerLibrary)
        }
        if let model = openModel(named: request.model) { return try model.pipeline.validate(request.generation) }
        guard let path = library.listing().path(named: request.model) else { throw Self.unknown(request.model) }
        let header: CheckpointHeaders.Header
        do {
            header = try await headers.header(of: path)
        } catch {
            throw InvalidRequest(field: "model", reason(error, request.model))
        }
        try header.rules.validate(request.generation, styles: resources.current.styles, upscalers: upscalerLibrary)
    }

    /// Name of the model that is used when none is named.
    var currentModelName: String { settings.current.requests.model }

    /// Reads a model's header; opens nothing.
    /// - Throws: `InvalidRequest` when there is no such model, or it is not fit for use.
    func checkHeader(of name: String) async throws {
        guard let path = library.listing().path(named: name) else { throw Self.unknown(name) }
        do {
            _ = try await headers.header(of: path)
        } catch {
            throw InvalidRequest(field: "model", reason(error, name))
        }
    }

    static func unknown(_ name: String) -> InvalidRequest {
        InvalidRequest(
            field: "model", .unknownModel(name), "There is no model \"\(name)\". Use the name of one that is listed.")
    }

    public func usefulBatchSize(of request: JobRequest) async -> Int {
        guard request.generation.upscaling.mode == .off else { return 1 }
        if let known = batchSizes[BatchQuestion(request)] { return known }
        // Found out when there is time for it: nobody's picture waits for that.
        unmeasured = request
        return 1
    }

    public func draw(_ order: DrawOrder, onEvent: @escaping @Sendable (GenerationEvent) -> Void) async throws -> [GenerationResult] {
        drawings[order.worker] = order.jobs.map(\.id)
        defer { drawings[order.worker] = nil }
        return try await draw(order.requests, model: order.model, by: order.worker, previews: order.previews, onEvent: onEvent)
    }

    func draw(
        _ requests: [GenerationRequest], model name: String, by worker: Worker.ID? = nil, previews: PreviewSchedule = .none,
        onEvent: @escaping @Sendable (GenerationEvent) -> Void
    ) async throws -> [GenerationResult] {
        if requests.first?.upscaling.mode == .plain { return try await enlarge(requests, by: worker, onEvent: onEvent) }
        let model = try await model(name, for: worker)
        return try await draw(requests, with: model, named: name, previews: previews, onEvent: onEvent)
    }

    /// Draws with a model that is in no folder of models.
    /// - Parameter name: stands in the infotexts; no file is looked for by it.
    func draw(
        _ requests: [GenerationRequest], ofModelAt path: String, named name: String, by worker: Worker.ID?, previews: PreviewSchedule,
        onEvent: @escaping @Sendable (GenerationEvent) -> Void
    ) async throws -> [GenerationResult] {
        let model = try await model(path, at: path, for: worker)
        return try await draw(requests, with: model, named: name, previews: previews, onEvent: onEvent)
    }

    private func draw(
        _ requests: [GenerationRequest], with model: OpenModel, named name: String, previews: PreviewSchedule,
        onEvent: @escaping @Sendable (GenerationEvent) -> Void
    ) async throws -> [GenerationResult] {
        if readiness != .ready(model: name), settings.current.requests.model == name { readiness = .ready(model: name) }
        var previews = previews
        previews.method = settings.current.requests.previewMethod
        let results = try await model.monitored.generate(requests, previews: previews, onEvent: onEvent)
        if let steps = results.first?.timings.steps.sorted(), !steps.isEmpty { secondsPerStep[name] = steps[steps.count / 2] }
        let hash = await model.publishedHash
        let parts = await model.pipeline.checkpoint.parts(rememberedIn: folders.cache)
        let placements = model.pipeline.placements
        return zip(requests, results).map { request, result in
            var result = result
            result.warnings = result.allWarnings(asked: placements)
            result.writeInfotexts(for: request, model: name, modelHash: hash, parts: parts, version: "Easel \(Version.current)")
            return result
        }
    }

    /// Enlarges pictures; no model is opened for it.
    private func enlarge(
        _ requests: [GenerationRequest], by worker: Worker.ID?, onEvent: @escaping @Sendable (GenerationEvent) -> Void
    ) async throws -> [GenerationResult] {
        let (worker, opener) = try opener(for: worker)
        let pipeline = upscaling[worker] ?? opener.upscaling()
        upscaling[worker] = pipeline
        let results = try await pipeline.enlarge(requests, onEvent: onEvent)
        return zip(requests, results).map { request, result in
            var result = result
            result.writePostprocessing(for: request, version: "Easel \(Version.current)")
            return result
        }
    }

    /// Looks after the model that the worker has used last, as far as the settings want it; then finds out how many of the latest pictures
    /// are best drawn together.
    public func rest(_ worker: Worker.ID) async {
        let present = openers?.byWorker ?? []
        guard let worker = present.contains(where: { $0.worker == worker }) ? worker : present.first?.worker,
            let model = openings.last(where: { $0.worker == worker })?.model
        else { return }
        do {
            try await model.monitored.checkIfDue()
            try await measureBatches(on: worker)
        } catch is CancellationError {
            return
        } catch {
            // A job that draws with the model tells why it does not open.
            logger.warning("devices could not be checked", metadata: ["model": "\(model.name)", "reason": "\(error)"])
        }
    }

    private func measureBatches(on worker: Worker.ID) async throws {
        guard let request = unmeasured, let opener = openers?.byWorker.first(where: { $0.worker == worker })?.value,
            let model = openings.last(where: { $0.name == request.model && $0.worker == worker })?.model
        else { return }
        let size = try await opener.usefulBatchSize(for: request.generation, on: model.monitored)
        batchSizes[BatchQuestion(request)] = size
        // Another size may have come up meanwhile.
        if unmeasured == request { unmeasured = nil }
        let pixels = "\(request.generation.width)×\(request.generation.height)"
        logger.info("batch measured", metadata: ["model": "\(model.name)", "size": "\(pixels)", "pictures": "\(size)"])
    }
}

/// The key of a measured batch size.
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
    /// Compiles the networks for a picture of the model's own size, so that the first one need not wait for them.
    fileprivate func prepare() async {
        let keys = pipeline.keys(for: pipeline.need(forShortPromptsOf: pipeline.nativeRequest(prompt: "")))
        await pipeline.networks.prepare(keys, of: pipeline.checkpoint, reason: .preparation)
    }
}

extension PerStage<Placement> {
    /// ` on CPU (f32)`, or each stage by itself where they differ; the end of a sentence.
    fileprivate var inWords: String {
        func place(_ placement: Placement) -> String { "\(placement.device) (\(placement.arithmetic))" }
        if encode == denoise, denoise == decode { return " on \(place(denoise))" }
        return ": " + Stage.allCases.map { "\($0.label) on \(place(self[$0]))" }.joined(separator: ", ")
    }
}

extension EaselSettings {
    /// The times when the monitor looks, and the things it may do.
    fileprivate var monitor: MonitorSettings {
        var monitor = MonitorSettings()
        monitor.picturesBetweenProbes = fidelityCheckPictures > 0 ? fidelityCheckPictures : nil
        monitor.timeBetweenProbes = fidelityCheckHours > 0 ? .seconds(fidelityCheckHours * 3600) : nil
        monitor.picturesBetweenReloads = reloadPictures > 0 ? reloadPictures : nil
        monitor.timeBetweenReloads = reloadHours > 0 ? .seconds(reloadHours * 3600) : nil
        return monitor
    }
}

extension Error {
    /// Whether a name or a file that was given is to blame, and no device and no mistake of ours.
    fileprivate var isInputAtFault: Bool {
        switch self {
        case is CheckpointError, is TokenizerError, is StyleError, is WildcardError: true
        case let error as HostingError: error.isInputAtFault
        case let error as DiffusionError: error.isCheckpointAtFault
        default: false
        }
    }
}

extension InvalidRequest {
    fileprivate init(field: String, _ reason: PublicReason) { self.init(field: field, reason.reason, reason.description) }
}
