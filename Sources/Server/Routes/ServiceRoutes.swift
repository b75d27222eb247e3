internal import FoundationEssentials
internal import Hummingbird
internal import Settings
internal import Synchronization
internal import WebAPI

/// Whether the server is alive and ready, what it measures, and what can be asked of it.
struct ServiceRoutes {
    let backend: Backend

    func add(to router: Router<ClientContext>) {
        router.get("healthz") { _, _ in Response(json: HealthAnswer(version: backend.options.version)) }
        router.get("readyz") { _, _ in
            let answer = ReadinessAnswer(await backend.engine.readiness)
            return Response(json: answer, status: .init(code: answer.httpStatus))
        }
        let document = LimitedDocument(version: backend.options.version)
        router.get("openapi.json") { _, _ in Response(json: document.data(backend.settings.current.limits)) }
        router.get("metrics") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(string: await backend.scrape())))
        }
    }
}

/// The OpenAPI document, made anew when the server's limits change.
private final class LimitedDocument: Sendable {
    private let version: String
    private let latest = Mutex<(limits: EaselSettings.Limits, data: Data)?>(nil)

    init(version: String) { self.version = version }

    func data(_ limits: EaselSettings.Limits) -> Data {
        latest.withLock { latest in
            if let latest, latest.limits == limits { return latest.data }
            let data = OpenAPIDocument.data(version: version, limits: limits)
            latest = (limits, data)
            return data
        }
    }
}
