internal import Generation
internal import HTTPTypes
internal import Hummingbird
internal import ImageCodecs
internal import Settings
internal import Store
internal import WebAPI

/// Easel's own routes for pictures that jobs begin with.
struct InputRoutes {
    let backend: Backend

    func add(to router: Router<ClientContext>) {
        let group = router.group("/api/v1")
        group.post("inputs", use: keep)
        group.get("inputs/{id}", use: send)
    }

    @Sendable private func keep(_ request: Request, _: ClientContext) async throws -> Response {
        var request = request
        let body = try await backend.body(of: &request)
        let limit = backend.settings.current.limits.inputPixels
        let upload = try await offloaded {
            let contents = [UInt8](body)
            return try UploadedPicture(contents, named: InputPicture(contents: contents), field: nil, pixelLimit: limit)
        }
        try await backend.keep([upload])
        let answer = InputAnswer(upload)
        return Response(json: answer, status: .created, headers: [.location: answer.url])
    }

    @Sendable private func send(_ request: Request, _ context: ClientContext) async throws -> Response {
        guard let picture = context.parameters.get("id").flatMap(InputPicture.init(sha256:)) else { throw APIError.noInput }
        let inputs = backend.archive.inputPictures
        guard let contents = try await offloaded({ inputs.contents(of: picture) }) else { throw APIError.noInput }
        let tag = "\"\(picture.sha256)\""
        var headers = HTTPFields.unchanging(tag)
        if request.knows(tag) { return Response(status: .notModified, headers: headers) }
        headers[.contentType] = ImageFormat(signatureOf: contents)?.mediaType ?? "application/octet-stream"
        headers[.contentLength] = "\(contents.count)"
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: contents)))
    }
}

extension Backend {
    /// Keeps the pictures that came with a request: before the job that begins with them is submitted.
    func keep(_ uploads: [UploadedPicture]) async throws(StoreError) {
        for upload in uploads { try await archive.inputPictures.keep(upload.picture, upload.contents) }
    }
}

extension APIError {
    fileprivate static let noInput = APIError(
        .notFound, field: "id", reason: ErrorReason(.missingInput), "There is no such input picture, or it was removed. Send it again.")
}
