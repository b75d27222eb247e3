internal import FoundationEssentials
internal import Hummingbird
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
        let document = OpenAPIDocument.data(version: backend.options.version)
        router.get("openapi.json") { _, _ in Response(json: document) }
        router.get("metrics") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(string: await backend.scrape())))
        }
    }
}
