public import Generation
public import Settings

/// The limits of the server: every refusal names the field, its value and the limit.
public struct RequestLimits: Sendable {
    private let limits: EaselSettings.Limits
    private let names: Names

    /// The names of a face's fields.
    public struct Names: Sendable {
        var runs = "runs"
        var batchSize = "batch_size"
        /// Errors of the picture's size are told under this name, where width and height are one field.
        var size: String?

        /// The names in Easel's own API: `runs`, `batch_size`.
        public static let easel = Names()
        /// The names in A1111's API: `n_iter`, `batch_size`.
        public static let a1111 = Names(runs: "n_iter")
        /// The names in OpenAI's API, where `n` counts pictures and `size` is width and height.
        public static let openAI = Names(runs: "n", batchSize: "n", size: "size")
    }

    /// Makes limits whose errors speak of a face's own fields.
    public init(_ limits: EaselSettings.Limits, names: Names) {
        self.limits = limits
        self.names = names
    }

    /// - Parameter runs: see `JobRequest.runs`.
    /// - Throws: `InvalidRequest` for the first value that cannot be drawn, or is more than the server allows.
    public func check(_ generation: GenerationRequest, runs: Int) throws(InvalidRequest) {
        do throws(InvalidRequest) {
            try generation.validate()
        } catch {
            throw InvalidRequest(field: name(of: error.field), error.description)
        }
        let pixels = generation.width * generation.height
        guard pixels <= limits.pixels else {
            throw InvalidRequest(
                field: name(of: "width"),
                "Width × height \(generation.width)×\(generation.height) is \(pixels) pixels; the limit is \(limits.pixels) (max_pixels).")
        }
        guard generation.steps <= limits.steps else {
            throw InvalidRequest(field: "steps", "Steps \(generation.steps) are too many; the limit is \(limits.steps) (max_steps).")
        }
        guard runs >= 1 else {
            throw InvalidRequest(field: names.runs, "\(names.runs) \(runs) is out of range. Use 1 or more.")
        }
        // The product must not overflow.
        let pictures = runs > limits.pictures ? nil : runs * generation.batchSize
        guard let pictures, pictures <= limits.pictures else {
            let asked = [runs, generation.batchSize].filter { $0 > 1 }.map(String.init).joined(separator: " × ")
            throw InvalidRequest(
                field: runs > 1 ? names.runs : names.batchSize,
                "\(asked) pictures are too many for one request; the limit is \(limits.pictures) (max_pictures).")
        }
        try check(generation.prompt, field: "prompt")
        try check(generation.negativePrompt, field: "negative_prompt")
        guard generation.styles.count <= Self.mostStyles else {
            throw InvalidRequest(field: "styles", "\(generation.styles.count) styles are too many; the limit is \(Self.mostStyles).")
        }
    }

    /// Each style makes the prompt longer.
    static let mostStyles = 50

    private func check(_ prompt: String, field: String) throws(InvalidRequest) {
        // Scalars: a character of many combining marks would be free.
        let length = prompt.unicodeScalars.count
        guard length <= limits.promptLength else {
            throw InvalidRequest(
                field: field, "\(field) has \(length) characters; the limit is \(limits.promptLength) (max_prompt_length).")
        }
    }

    private func name(of field: String) -> String {
        switch field {
        case "width", "height": names.size ?? field
        case "batch_size": names.batchSize
        default: field
        }
    }
}
