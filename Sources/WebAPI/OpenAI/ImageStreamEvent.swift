public import FoundationEssentials
public import Generation
public import ImageCodecs
import Settings

/// The parts of a request that every event of its stream repeats, and the number of previews before the picture.
public struct ImageStreamForm: Sendable {
    static let partialImageRange = 0...3

    /// Whether a picture that was given is drawn anew.
    let isEdit: Bool
    /// At most so many.
    public let partialImages: Int
    public let format: ImageFormat
    /// Pixels.
    public let width: Int
    public let height: Int
    let quality: String
    let background: String

    init(_ fields: RequestFields, format: ImageFormat, _ generation: GenerationRequest) throws(APIError) {
        isEdit = !generation.sourcePictures.isEmpty
        partialImages = try fields.whole("partial_images") ?? 0
        quality = try fields.text("quality") ?? "auto"
        background = try fields.text("background") ?? "auto"
        self.format = format
        (width, height) = (generation.width, generation.height)
    }

    /// Steps from one preview to the next, so that as many come as are wanted, evenly as far as that goes.
    func previewInterval(steps: Int) -> Int { max(1, steps / (partialImages + 1)) }
}

/// An event of a streamed picture: `image_generation.partial_image`, or `image_generation.completed` as the last; for edits
/// `image_edit.partial_image` and `image_edit.completed`.
///
/// Source: https://platform.openai.com/docs/api-reference/images-streaming.
public struct ImageStreamEvent: Codable, Sendable {
    public enum Kind: String, Codable, Sendable, CaseIterable {
        case partialImage = "image_generation.partial_image", completed = "image_generation.completed"
        case partialEdit = "image_edit.partial_image", completedEdit = "image_edit.completed"
    }

    /// Tokens, which OpenAI counts to write bills.
    public struct Usage: Codable, Sendable {
        public struct Details: Codable, Sendable {
            public var textTokens = 0
            public var imageTokens = 0

            private enum CodingKeys: String, CodingKey { case textTokens = "text_tokens", imageTokens = "image_tokens" }
        }

        public var totalTokens = 0
        public var inputTokens = 0
        public var outputTokens = 0
        public var inputTokensDetails = Details()

        private enum CodingKeys: String, CodingKey {
            case totalTokens = "total_tokens", inputTokens = "input_tokens", outputTokens = "output_tokens", inputTokensDetails =
                "input_tokens_details"
        }
    }

    public var type: Kind
    public var base64: String
    /// Seconds since 1970.
    public var createdAt: Int
    public var size: String
    public var quality: String
    public var background: String
    public var outputFormat: String
    /// The number of a preview, from 0.
    public var partialImageIndex: Int?
    /// Only with the completed picture. All zeros: nothing is billed here.
    public var usage: Usage?
    /// Only with the completed picture, and Easel's own: the prompt with its styles, and with the choices for its wildcards.
    public var revisedPrompt: String?

    private enum CodingKeys: String, CodingKey {
        case type, base64 = "b64_json", createdAt = "created_at", size, quality, background, outputFormat = "output_format"
        case partialImageIndex = "partial_image_index", usage, revisedPrompt = "revised_prompt"
    }

    private init(_ type: Kind, _ file: Data, _ form: ImageStreamForm, at time: Date) {
        self.type = type
        base64 = file.base64EncodedString()
        createdAt = Int(time.timeIntervalSince1970)
        size = "\(form.width)x\(form.height)"
        quality = form.quality
        background = form.background
        outputFormat = form.format.rawValue
    }

    /// A preview, enlarged to the picture's size: clients show it in its place.
    /// - Throws: `ImageCodecError`.
    public init(preview image: RGBImage, index: Int, _ form: ImageStreamForm, quality: Int, at time: Date) throws(ImageCodecError) {
        let file = try image.scaled(width: form.width, height: form.height).encoded(as: form.format, quality: quality)
        self.init(form.isEdit ? .partialEdit : .partialImage, Data(file), form, at: time)
        partialImageIndex = index
    }

    public init(completed picture: Picture<Data>, _ form: ImageStreamForm, at time: Date) {
        self.init(form.isEdit ? .completedEdit : .completed, picture.content, form, at: time)
        usage = Usage()
        revisedPrompt = picture.prompt
    }
}

extension APIError {
    /// For the `data` of an event `error`: what the official libraries raise as an error.
    public var streamedBody: Data {
        WebJSON.data(["error": OpenAIError.Detail(message: message, type: openAIType, param: field, code: kind.rawValue)])
    }
}
