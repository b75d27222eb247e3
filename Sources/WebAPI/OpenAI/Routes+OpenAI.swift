import Settings

extension Route {
    static let ofOpenAI: [Route] = [
        Route(
            .post, "/v1/images/generations",
            "Draws pictures from a text, and answers when they are done, or with events while they are drawn",
            body: .init(name: "ImageGenerationRequest", schema: ImageGenerationRequest.fields.schema(isOpen: true)),
            answer: .json(ImageGenerationAnswer.self).orEvents(of: ImageStreamEvent.self), errors: drawing + [.notFound]),
        Route(.post, "/v1/images/edits", "Is to come: repaints a part of a picture", body: form, errors: [.notImplemented]),
        Route(.post, "/v1/images/variations", "Is to come: varies a picture", body: form, errors: [.notImplemented]),
        Route(.get, "/v1/models", "Lists the models", answer: .json(OpenAIModelsAnswer.self)),
        Route(
            .get, "/v1/models/{model}", "Tells of a model", parameters: [.path("model", "its name")],
            answer: .json(OpenAIModelsAnswer.Model.self))
    ]

    private static let form = RequestBody(name: "AnyForm", schema: .map(of: .any), mediaType: "multipart/form-data", isRequired: false)
}
