internal import FoundationEssentials
internal import Generation
internal import HTTPTypes
internal import Hummingbird
internal import ImageCodecs
internal import Jobs
internal import Store
internal import WebAPI

/// Easel's own routes for the pictures that were drawn.
struct GalleryRoutes {
    let backend: Backend

    func add(to router: Router<ClientContext>) {
        let group = router.group("/api/v1")
        group.get("images", use: list)
        group.get("images/{id}", use: show)
        group.get("images/{id}.png", use: file)
        for (ending, format) in [("jpg", .jpeg), ("jpeg", .jpeg), ("webp", .webp)] as [(String, ImageFormat)] {
            group.get(.init("images/{id}.\(ending)")) { request, context in try await converted(request, context, to: format) }
        }
        group.get("images/{id}/thumb", use: thumbnail)
        group.delete("images/{id}", use: delete)
    }

    @Sendable private func list(_ request: Request, _: ClientContext) async throws -> Response {
        let query = try ListQuery(request)
        let pictures = try await backend.archive.pictures(
            before: query.beforePicture, limit: query.limit + 1, matching: request.query("q"))
        let page = pictures.prefix(query.limit)
        return Response(json: ListAnswer(page.map(PictureAnswer.init), next: pictures.count > page.count ? page.last?.id.description : nil))
    }

    @Sendable private func show(_: Request, _ context: ClientContext) async throws -> Response {
        guard let picture = try await backend.archive.picture(context.pictureID) else { throw APIError.noPicture }
        return Response(json: PictureAnswer(picture))
    }

    @Sendable private func file(_ request: Request, _ context: ClientContext) async throws -> Response {
        let id = try context.pictureID
        guard let file = try await backend.archive.pngFile(id) else { throw APIError.noPicture }
        return try await send(file, type: "image/png", tag: "\"\(id)\"", request, context)
    }

    /// Pictures are kept as PNG: another format is made when it is asked for.
    private func converted(_ request: Request, _ context: ClientContext, to format: ImageFormat) async throws -> Response {
        let id = try context.pictureID
        let quality = try PictureQuality.read(request.query("quality"))
        guard let picture = try await backend.archive.picture(id), let png = try await backend.archive.pngFile(id) else {
            throw APIError.noPicture
        }
        let tag = "\"\(id).\(format.rawValue)-\(quality)\""
        var headers = Self.unchanging(tag)
        if request.knows(tag) { return Response(status: .notModified, headers: headers) }
        let file = try await offloaded { try Backend.file(png, of: picture, as: format, quality: quality) }
        headers[.contentType] = format.mediaType
        headers[.contentLength] = "\(file.count)"
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: file)))
    }

    /// The picture of a name never changes, so a client that has it need not fetch it again.
    private static func unchanging(_ tag: String) -> HTTPFields { [.eTag: tag, .cacheControl: "private, max-age=31536000, immutable"] }

    @Sendable private func thumbnail(_ request: Request, _ context: ClientContext) async throws -> Response {
        let id = try context.pictureID
        guard let file = try await backend.archive.thumbnail(id) else { throw APIError.noPicture }
        return try await send(file, type: "image/webp", tag: "\"\(id).thumb\"", request, context)
    }

    private func send(_ file: URL, type: String, tag: String, _ request: Request, _ context: ClientContext) async throws -> Response {
        var headers = Self.unchanging(tag)
        if request.knows(tag) { return Response(status: .notModified, headers: headers) }
        headers[.contentType] = type
        let body = try await FileIO().loadFile(path: file.path, context: context)
        headers[.contentLength] = body.contentLength.map { "\($0)" }
        return Response(status: .ok, headers: headers, body: body)
    }

    @Sendable private func delete(_: Request, _ context: ClientContext) async throws -> Response {
        guard try await backend.archive.delete(context.pictureID) else { throw APIError.noPicture }
        return Response(json: EmptyAnswer())
    }
}

extension PictureAnswer {
    fileprivate init(_ picture: GalleryPicture) {
        self.init(
            picture.id, picture.details, size: picture.details.content.size, model: picture.model, createdAt: picture.createdAt)
    }
}

extension ClientContext {
    /// The picture in the path.
    /// - Throws: `.notFound` for what no picture can be called.
    fileprivate var pictureID: PictureID {
        get throws(APIError) {
            guard let id = parameters.get("id").flatMap({ PictureID($0) }) else { throw .noPicture }
            return id
        }
    }
}

extension APIError {
    fileprivate static let noPicture = APIError(
        .notFound, field: "id", "There is no such picture, or it was removed. GET /api/v1/images lists those that there are.")
}
