internal import FoundationEssentials
internal import Hummingbird
internal import Settings
internal import WebAPI

/// Easel's own routes for settings.
struct SettingRoutes {
    let backend: Backend

    func add(to router: Router<ClientContext>) {
        let group = router.group("/api/v1")
        group.get("settings") { _, _ in Response(json: SettingsAnswer(backend.settings.current)) }
        group.put("settings", use: change)
    }

    @Sendable private func change(_ request: Request, _: ClientContext) async throws -> Response {
        var request = request
        let wanted = try SettingsChange(body: await backend.body(of: &request))
        if let name = wanted.values["model"], await backend.catalog().models.allSatisfy({ $0.name != name }) {
            throw APIError(.invalidValue, field: "model", "There is no such model. GET /api/v1/models lists those that there are.")
        }
        try await backend.change(wanted.values, isKept: wanted.isKept)
        return Response(json: SettingsAnswer(backend.settings.current))
    }
}
