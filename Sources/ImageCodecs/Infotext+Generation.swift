public import Generation

extension Infotext {
    /// The text for one picture of a request.
    /// - Parameters:
    ///   - seed: of this picture, not of the batch.
    ///   - model: the checkpoint's file name without its extension.
    ///   - modelHash: first 10 hexadecimal digits of the file's SHA-256.
    ///   - version: of the program, such as `Easel 0.1.0`.
    ///   - others: what is not in the request: device, precision, chunks and so on.
    public init(
        _ request: GenerationRequest, seed: UInt32, model: String, modelHash: String?, version: String, others: [Parameter] = []
    ) {
        var parameters = [
            Parameter("Steps", "\(request.steps)"),
            Parameter("Sampler", request.sampler.rawValue),
            Parameter("Schedule type", request.schedule.label),
            Parameter("CFG scale", Self.decimal(request.cfgScale)),
            Parameter("Seed", "\(seed)"),
            Parameter("Size", "\(request.width)x\(request.height)"),
            Parameter("Model", model),
            // A1111's names for its noise settings; its default, torch on CUDA, has none.
            Parameter("RNG", request.noise == .torch ? "CPU" : "NV"),
            Parameter("Version", version),
        ]
        if let modelHash { parameters.append(Parameter("Model hash", modelHash)) }
        self.init(prompt: request.prompt, negativePrompt: request.negativePrompt, parameters: parameters + others)
    }

    /// `7`, `7.5`: whole numbers without a fraction.
    private static func decimal(_ number: Float) -> String {
        let text = "\(number)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
