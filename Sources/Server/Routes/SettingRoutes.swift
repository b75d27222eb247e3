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
        group.delete("settings/{key}", use: reset)
    }

    @Sendable private func change(_ request: Request, _: ClientContext) async throws -> Response {
        var request = request
        let wanted = try SettingsChange(body: await backend.body(of: &request))
        var values = wanted.values
        if case let name?? = values["model"] { values["model"] = try await backend.withCatalog { try $0.named(name, field: "model").name } }
        try await backend.change(values, isKept: wanted.isKept)
        return Response(json: SettingsAnswer(backend.settings.current))
    }

    @Sendable private func reset(_ request: Request, _ context: ClientContext) async throws -> Response {
        let key = try context.parameters.require("key")
        guard Setting.ofClients.contains(where: { $0.key == key }) else {
            throw APIError(.notFound, field: "key", "There is no setting \"\(key.prefix(60))\". GET /api/v1/settings lists all.")
        }
        let kept = request.query("keep")?.lowercased() ?? "false"
        guard ["true", "false", "1", "0"].contains(kept) else {
            throw APIError(.invalidValue, field: "keep", "keep cannot be \"\(kept.prefix(60))\". Use true or false.")
        }
        try await backend.change([key: nil], isKept: request.flag("keep"))
        return Response(json: SettingsAnswer(backend.settings.current))
    }
}
