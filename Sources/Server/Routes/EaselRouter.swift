internal import Files
internal import Generation
internal import HTTPTypes
internal import Hummingbird
internal import WebAPI

/// All routes, and what every request goes through on its way to them.
enum EaselRouter {
    static func make(_ backend: Backend) -> Router<ClientContext> {
        let options = backend.options
        let credentials = Credentials(passwords: options.passwords, keys: options.keys)
        let router = Router(context: ClientContext.self, options: .autoGenerateHeadEndpoints)
        // From the outside in.
        router.add(middleware: Forwarding(trusted: options.trustedProxies, publicAddress: options.publicAddress))
        router.add(middleware: RequestLog(metrics: backend.metrics))
        router.add(middleware: SecurityHeaders(isShared: !options.sharedOrigins.isEmpty))
        if !options.sharedOrigins.isEmpty { router.add(middleware: OriginSharing(origins: options.sharedOrigins)) }
        router.add(middleware: LastAnswers())
        router.add(middleware: ErrorAnswers())
        router.add(middleware: RequestRate(settings: backend.settings))
        if credentials.isEmpty && options.host.isLoopbackHost {
            router.add(middleware: HostCheck(allowed: options.allowedHosts, publicAddress: options.publicAddress))
        }
        router.add(middleware: OriginCheck(shared: options.sharedOrigins, cookie: backend.sessionCookie))
        router.add(middleware: Authentication(credentials: credentials, sessions: backend.sessions, cookie: backend.sessionCookie))
        router.add(middleware: DecodedParameters())

        addRoutes(backend, to: router)
        refuseOtherMethods(router)
        return router
    }

    /// The routes that there are.
    static func routes(_ backend: Backend) -> [Router<ClientContext>.RouteDescription] {
        let router = Router(context: ClientContext.self)
        addRoutes(backend, to: router)
        return router.routes
    }

    private static func addRoutes(_ backend: Backend, to router: Router<ClientContext>) {
        A1111Generation(backend: backend).add(to: router)
        A1111Options(backend: backend).add(to: router)
        A1111Lists(backend: backend).add(to: router)
        SDNextRoutes(backend: backend).add(to: router)
        OpenAIImages(backend: backend).add(to: router)
        JobRoutes(backend: backend).add(to: router)
        GridRoutes(backend: backend).add(to: router)
        InputRoutes(backend: backend).add(to: router)
        GalleryRoutes(backend: backend).add(to: router)
        EngineRoutes(backend: backend).add(to: router)
        BlobRoutes(backend: backend).add(to: router)
        DownloadRoutes(backend: backend).add(to: router)
        SettingRoutes(backend: backend).add(to: router)
        ServiceRoutes(backend: backend).add(to: router)
        AccountRoutes(backend: backend).add(to: router)
        PageRoutes().add(to: router)
    }

    /// A path that there is, asked for in a way that there is not, is answered with what there is.
    private static func refuseOtherMethods(_ router: Router<ClientContext>) {
        for (_, routes) in Dictionary(grouping: router.routes, by: \.path.description) {
            let methods = routes.map(\.method)
            let known = (methods.contains(.get) ? methods + [.head] : methods).map(\.rawValue).sorted().joined(separator: ", ")
            for method in [HTTPRequest.Method.get, .post, .put, .delete, .patch, .options] where !methods.contains(method) {
                router.on(routes[0].path, method: method) { request, _ -> Response in
                    throw Refusal(
                        APIError(
                            .notFound,
                            reason: ErrorReason(.wrongMethod, [
                                "method": .text(request.method.rawValue), "choices": .init(known.split(separator: ", ").map(String.init)),
                            ]), "There is no \(request.method.rawValue) \(request.uri.path.prefix(200)). Use \(known)."),
                        status: .methodNotAllowed,
                        headers: [.allow: known])
                }
            }
        }
    }
}
