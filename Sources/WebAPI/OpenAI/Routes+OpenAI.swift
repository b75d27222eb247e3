import Settings

extension Route {
    static let ofOpenAI: [Route] = [
        Route(
            .post, "/v1/images/generations",
            "Draws pictures from a text, and answers when they are done, or with events while they are drawn",
            body: .init(name: "ImageGenerationRequest", schema: ImageGenerationRequest.fields(of: .generation).schema(isOpen: true)),
            answer: .json(ImageGenerationAnswer.self).orEvents(of: ImageStreamEvent.self), errors: drawing + [.notFound]),
        Route(
            .post, "/v1/images/edits",
            "Draws a picture anew, or the masked part of it, from a text, and answers when it is done, or with events while it is drawn",
            body: form("ImageEditRequest", .edit),
            answer: .json(ImageGenerationAnswer.self).orEvents(of: ImageStreamEvent.self), errors: drawing + [.notFound]),
        Route(
            .post, "/v1/images/variations", "Draws pictures that are like a picture", body: form("ImageVariationRequest", .variation),
            answer: .json(ImageGenerationAnswer.self), errors: drawing + [.notFound]),
        Route(.get, "/v1/models", "Lists the models", answer: .json(OpenAIModelsAnswer.self)),
        Route(
            .get, "/v1/models/{model}", "Tells of a model", parameters: [.path("model", "its name")],
            answer: .json(OpenAIModelsAnswer.Model.self))
    ]

    private static func form(_ name: String, _ kind: ImageGenerationRequest.Kind) -> RequestBody {
        RequestBody(name: name, schema: ImageGenerationRequest.fields(of: kind).schema(isOpen: true), mediaType: "multipart/form-data")
    }
}
