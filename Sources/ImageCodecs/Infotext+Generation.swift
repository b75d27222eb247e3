public import Generation
import Sampling

extension GenerationResult {
    /// Writes the infotext of each picture.
    /// - Parameters:
    ///   - request: the one that the result is of.
    ///   - model: the checkpoint's file name without its extension.
    ///   - modelHash: the file's SHA-256 in hexadecimal, of which the first 10 digits are kept; nil leaves it out.
    ///   - parts: of the model, from files of their own.
    ///   - version: of the program, such as `Easel 0.1.0`.
    public mutating func writeInfotexts(
        for request: GenerationRequest, model: String, modelHash: String?, parts: [ModelPart] = [], version: String
    ) {
        for index in pictures.indices {
            pictures[index].infotext =
                Infotext(request, self, pictures[index], model: model, modelHash: modelHash, parts: parts, version: version).description
        }
    }
}

extension GenerationResult {
    /// Writes how each picture was enlarged, in the words of A1111's extras, and by what. Prompts and seed are those of the picture's own
    /// infotext, which stays as it is; the upscaler `None` leaves nothing else to tell.
    /// - Parameters:
    ///   - request: the one that the result is of.
    ///   - version: of the program, such as `Easel 0.1.0`.
    public mutating func writePostprocessing(for request: GenerationRequest, version: String) {
        for index in pictures.indices {
            // Lists tell what is on a picture, not only that it was enlarged.
            let source = Infotext(parsing: pictures[index].infotext)
            (pictures[index].prompt, pictures[index].negativePrompt) = (source.prompt, source.negativePrompt)
            if let seed = source["Seed"].flatMap({ UInt64($0) }) { pictures[index].seed = seed }
        }
        guard !request.upscaling.leavesPictures else { return }
        var parts = Infotext.enlarging(request).map { "\($0.key): \(QuotedValue.quoting($0.value))" }
        parts += ["Device: \(places.decode.device)", "Precision: \(places.decode.precision)", "OpenVINO: \(runtimeVersion)"]
        if !moves.isEmpty { parts.append("Fallback: \(QuotedValue.quoting(moves.map(\.description).joined(separator: " ")))") }
        parts.append("Version: \(version)")
        for index in pictures.indices { pictures[index].postprocessing = parts.joined(separator: ", ") }
    }
}

extension Infotext {
    /// The text for one picture of a request.
    /// - Parameters:
    ///   - picture: one of `result.pictures`.
    ///   - model: the checkpoint's file name without its extension.
    ///   - modelHash: the file's SHA-256 in hexadecimal, of which the first 10 digits are kept.
    ///   - parts: of the model, from files of their own: `VAE` and `VAE hash` as A1111 has them, `Text encoder`.
    ///   - version: of the program, such as `Easel 0.1.0`.
    public init(
        _ request: GenerationRequest, _ result: GenerationResult, _ picture: Picture<RGBImage>, model: String, modelHash: String?,
        parts: [ModelPart] = [], version: String
    ) {
        var parameters = [
            Parameter("Seed", "\(picture.seed)"),
            Parameter("Size", "\(request.width)x\(request.height)"),
            Parameter("Model", model),
            Parameter("Device", Self.list(result.places.map(\.device))),
            Parameter("Precision", Self.list(result.places.map(\.precision))),
            Parameter("OpenVINO", result.runtimeVersion),
            Parameter("Tokens", "\(result.tokenCount)"),
            Parameter("Chunks", "\(result.chunkCount)"),
            Parameter("Version", version),
        ]
        if let seed = picture.variationSeed { parameters.append(Parameter(GenerationField.variationSeed.name, "\(seed)")) }
        let hasBrackets = (picture.prompt + picture.negativePrompt).contains { $0 == "(" || $0 == "[" }
        // As A1111: emphasis only where there is something to emphasize.
        for field in GenerationField.all where field.key != GenerationField.emphasis.key || hasBrackets {
            if let text = field.infotext(of: request) { parameters.append(Parameter(Self.name(of: field, in: request), text)) }
        }
        if result.dependsOnScheduleCounting {
            parameters.append(Parameter(GenerationField.scheduleCounting.name, request.scheduleCounting.rawValue))
        }
        if !picture.loras.isEmpty {
            // A1111 takes the signs out that separate entries.
            let entries = picture.loras.map { "\($0.name.filter { $0 != ":" && $0 != "," }): \($0.hash)" }
            parameters.append(Parameter("Lora hashes", entries.joined(separator: ", ")))
        }
        if !result.ignored.isEmpty { parameters.append(Parameter("Ignored", result.ignored.joined(separator: ", "))) }
        if let errors = Self.errors(result.relativeErrors) { parameters.append(Parameter("Fidelity", errors)) }
        let fallbacks = result.moves.map(\.description) + result.incidents
        if !fallbacks.isEmpty { parameters.append(Parameter("Fallback", fallbacks.joined(separator: " "))) }
        if let modelHash { parameters.append(Parameter("Model hash", String(modelHash.prefix(10)))) }
        for part in parts where part.kind == .vae {
            parameters.append(Parameter("VAE", part.name))
            if let hash = part.shortHash { parameters.append(Parameter("VAE hash", hash)) }
        }
        let encoders = parts.filter { $0.kind == .textEncoder }.map { part in part.name + (part.shortHash.map { " [\($0)]" } ?? "") }
        if !encoders.isEmpty { parameters.append(Parameter("Text encoder", encoders.joined(separator: ", "))) }
        self.init(prompt: picture.prompt, negativePrompt: picture.negativePrompt, parameters: parameters)
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

    /// A1111 names η in another way for samplers on training steps.
    private static func name(of field: GenerationField, in request: GenerationRequest) -> String {
        field.key == GenerationField.eta.key && !request.sampler.takes(.uniform) ? "Eta DDIM" : field.name
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
