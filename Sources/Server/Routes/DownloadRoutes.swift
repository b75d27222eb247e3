internal import Generation
internal import Hummingbird
internal import Jobs
internal import WebAPI

/// Routes that fetch models from hubs, where the operator allows it.
struct DownloadRoutes {
    let backend: Backend

    func add(to router: Router<ClientContext>) {
        let group = router.group("/api/v1")
        group.post("models/look") { request, context in
            var request = request
            let getting = try await allowed(context)
            return Response(json: try await getting.look(try await wanted(&request)))
        }
        group.post("models/get") { request, context in
            var request = request
            let getting = try await allowed(context)
            return Response(json: try await getting.begin(try await wanted(&request), for: context.client), status: .accepted)
        }
        group.get("downloads", use: list)
        group.delete("downloads/{id}", use: cancel)
    }

    private func wanted(_ request: inout Request) async throws -> DownloadSubmission {
        try DownloadSubmission(body: await backend.body(of: &request))
    }

    /// - Throws: `APIError.forbidden` for a client that must not fetch models.
    private func allowed(_ context: ClientContext) async throws -> any ModelGetting {
        guard let getting = backend.engine.modelGetting, await getting.isAllowed(context.client) else {
            throw APIError(
                .forbidden, reason: ErrorReason(.downloadsOff, ["setting": "model_downloads"]),
                "This server fetches no models for you. Its operator can allow it with the setting model_downloads, or run "
                    + "`easel models get`.")
        }
        return getting
    }

    @Sendable private func list(_: Request, _ context: ClientContext) async -> Response {
        let getting = backend.engine.modelGetting
        return Response(json: DownloadsAnswer(
            isAllowed: await getting?.isAllowed(context.client) ?? false, downloads: await getting?.downloads ?? []))
    }

    @Sendable private func cancel(_: Request, _ context: ClientContext) async throws -> Response {
        let id = try context.parameters.require("id")
        guard let download = try await allowed(context).cancel(id) else {
            throw APIError(.notFound, field: "id", "There is no download \"\(id.prefix(60))\". GET /api/v1/downloads lists all.")
        }
        return Response(json: download)
    }
}
