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
        group.get("images/facets", use: facets)
        group.post("images/change", use: changeMany)
        group.post("images/delete", use: deleteMany)
        group.post("images/zip", use: zip)
        group.get("images/{id}", use: show)
        group.patch("images/{id}", use: change)
        group.get("images/{id}.png", use: file)
        for (ending, format) in [("jpg", .jpeg), ("jpeg", .jpeg), ("webp", .webp)] as [(String, ImageFormat)] {
            group.get(.init("images/{id}.\(ending)")) { request, context in try await converted(request, context, to: format) }
        }
        group.get("images/{id}/thumb", use: thumbnail)
        group.delete("images/{id}", use: delete)
        group.patch("albums/{name}", use: renameAlbum)
        group.delete("albums/{name}", use: deleteAlbum)
    }

    @Sendable private func list(_ request: Request, _: ClientContext) async throws -> Response {
        let query = try ListQuery(request)
        let (words, filter) = (request.query("q"), try GalleryFilter(request))
        let pictures = try await backend.archive.pictures(
            before: query.beforePicture, limit: query.limit + 1, matching: words, filter: filter)
        let page = pictures.prefix(query.limit)
        return Response(json: PicturePageAnswer(
            page.map(PictureAnswer.init), next: pictures.count > page.count ? page.last?.id.description : nil,
            total: try await backend.archive.pictureCount(matching: words, filter: filter)))
    }

    @Sendable private func facets(_: Request, _: ClientContext) async throws -> Response {
        let facets = try await backend.archive.facets()
        let values = { (counts: [GalleryFacets.Count]) in counts.map { FacetsAnswer.Value(name: $0.name, count: $0.count) } }
        return Response(json: FacetsAnswer(
            models: values(facets.models), samplers: values(facets.samplers), albums: values(facets.albums),
            days: facets.days.map { .init(day: $0.name, count: $0.count) }, total: facets.total, favourites: facets.favourites,
            folder: backend.archive.folder.pictures.path))
    }

    @Sendable private func change(_ request: Request, _ context: ClientContext) async throws -> Response {
        var request = request
        let id = try context.pictureID
        let wanted = try PictureChange(body: await backend.body(of: &request))
        var change = GalleryChange()
        (change.isFavourite, change.albums) = (wanted.isFavourite, wanted.albums.map(Set.init))
        _ = try await backend.archive.change([id], change)
        guard let picture = try await backend.archive.picture(id) else { throw APIError.noPicture }
        return Response(json: PictureAnswer(picture))
    }

    @Sendable private func changeMany(_ request: Request, _: ClientContext) async throws -> Response {
        var request = request
        let wanted = try PicturesChange(body: await backend.body(of: &request))
        var change = GalleryChange()
        (change.isFavourite, change.addedAlbum, change.removedAlbum) = (wanted.isFavourite, wanted.addedAlbum, wanted.removedAlbum)
        return Response(json: ChangedAnswer(wanted.ids, found: try await backend.archive.change(wanted.ids, change)))
    }

    @Sendable private func deleteMany(_ request: Request, _: ClientContext) async throws -> Response {
        var request = request
        let ids = try PictureChoice(body: await backend.body(of: &request)).ids
        return Response(json: DeletedAnswer(ids, found: try await backend.archive.delete(ids)))
    }

    @Sendable private func zip(_ request: Request, _: ClientContext) async throws -> Response {
        var request = request
        let isForm = request.headers[.contentType]?.lowercased().hasPrefix("application/x-www-form-urlencoded") == true
        let body = try await backend.body(of: &request)
        let form = FormFields(String(decoding: body, as: UTF8.self))
        let choice = try isForm ? PictureChoice(commaSeparated: form["ids"]) : PictureChoice(body: body)
        let zip = try await PictureZip(choice.ids, in: backend.archive)
        guard zip.count > 0 else {
            throw APIError(
                .notFound, field: "ids",
                "None of the \(choice.ids.count) pictures is there any more. GET /api/v1/images lists those that there are.")
        }
        return zip.response()
    }

    @Sendable private func show(_: Request, _ context: ClientContext) async throws -> Response {
        guard let picture = try await backend.archive.picture(context.pictureID) else { throw APIError.noPicture }
        return Response(json: PictureAnswer(picture))
    }

    @Sendable private func file(_ request: Request, _ context: ClientContext) async throws -> Response {
        let id = try context.pictureID
        guard let picture = try await backend.archive.picture(id), let file = try backend.archive.pngFile(of: picture) else {
            throw APIError.noPicture
        }
        return try await .file(
            at: file.path, type: "image/png", tag: "\"\(id)\"",
            disposition: FileDisposition.header("inline", name: picture.readableName("png")), request, context)
    }

    /// Pictures are kept as PNG: another format is made when it is asked for.
    private func converted(_ request: Request, _ context: ClientContext, to format: ImageFormat) async throws -> Response {
        let id = try context.pictureID
        let quality = try PictureQuality.read(request.query("quality"))
        guard let picture = try await backend.archive.picture(id), let png = try backend.archive.pngFile(of: picture) else {
            throw APIError.noPicture
        }
        let tag = "\"\(id).\(format.rawValue)-\(quality)\""
        var headers = HTTPFields.unchanging(tag)
        if request.knows(tag) { return Response(status: .notModified, headers: headers) }
        let file = try await offloaded { try Backend.file(png, of: picture, as: format, quality: quality) }
        headers[.contentType] = format.mediaType
        headers[.contentLength] = "\(file.count)"
        headers[.contentDisposition] = FileDisposition.header("inline", name: picture.readableName(format.fileExtension))
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: file)))
    }

    @Sendable private func thumbnail(_ request: Request, _ context: ClientContext) async throws -> Response {
        let id = try context.pictureID
        guard let file = try await backend.archive.thumbnail(id) else { throw APIError.noPicture }
        return try await .file(at: file.path, type: "image/webp", tag: "\"\(id).thumb\"", request, context)
    }

    @Sendable private func delete(_: Request, _ context: ClientContext) async throws -> Response {
        guard try await backend.archive.delete(context.pictureID) else { throw APIError.noPicture }
        return Response(json: EmptyAnswer())
    }

    @Sendable private func renameAlbum(_ request: Request, _ context: ClientContext) async throws -> Response {
        var request = request
        let name = try context.parameters.require("name")
        let wanted = try AlbumChange(body: await backend.body(of: &request)).name
        switch try await backend.archive.renameAlbum(name, to: wanted) {
        case .renamed(let count): return Response(json: FacetsAnswer.Value(name: wanted, count: count))
        case .unknown: throw APIError.noAlbum
        case .taken:
            throw APIError(
                .nameTaken, field: "name", reason: ErrorReason(.nameTaken, ["name": .init(wanted)]),
                "There is an album \"\(wanted)\" already. Use another name.")
        }
    }

    @Sendable private func deleteAlbum(_: Request, _ context: ClientContext) async throws -> Response {
        guard try await backend.archive.removeAlbum(context.parameters.require("name")) > 0 else { throw APIError.noAlbum }
        return Response(json: EmptyAnswer())
    }
}

extension PictureAnswer {
    fileprivate init(_ picture: GalleryPicture) {
        self.init(
            picture.id, picture.details, size: picture.details.content.size, model: picture.model, createdAt: picture.createdAt,
            sampler: picture.sampler, steps: picture.steps, isFavourite: picture.isFavourite, albums: picture.albums, file: picture.file)
    }
}

extension GalleryFilter {
    /// Reads what a list of pictures is narrowed down by. Empty values are the same as none.
    fileprivate init(_ request: Request) throws(APIError) {
        self.init()
        func text(_ name: String) -> String? { request.query(name).flatMap { $0.isEmpty ? nil : $0 } }
        (model, sampler, album) = (text("model"), text("sampler"), text("album"))
        isFavourite = try ListQuery.isFavourite(request.query("favourite"))
        firstDay = try ListQuery.day(request.query("from"), field: "from")
        lastDay = try ListQuery.day(request.query("to"), field: "to")
        job = try ListQuery.job(request.query("job"))
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
    fileprivate static let noAlbum = APIError(
        .notFound, field: "name", reason: ErrorReason(.notFound),
        "There is no such album, or no picture is in it any more. GET /api/v1/images/facets lists those that there are.")
    fileprivate static let noPicture = APIError(
        .notFound, field: "id", reason: ErrorReason(.unknownPicture),
        "There is no such picture, or it was removed. GET /api/v1/images lists those that there are.")
}
