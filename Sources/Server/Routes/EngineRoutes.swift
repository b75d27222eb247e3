internal import FoundationEssentials
internal import Generation
internal import HTTPTypes
internal import Hummingbird
internal import Settings
internal import Store
internal import WebAPI

/// Easel's own routes for models, devices, what is compiled and how exact it is.
struct EngineRoutes {
    let backend: Backend

    func add(to router: Router<ClientContext>) {
        let group = router.group("/api/v1")
        group.get("models") { _, _ in await models() }
        group.get("upscalers") { _, _ in
            Response(json: UpscalersAnswer(await backend.engine.upscalers, folders: await backend.engine.upscalerFolders))
        }
        group.get("loras") { _, _ in Response(json: LoRAsAnswer(await backend.engine.loras, folders: await backend.engine.loraFolders)) }
        group.get("loras/{name}/preview", use: loraPreview)
        group.post("models/{name}/load", use: load)
        group.put("models/{name}/defaults", use: saveDefaults)
        group.post("models/refresh", use: refresh)
        group.post("reload", use: reload)
        group.get("devices", use: devices)
        group.get("workers") { _, _ in
            Response(json: WorkersAnswer(await backend.engine.workerSummaries(), areRemote: backend.engine.hasRemoteWorkers))
        }
        group.get("compilations") { _, _ in Response(json: await backend.engine.compilations()) }
        group.delete("compilations") { _, _ in Response(json: DroppedAnswer(await backend.engine.dropCompilations(nil))) }
        group.delete("compilations/{id}", use: drop)
        group.get("fidelity") { _, _ in Response(json: await backend.engine.fidelity()) }
        group.post("fidelity/check") { _, _ in Response(json: try await backend.engine.checkFidelity()) }
        group.post("fidelity/compare", use: compare)
        group.post("prompt", use: explain)
        group.get("prompt/words") { _, _ in Response(json: PromptWordsAnswer(await backend.engine.promptResources())) }
        group.post("styles", use: saveStyle)
    }

    @Sendable private func loraPreview(_: Request, _ context: ClientContext) async throws -> Response {
        let name = try context.parameters.require("name")
        guard let file = await backend.engine.loraPreview(name), let format = ImageFormat(signatureOf: file) else {
            throw APIError(.notFound, field: "name", "There is no picture beside a LoRA \"\(name)\".")
        }
        return Response(
            status: .ok, headers: [.contentType: format.mediaType, .contentLength: "\(file.count)"],
            body: .init(byteBuffer: ByteBuffer(bytes: file)))
    }

    @Sendable private func devices(_: Request, _: ClientContext) async -> Response {
        var answer = await backend.engine.devices()
        (answer.memoryUsedBytes, answer.memoryTotalBytes) = (ProcessMemory.resident, ProcessMemory.total)
        return Response(json: answer)
    }

    @Sendable private func load(_: Request, _ context: ClientContext) async throws -> Response {
        let name = try context.parameters.require("name")
        let model = try await backend.withCatalog { try $0.named(name, field: "name", kind: .notFound) }
        if model.name == backend.settings.current.requests.model {
            // It may have been let go of.
            try await backend.engine.load(model.name)
        } else {
            try await backend.change(["model": model.name], isKept: false)
        }
        return await models()
    }

    @Sendable private func refresh(_: Request, _: ClientContext) async throws -> Response {
        await backend.engine.refresh()
        return await models()
    }

    private func models() async -> Response {
        // A gallery that cannot be read is no reason to list no models.
        let lastDrawings = (try? await backend.archive.lastDrawings()) ?? [:]
        return Response(
            json: ModelsAnswer(await backend.catalog(), folders: await backend.engine.modelFolders(), lastDrawings: lastDrawings))
    }

    @Sendable private func saveDefaults(_ request: Request, _ context: ClientContext) async throws -> Response {
        var request = request
        let name = try context.parameters.require("name")
        let defaults = try ModelDefaults.read(body: await backend.body(of: &request))
        let model = try await backend.withCatalog { try $0.named(name, field: "name", kind: .notFound) }
        try await backend.engine.saveDefaults(defaults, of: model.name)
        return Response(json: await backend.catalog().models.first { $0.name == model.name } ?? model)
    }

    @Sendable private func reload(_ request: Request, _: ClientContext) async throws -> Response {
        var request = request
        let wanted = try ReloadRequest(body: await backend.body(of: &request))
        try await backend.engine.reload(keepingDiskCache: wanted.keepsDiskCache)
        return Response(json: EmptyAnswer())
    }

    @Sendable private func drop(_: Request, _ context: ClientContext) async throws -> Response {
        let id = try context.parameters.require("id")
        let dropped = await backend.engine.dropCompilations(id)
        guard dropped > 0 else {
            throw APIError(
                .notFound, field: "id", reason: ErrorReason(.unknownCompilation),
                "Nothing compiled has this name, or it is in use. GET /api/v1/compilations lists what there is.")
        }
        return Response(json: DroppedAnswer(dropped))
    }

    @Sendable private func compare(_ request: Request, _ context: ClientContext) async throws -> Response {
        var request = request
        let body = try await backend.body(of: &request)
        let wanted = try await backend.read(context) { try ComparisonRequest(body: body, $0) }
        return Response(json: try await backend.whileConnected(request) { try await backend.engine.compare(wanted.generation) })
    }

    @Sendable private func saveStyle(_ request: Request, _: ClientContext) async throws -> Response {
        var request = request
        let wanted = try StyleSubmission(body: await backend.body(of: &request), backend.settings.current)
        try await backend.engine.saveStyle(wanted.style, replaces: wanted.replaces)
        return Response(json: wanted.style, status: .created)
    }

    @Sendable private func explain(_ request: Request, _: ClientContext) async throws -> Response {
        var request = request
        let wanted = try PromptRequest(body: await backend.body(of: &request), backend.settings.current)
        return Response(json: try await backend.engine.explain(wanted))
    }
}
