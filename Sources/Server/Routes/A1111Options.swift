internal import Files
internal import FoundationEssentials
internal import Hummingbird
internal import Logging
internal import Settings
internal import WebAPI

/// A1111's routes that change something other than pictures, and that tell of the program.
struct A1111Options {
    let backend: Backend

    func add(to router: Router<ClientContext>) {
        let group = router.group("/sdapi/v1")
        group.get("options", use: options)
        group.post("options", use: changeOptions)
        group.get("cmd-flags") { _, _ in
            Response(json: CommandFlagsAnswer(listen: !backend.options.host.isLoopbackHost, port: backend.options.port))
        }
        group.get("memory") { _, _ in
            Response(json: MemoryAnswer.now)
        }
        for name in ["refresh-checkpoints", "refresh-loras", "refresh-vae", "refresh-embeddings"] {
            group.post(.init(name)) { _, _ in
                await backend.engine.refresh()
                return Response(json: EmptyAnswer())
            }
        }
        group.post("reload-checkpoint") { _, _ in
            try await backend.engine.reload(keepingDiskCache: true)
            return Response(json: EmptyAnswer())
        }
        for name in ["server-restart", "server-stop"] {
            group.post(.init(name)) { _, _ in
                backend.stop.continuation.finish()
                return Response(json: EmptyAnswer())
            }
        }
        group.post("unload-checkpoint") { _, _ in
            await backend.engine.unload()
            return Response(json: EmptyAnswer())
        }
    }

    @Sendable private func options(_: Request, _: ClientContext) async -> Response {
        let options = Options.all(backend.settings.current, models: await backend.catalog())
        return Response(json: options.merging(backend.idleOptions.current.values) { option, _ in option })
    }

    @Sendable private func changeOptions(_ request: Request, _: ClientContext) async throws -> Response {
        var request = request
        let fields = try RequestFields(body: await backend.body(of: &request))
        let settings = backend.settings.current
        let changes = try await backend.withCatalog { try Options.changes(fields.values, settings: settings, models: $0) }
        // Refused before anything is changed.
        var idle = backend.idleOptions.current
        _ = try idle.change(fields.values)
        try await backend.change(changes, isKept: false)
        let unheard = try backend.idleOptions.change(fields.values)
        if !unheard.isEmpty {
            backend.logger.info("Options without an effect are kept", metadata: ["options": "\(unheard.joined(separator: ", "))"])
        }
        return Response(json: EmptyAnswer())
    }
}
