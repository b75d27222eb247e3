public import FoundationEssentials
public import Generation

/// The answer to `POST /v1/images/generations`.
public struct ImageGenerationAnswer: Codable, Sendable {
    public struct Item: Codable, Sendable {
        public var base64: String?
        public var url: String?
        /// The prompt that was drawn, with styles and with the draws for wildcards.
        public var revisedPrompt: String

        private enum CodingKeys: String, CodingKey { case base64 = "b64_json", url, revisedPrompt = "revised_prompt" }
    }

    /// Seconds since 1970.
    public var created: Int
    public var data: [Item]

    /// With the files themselves.
    public init(pictures: [Picture<Data>], created: Date) {
        self.created = Int(created.timeIntervalSince1970)
        data = pictures.map { Item(base64: $0.content.base64EncodedString(), revisedPrompt: $0.prompt) }
    }

    /// With addresses to fetch them from.
    /// - Parameter addresses: absolute, one per picture.
    public init(pictures: [(address: String, prompt: String)], created: Date) {
        self.created = Int(created.timeIntervalSince1970)
        data = pictures.map { Item(url: $0.address, revisedPrompt: $0.prompt) }
    }
}

/// The answer to `GET /v1/models`.
public struct OpenAIModelsAnswer: Codable, Sendable {
    /// The answer to `GET /v1/models/{model}`.
    public struct Model: Codable, Sendable {
        public var id: String
        public var object = "model"
        /// Nobody knows when a checkpoint was made.
        public var created = 0
        public var ownedBy = "easel"

        public init(_ model: ModelSummary) { id = model.name }

        private enum CodingKeys: String, CodingKey { case id, object, created, ownedBy = "owned_by" }
    }

    public var object = "list"
    public var data: [Model]

    public init(_ models: [ModelSummary]) { data = models.map(Model.init) }
}
