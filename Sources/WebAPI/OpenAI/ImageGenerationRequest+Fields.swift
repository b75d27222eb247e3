import Files
import Generation
import ImageCodecs
import Settings

extension ImageGenerationRequest {
    static let fields: [RequestField] = [
        RequestField("prompt", .text, "what to draw", isRequired: true),
        RequestField("model", .text, "its name; OpenAI's names stand for the current model"),
        RequestField("n", .whole(1...10), "how many pictures", standard: .integer(1)),
        RequestField(
                "size", .text.with("pattern", .string("^([0-9]+x[0-9]+|auto)$")),
                "width and height in pixels, each a multiple of 8; auto: 512x512",
            standard: .string("auto")),
        RequestField(
                "response_format", .words(of: Delivery.self),
                "the files as base64, or addresses of them; url, unless the model is called gpt-image…"),
        RequestField("output_format", .words(of: ImageFormat.self), "of the files; png unless the settings say otherwise"),
        RequestField(
                "output_compression", .whole(PictureQuality.range), "quality of JPEG and WebP, the best last",
                standard: .integer(ImageFormat.usualQuality)),
        RequestField("stream", .flag, "whether the answer is an event stream, with one picture in base64", standard: .bool(false)),
        RequestField(
                "partial_images", .whole(ImageStreamForm.partialImageRange),
                "how many previews a stream has; fewer when there are too few steps. No effect without stream",
            standard: .integer(0)),
        RequestField("quality", .text, "has no effect; a stream repeats it"),
        RequestField("background", .text, "has no effect; a stream repeats it"),
        RequestField("user", .text, "has no effect"),
    ] + extensions.map { RequestField($0) }

    /// Easel's own fields beside OpenAI's.
    static let extensions: [GenerationField] = [.negativePrompt, .steps, .cfgScale, .seed, .sampler]
}
