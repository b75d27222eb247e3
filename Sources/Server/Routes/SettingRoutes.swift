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
        var values = wanted.values
        if let name = values["model"] { values["model"] = try await backend.withCatalog { try $0.named(name, field: "model").name } }
        try await backend.change(values, isKept: wanted.isKept)
        return Response(json: SettingsAnswer(backend.settings.current))
    }
}
