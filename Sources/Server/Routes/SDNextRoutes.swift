internal import Files
internal import FoundationEssentials
internal import Hummingbird
internal import Jobs
internal import Settings
internal import WebAPI

/// Routes that SD.Next has beside A1111's: its clients ask for them.
struct SDNextRoutes {
    let backend: Backend

    func add(to router: Router<ClientContext>) {
        let group = router.group("/sdapi/v1")
        group.get("checkpoint") { _, _ in Response(json: CheckpointAnswer(await currentModel)) }
        group.post("checkpoint", use: load)
        group.get("modules") { _, _ in Response(json: ModulesAnswer(await currentModel, await backend.engine.fidelity())) }
        group.get("history", use: history)
        group.get("log", use: log)
        group.get("system-info/status") { _, _ in
            Response(json: SystemStatusAnswer(
                version: backend.options.version, startedAt: backend.startedAt, now: .now, DrawingProgress(await backend.jobs.progress),
                memory: .now, models: await backend.catalog()))
        }
    }

    private var currentModel: ModelSummary? {
        get async {
            let catalog = await backend.catalog()
            return catalog.models.first { $0.name == catalog.current }
        }
    }

    /// `?sd_model_checkpoint=`: a title, a name or a hash.
    @Sendable private func load(_ request: Request, _: ClientContext) async throws -> Response {
        let (name, settings) = (request.query("sd_model_checkpoint") ?? "", backend.settings.current)
        let changes = try await backend.withCatalog {
            try Options.changes(["sd_model_checkpoint": .string(name)], settings: settings, models: $0)
        }
        if changes.isEmpty {
            // It may have been let go of.
            try await backend.engine.load(settings.requests.model)
        } else {
            try await backend.change(changes, isKept: false)
        }
        return Response(json: CheckpointLoadedAnswer())
    }

    /// The latest jobs, the oldest first; `?id=`: that one.
    @Sendable private func history(_ request: Request, _: ClientContext) async throws -> Response {
        if let id = request.query("id"), !id.isEmpty {
            let job = if let name = JobID(id) { try await backend.jobs.job(name) } else { Job?.none }
            return Response(json: job.map { [HistoryItem($0)] } ?? [])
        }
        return Response(json: try await backend.jobs.jobs(in: nil, before: nil, limit: 100).reversed().map(HistoryItem.init))
    }

    /// `?lines=`: how many, 100 if it is not said, 0 for all; `?clear=true` forgets all lines that were told or might have been.
    @Sendable private func log(_ request: Request, _: ClientContext) async throws -> Response {
        let given = request.query("lines") ?? "100"
        guard let lines = Int(given), lines >= 0 else {
            throw APIError(.invalidValue, field: "lines", "lines cannot be \"\(given.prefix(60))\". Use a whole number, or 0 for all.")
        }
        let answer = backend.recentLog.lines(limit: lines)
        if request.flag("clear") { backend.recentLog.clear() }
        return Response(json: answer)
    }
}

extension MemoryAnswer {
    /// As it is now.
    static var now: MemoryAnswer { .init(used: ProcessMemory.resident, total: ProcessMemory.total, available: ProcessMemory.available) }
}
