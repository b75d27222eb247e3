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
        /// Other names by Easel's own.
        var others: [String: String] = [:]

        /// The names in Easel's own API: `runs`, `batch_size`.
        public static let easel = Names()
        /// The names in A1111's API: `n_iter`, `batch_size`.
        public static let a1111 = Names(runs: "n_iter", others: A1111Request.ownNames)
        /// The names in OpenAI's API, where `n` counts pictures and `size` is width and height.
        public static let openAI = Names(runs: "n", batchSize: "n", size: "size", others: ["source_pictures": "image"])
    }

    /// Makes limits whose errors speak of a face's own fields.
    public init(_ limits: EaselSettings.Limits, names: Names) {
        self.limits = limits
        self.names = names
    }

    /// - Parameter runs: see `JobRequest.runs`.
    /// - Throws: `InvalidRequest` for the first value that cannot be drawn, or is more than the server allows.
    public func check(_ generation: GenerationRequest, runs: Int) throws(InvalidRequest) {
        // Before the ranges that hold everywhere: a field has one limit, the one of this server.
        try check(steps: generation.steps)
        do throws(InvalidRequest) {
            try generation.validate()
        } catch {
            throw error.named(name(of: error.field))
        }
        // The size of an enlarged picture follows from its source: see `RequestContext.checkUpscaledSize`.
        if generation.upscaling.mode != .plain { try check(pixelsOf: generation, field: "width") }
        if let pass = generation.secondPass {
            try check(steps: pass.steps)
            try check(pixelsOf: pass, field: GenerationField.hiresScale.key)
        }
        guard runs >= 1 else {
            throw InvalidRequest(
                field: names.runs, .outOfRange(.init(runs), from: 1, to: .init(limits.pictures)),
                "\(names.runs) \(runs) is out of range. Use 1 to \(limits.pictures).")
        }
        // The product must not overflow.
        let (pictures, overflows) = runs.multipliedReportingOverflow(by: generation.batchSize)
        guard !overflows, pictures <= limits.pictures else {
            let asked = [runs, generation.batchSize].filter { $0 > 1 }.map(String.init).joined(separator: " × ")
            throw InvalidRequest(
                field: runs > 1 ? names.runs : names.batchSize,
                ErrorReason(.tooManyPictures, [
                    "value": overflows ? .init(asked) : .init(pictures), "max": .init(limits.pictures), "setting": "max_pictures",
                ]),
                "\(asked) pictures are over the limit of \(limits.pictures) for one request (setting max_pictures).")
        }
        try check(generation.prompt, field: "prompt")
        try check(generation.negativePrompt, field: "negative_prompt")
        guard generation.styles.count <= Self.mostStyles else {
            throw InvalidRequest(
                field: "styles",
                ErrorReason(.tooManyStyles, ["value": .init(generation.styles.count), "max": .init(Self.mostStyles)]),
                "\(generation.styles.count) styles are over the limit of \(Self.mostStyles).")
        }
    }

    private func check(pixelsOf generation: GenerationRequest, field: String) throws(InvalidRequest) {
        let pixels = generation.width * generation.height
        guard pixels <= limits.pixels else {
            throw InvalidRequest(
                field: name(of: field),
                ErrorReason(.tooManyPixels, [
                    "value": .init(pixels), "max": .init(limits.pixels), "setting": "max_pixels",
                    "width": .init(generation.width), "height": .init(generation.height),
                ]),
                "\(generation.width)×\(generation.height) is \(pixels) pixels, over the limit of \(limits.pixels) (setting max_pixels).")
        }
    }

    /// Each style makes the prompt longer.
    static let mostStyles = 50

    /// - Throws: `InvalidRequest` for a number of steps that no job may have here.
    func check(steps: Int) throws(InvalidRequest) {
        if (1...limits.steps).contains(steps) { return }
        let key = GenerationField.steps.key
        guard steps > limits.steps else {
            throw InvalidRequest(
                field: key, .outOfRange(.init(steps), from: 1, to: .init(limits.steps)),
                "\(GenerationField.steps.name) \(steps) is out of range. Use 1 to \(limits.steps).")
        }
        throw InvalidRequest(
            field: key,
            ErrorReason(.tooManySteps, ["value": .init(steps), "min": 1, "max": .init(limits.steps), "setting": "max_steps"]),
            "\(steps) steps are over the limit of \(limits.steps) (setting max_steps).")
    }

    private func check(_ prompt: String, field: String) throws(InvalidRequest) {
        // Scalars: a character of many combining marks would be free.
        let length = prompt.unicodeScalars.count
        guard length <= limits.promptLength else { throw .promptTooLong(length, limit: limits.promptLength, field: field) }
    }

    private func name(of field: String) -> String {
        switch field {
        case "width", "height": names.size ?? field
        case "batch_size": names.batchSize
        default: names.others[field] ?? field
        }
    }
}

extension InvalidRequest {
    /// The refusal of a prompt of so many characters.
    static func promptTooLong(_ length: Int, limit: Int, field: String) -> InvalidRequest {
        InvalidRequest(
            field: field, ErrorReason(.tooLong, ["value": .init(length), "max": .init(limit), "setting": "max_prompt_length"]),
            "\(field) has \(length) characters, over the limit of \(limit) (setting max_prompt_length).")
    }
}
