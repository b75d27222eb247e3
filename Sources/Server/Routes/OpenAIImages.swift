internal import FoundationEssentials
internal import Generation
internal import HTTPTypes
internal import Hummingbird
internal import ImageCodecs
internal import Jobs
internal import Logging
internal import WebAPI

/// OpenAI's routes.
struct OpenAIImages {
    let backend: Backend

    func add(to router: Router<ClientContext>) {
        let group = router.group("/v1")
        for kind in ImageGenerationRequest.Kind.allCases {
            group.post(.init("images/" + kind.rawValue)) { request, context in try await draw(kind, request, context) }
        }
        group.get("models") { _, _ in Response(json: OpenAIModelsAnswer(await backend.engine.models())) }
        group.get("models/{model}") { _, context in
            let name = try context.parameters.require("model")
            return Response(
                json: OpenAIModelsAnswer.Model(try await backend.withCatalog { try $0.named(name, field: "model", kind: .notFound) }))
        }
    }

    private func draw(_ kind: ImageGenerationRequest.Kind, _ request: Request, _ context: ClientContext) async throws -> Response {
        var request = request
        let body = try await backend.body(of: &request)
        let contentType = request.headers[.contentType]
        let wanted = try await backend.read(context) { try ImageGenerationRequest(body: body, contentType: contentType, $0, kind: kind) }
        if let form = wanted.stream {
            let job = try await backend.submit(wanted.job, bringing: wanted.uploads, context)
            var response = try await ImageStream(backend, job.id, wanted, form).response(to: request, context)
            response.headers.append(contentsOf: note(on: wanted, job.id, context))
            return response
        }
        let job = try await backend.drawn(wanted.job, bringing: wanted.uploads, for: request, context)
        let created = job.endedAt ?? .now
        let answer: Data
        switch wanted.delivery {
        case .base64:
            let pictures = try await backend.pictures(of: job, as: wanted.format, quality: wanted.quality)
            answer = try await offloaded { WebJSON.data(ImageGenerationAnswer(pictures: pictures, created: created)) }
        case .url:
            let quality = wanted.format == .png || wanted.quality == ImageFormat.usualQuality ? nil : wanted.quality
            let origin = context.serverAddress?.description ?? "http://localhost:\(backend.options.port)"
            let pictures = zip(job.pictures, try await backend.descriptions(of: job))
            answer = WebJSON.data(
                ImageGenerationAnswer(
                    pictures: pictures.map { (origin + PictureAddress.file($0, format: wanted.format, quality: quality), $1.prompt) },
                    created: created))
        }
        return Response(json: answer, headers: note(on: wanted, job.id, context))
    }

    /// How a request was understood, as a header; told to the log, too.
    private func note(on wanted: ImageGenerationRequest, _ job: JobID, _ context: ClientContext) -> HTTPFields {
        guard !wanted.notes.isEmpty else { return [:] }
        let notes = wanted.notes.joined(separator: " ")
        context.logger.info("A picture was drawn otherwise than asked", metadata: ["job": "\(job)", "reason": "\(notes)"])
        return [.easelNote: notes]
    }
}

extension HTTPField.Name {
    /// How a request was understood, in sentences of ASCII.
    fileprivate static let easelNote = HTTPField.Name("Easel-Note")!
}
