import Files
import Generation
import ImageCodecs
import Settings

extension ImageGenerationRequest {
    static func fields(of kind: Kind) -> [RequestField] {
        switch kind {
        case .generation:
            [prompt] + common(auto: "512x512") + ofStreams + [
                RequestField("background", .text, "has no effect; a stream repeats it")
            ] + extensions(of: kind).map { RequestField($0) }
        case .edit: [prompt, image, images, mask] + fromPictures(kind)
        case .variation: [RequestField("prompt", .text, "what to draw", standard: .string("")), image] + fromPictures(kind)
        }
    }

    private static let prompt = RequestField("prompt", .text, "what to draw", isRequired: true)
    private static let image = RequestField(
        "image", Schema(["anyOf": .array([Schema.text.json, Schema.list(of: .text).json])]),
        "the picture to begin with: a file, or in JSON a data URL or base64; of several the first. Also image[]")
    private static let images = RequestField(
        "images", .list(of: .any), "the same in JSON, as OpenAI has it: objects with image_url, a data URL")
    private static let mask = RequestField(
        "mask", .any,
        "a file, or in JSON a data URL, base64 or an object with image_url: what is transparent is drawn anew; without transparency, what "
            + "is white. Without it, the transparent parts of the picture, or all of it")

    private static func fromPictures(_ kind: Kind) -> [RequestField] {
        common(auto: "the picture's size, no larger than what the model draws best") + (kind == .edit ? ofStreams : [
            RequestField("stream", .flag, "must be false", standard: .bool(false)),
            RequestField("quality", .text, "has no effect"),
        ]) + [
            RequestField("background", .text, "must not be transparent"),
            RequestField("input_fidelity", .text, "high: a strength of 0.5, where the strength is not said and there is no mask"),
            RequestField("denoising_strength", .number(0...1), "another name of strength"),
        ] + extensions(of: kind).map { field in
            field.key == GenerationField.strength.key || field.key == GenerationField.maskedContent.key
                ? RequestField(field, otherwise: field.key == GenerationField.strength.key
                    ? (kind == .variation ? "0.6" : "0.75, with a mask 0.9, or 1 for an inpainting model")
                    : "original, or fill where the picture itself is transparent")
                : RequestField(field)
        }
    }

    private static func common(auto: String) -> [RequestField] {
        [
            RequestField("model", .text, "its name; OpenAI's names stand for the current model"),
            RequestField("n", .whole(1...10), "how many pictures", standard: .integer(1)),
            RequestField(
                "size", .text.with("pattern", .string("^([0-9]+x[0-9]+|auto)$")),
                "width and height in pixels, each a multiple of 8; auto: \(auto)", standard: .string("auto")),
            RequestField(
                "response_format", .words(of: Delivery.self),
                "the files as base64, or addresses of them; url, unless the model is called gpt-image…"),
            RequestField("output_format", .words(of: ImageFormat.self), "of the files; png unless the settings say otherwise"),
            RequestField(
                "output_compression", .whole(PictureQuality.range), "quality of JPEG and WebP, the best last",
                standard: .integer(ImageFormat.usualQuality)),
            RequestField("user", .text, "has no effect"),
        ]
    }

    private static let ofStreams = [
        RequestField("stream", .flag, "whether the answer is an event stream, with one picture in base64", standard: .bool(false)),
        RequestField(
            "partial_images", .whole(ImageStreamForm.partialImageRange),
            "how many previews a stream has; fewer when there are too few steps. No effect without stream", standard: .integer(0)),
        RequestField("quality", .text, "has no effect; a stream repeats it"),
    ]

    /// Easel's own fields beside OpenAI's.
    static func extensions(of kind: Kind) -> [GenerationField] {
        let all: [GenerationField] = [.negativePrompt, .steps, .cfgScale, .seed, .sampler]
        return switch kind {
        case .generation: all
        case .edit: all + [.strength, .maskBlur, .maskedContent]
        case .variation: all + [.strength]
        }
    }
}
