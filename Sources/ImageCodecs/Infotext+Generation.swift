public import Generation

extension Infotext {
    /// The text for one picture of a request.
    /// - Parameters:
    ///   - index: which picture of the batch, from 0.
    ///   - model: the checkpoint's file name without its extension.
    ///   - modelHash: the file's SHA-256 in hexadecimal, of which the first 10 digits are kept.
    ///   - version: of the program, such as `Easel 0.1.0`.
    /// - Precondition: `result` has a picture at `index`.
    public init(
        _ request: GenerationRequest, _ result: GenerationResult, index: Int, model: String, modelHash: String?, version: String
    ) {
        var parameters = [
            Parameter("Seed", "\(result.seeds[index])"),
            Parameter("Size", "\(request.width)x\(request.height)"),
            Parameter("Model", model),
            Parameter("Device", Self.list(result.places.map(\.device))),
            Parameter("Precision", Self.list(result.places.map(\.precision))),
            Parameter("OpenVINO", result.runtimeVersion),
            Parameter("Tokens", "\(result.tokenCount)"),
            Parameter("Chunks", "\(result.chunkCount)"),
            Parameter("Version", version),
        ]
        let prompt = result.prompts.indices.contains(index) ? result.prompts[index] : request.prompt
        let negativePrompt = result.negativePrompts.indices.contains(index) ? result.negativePrompts[index] : request.negativePrompt
        let hasBrackets = (prompt + negativePrompt).contains { $0 == "(" || $0 == "[" }
        // As A1111: emphasis only where there is something to emphasize.
        for field in GenerationField.all where field.key != GenerationField.emphasis.key || hasBrackets {
            if let text = field.infotext(of: request) { parameters.append(Parameter(field.name, text)) }
        }
        if result.dependsOnScheduleCounting {
            parameters.append(Parameter(GenerationField.scheduleCounting.name, request.scheduleCounting.rawValue))
        }
        if !result.ignored.isEmpty { parameters.append(Parameter("Ignored", result.ignored.joined(separator: ", "))) }
        if let errors = Self.errors(result.relativeErrors) { parameters.append(Parameter("Fidelity", errors)) }
        let fallbacks = result.moves.map(\.description) + result.incidents
        if !fallbacks.isEmpty { parameters.append(Parameter("Fallback", fallbacks.joined(separator: " "))) }
        if let modelHash { parameters.append(Parameter("Model hash", String(modelHash.prefix(10)))) }
        self.init(prompt: prompt, negativePrompt: negativePrompt, parameters: parameters)
    }

    /// How the prompt's schedules counted: as it says itself, or as the program counts that made it. nil when that is not known.
    public var scheduleCounting: ScheduleCounting? {
        if let named = self[GenerationField.scheduleCounting.name], let counting = ScheduleCounting(rawValue: named.lowercased()) {
            return counting
        }
        if self["App"] == "SD.Next" { return .sdnext }
        guard let version = self["Version"] else { return nil }
        if version.hasPrefix("Easel") { return .sdnext }
        // "v1.10.1", "v1.6.0-2-g4afaaf8a"; Forge, which is A1111 in this, has both numbers: "f2.0.1v1.10.1-previous-…".
        return version.contains(/^(f[0-9.]+)?v[0-9]/) ? .a1111 : nil
    }

    /// `text CPU, unet GPU.0, vae GPU.0`
    private static func list(_ values: PerStage<String>) -> String {
        "text \(values.encode), unet \(values.denoise), vae \(values.decode)"
    }

    /// `text 0, unet 0.0021`: relative errors to two digits, of those that are known.
    private static func errors(_ values: PerStage<Double?>) -> String? {
        let known = [("text", values.encode), ("unet", values.denoise), ("vae", values.decode)].compactMap { name, error in
            error.map { "\(name) \($0.twoDigits)" }
        }
        return known.isEmpty ? nil : known.joined(separator: ", ")
    }

}

extension Double {
    /// `0.0021`, `0`, `1.3e-06`
    fileprivate var twoDigits: String {
        guard self != 0, isFinite else { return self == 0 ? "0" : "\(self)" }
        var unit = 1.0
        while abs(self) * unit < 10 { unit *= 10 }
        return "\((self * unit).rounded() / unit)"
    }
}
