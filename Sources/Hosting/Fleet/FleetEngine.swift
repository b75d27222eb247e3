public import Fleet
public import Generation
public import Jobs
public import Settings
public import WebAPI

/// The engine of a front: it has the models and the prompts' files of this machine, and workers on other machines draw.
public struct FleetEngine: Engine {
    private let host: ModelHost
    private let painter: FleetPainter

    /// - Parameters:
    ///   - host: lists models and reads prompts. It opens no model to draw with.
    ///   - painter: gives tickets to workers; see `models(of:)`.
    public init(_ host: ModelHost, drawingWith painter: FleetPainter) { (self.host, self.painter) = (host, painter) }

    /// A host's models, as a `FleetPainter` tells workers of them.
    public static func models(of host: ModelHost) -> some FrontModels { FrontHost(host: host) }

    // Drawing

    public func group(of request: JobRequest) async -> CompileGroup { await painter.group(of: request) }
    public func validate(_ request: JobRequest) async throws { try await painter.validate(request) }
    public func usefulBatchSize(of request: JobRequest) async -> Int { await painter.usefulBatchSize(of: request) }
    public func workers() async -> AsyncStream<[Worker]> { await painter.workers() }
    public func rest(_ worker: Worker.ID) async {}
    public func draw(_ order: DrawOrder, onEvent: @escaping @Sendable (GenerationEvent) -> Void) async throws -> [GenerationResult] {
        try await painter.draw(order, onEvent: onEvent)
    }

    // Workers

    public var readiness: Readiness {
        get async {
            let model = await host.currentModelName
            if await !painter.isReachable {
                return .failed(model: model, reason: PublicReason(
                    ErrorReason(.notReady), "The server of the fleet (--queue) cannot be reached. Jobs are accepted, and wait."))
            }
            if await painter.livingWorkers.isEmpty {
                return .failed(model: model, reason: PublicReason(
                    ErrorReason(.notReady), "No worker is there. Jobs are accepted, and wait. Start one: easel work --queue …"))
            }
            return .ready(model: model)
        }
    }

    public var hasRemoteWorkers: Bool { true }

    public func workerSummaries() async -> [WorkerSummary] {
        let jobs = await painter.jobsOfWorkers()
        return await painter.livingWorkers.map { presence in
            WorkerSummary(
                name: "\(presence.machine) (\(presence.worker))", jobs: (jobs[presence.worker] ?? []).map(\.description),
                devices: presence.devices.map { $0.label.contains($0.name) ? $0.label : "\($0.label) (\($0.name))" }, assignments: [],
                models: [])
        }
    }

    public func fleet() async -> FleetSummary? { FleetSummary(await painter.livingWorkers, released: await painter.releasedCount) }

    /// Workers open models when they draw; that it can be read is all that a front finds out.
    public func load(_ model: String) async throws { try await host.checkHeader(of: model) }
    public func takeUpSettings() async { await host.takeUpSettings() }
    public func unload() async { await host.unload() }
    public func reload(keepingDiskCache: Bool) async throws { throw Self.withoutDevices }
    public func checkFidelity() async throws -> FidelitySummary { throw Self.withoutDevices }
    public func compare(_ request: GenerationRequest) async throws -> ComparisonSummary { throw Self.withoutDevices }

    private static let withoutDevices = ModelUnavailable(
        reason: "Workers on other machines draw here, and look after their devices themselves. Ask one of them: easel verify")

    // As the host has it

    public func models() async -> [ModelSummary] { await host.models() }
    public var upscalers: [UpscalerSummary] { get async { await host.upscalers } }
    public var upscalerFolders: [String] { get async { await host.upscalerFolders } }
    public var loras: [LoRASummary] { get async { await host.loras } }
    public func loraPreview(_ name: String) async -> [UInt8]? { await host.loraPreview(name) }
    public var loraFolders: [String] { get async { await host.loraFolders } }
    public func model(withHash hash: String, preferring name: String?) async throws -> String? {
        try await host.model(withHash: hash, preferring: name)
    }
    public func checkDevices(in settings: EaselSettings, keys: Set<String>) async throws {
        try await host.checkDevices(in: settings, keys: keys)
    }
    public func devices() async -> DeviceSummaries { await host.devices() }
    public func compilations() async -> CompilationSummaries { await host.compilations() }
    public func dropCompilations(_ id: String?) async -> Int { await host.dropCompilations(id) }
    public func fidelity() async -> FidelitySummary { await host.fidelity() }
    public func explain(_ request: PromptRequest) async throws -> PromptSummary { try await host.explain(request) }
    public func saveStyle(_ style: PromptResourceSummary.Style, replaces: Bool) async throws {
        try await host.saveStyle(style, replaces: replaces)
    }
    public func saveDefaults(_ defaults: ModelDefaults?, of model: String) async throws {
        try await host.saveDefaults(defaults, of: model)
    }
    public func modelFolders() async -> [String] { await host.modelFolders() }
    public func refresh() async { await host.refresh() }
    public func promptResources() async -> PromptResourceSummary { await host.promptResources() }
    public var modelGetting: (any ModelGetting)? { host.modelGetting }
    public func blob(_ sha256: String) async -> String? { await host.fileOfModel(withHash: sha256) }
}

extension FleetSummary {
    /// Counts what workers report.
    init(_ workers: [Presence], released: Int) {
        let taking = workers.filter(\.takesTickets)
        let busy = taking.count { $0.busy > 0 }
        self.init(
            busyWorkers: busy, idleWorkers: taking.count - busy, leavingWorkers: workers.count - taking.count,
            busySlots: workers.reduce(0) { $0 + $1.busy }, freeSlots: taking.reduce(0) { $0 + max(0, $1.slots - $1.busy) },
            releasedTickets: released)
    }
}
