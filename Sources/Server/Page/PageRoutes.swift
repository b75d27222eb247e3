internal import Hummingbird
internal import WebAPI

/// The web page: its files are looked up among those inside the program, never on a disk.
struct PageRoutes {
    func add(to router: Router<ClientContext>) {
        router.get("/") { request, _ in try Self.send(.index, to: request) }
        router.get("page/{name}") { request, context in try Self.send(PageFile.all[context.parameters.require("name")], to: request) }
        // The files name each other as neighbours: all that a page loads, sooner or later, is of its version.
        router.get("page/kept/{version}/{name}") { request, context in
            let isSame = try context.parameters.require("version") == PageFile.version
            return try Self.send(PageFile.all[context.parameters.require("name")], to: request, isKept: isSame)
        }
        // Browsers ask for it beside every picture and every answer that is opened by itself.
        router.get("favicon.ico") { request, _ in try Self.send(.icon, to: request) }
    }

    /// - Parameter isKept: whether the path has one content for ever, so that a browser need not ask again.
    private static func send(_ file: PageFile?, to request: Request, isKept: Bool = false) throws(APIError) -> Response {
        guard let file else { throw APIError(.notFound, "There is no such file. The page is at /.") }
        // Another version of the program may be the next to answer, with other files under the same names.
        var headers: HTTPFields = [.eTag: file.tag, .cacheControl: isKept ? "private, max-age=31536000, immutable" : "no-cache"]
        if request.knows(file.tag) { return Response(status: .notModified, headers: headers) }
        headers[.contentType] = file.mediaType
        headers[.contentLength] = "\(file.content.count)"
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: file.content)))
    }
}
