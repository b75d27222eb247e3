internal import Files
internal import Generation
internal import HTTPTypes
internal import Hummingbird
internal import WebAPI

/// Sends files of models to workers on other machines.
struct BlobRoutes {
    let backend: Backend

    func add(to router: Router<ClientContext>) { router.get("/api/v1/blobs/{sha256}", use: send) }

    @Sendable private func send(_ request: Request, _ context: ClientContext) async throws -> Response {
        guard let hash = context.parameters.get("sha256"), let path = await backend.engine.blob(hash) else {
            throw APIError(
                .notFound, field: "sha256", reason: ErrorReason(.notFound),
                "No model of this server is known to have a file with this SHA-256. Only a server with --queue sends them.")
        }
        return try await .file(at: path, type: "application/octet-stream", tag: "\"\(hash)\"", request, context)
    }
}
