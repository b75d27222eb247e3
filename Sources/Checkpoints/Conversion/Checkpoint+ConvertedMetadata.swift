import Files
import FoundationEssentials

/// A LoRA that is merged into a checkpoint, for the file's metadata.
public struct MergedLoRA: Sendable, Hashable, Encodable {
    /// The file's name with its ending.
    public let file: String
    public let strength: Float
    /// 12 hexadecimal digits; nil when the file could not be read again.
    public let hash: String?

    public init(file: String, strength: Float, hash: String?) { (self.file, self.strength, self.hash) = (file, strength, hash) }
}

extension Checkpoint {
    /// The metadata for a converted file: the own, without what is no longer true, and what the model is made of.
    ///
    /// Names are those of ModelSpec 1.0 (`modelspec.…`) and A1111's (`sd_merge_recipe`).
    /// Source: github.com/Stability-AI/ModelSpec.
    public func convertedMetadata(_ loras: [MergedLoRA] = []) -> [String: String] {
        let outdated = ["modelspec.hash_sha256", "_quantization_metadata", "sshs_model_hash", "sshs_legacy_hash"]
        var texts = metadata.filter { !outdated.contains($0.key) }
        func add(_ key: String, _ value: String) { if texts[key] == nil { texts[key] = value } }
        add("format", "pt")
        add("modelspec.sai_model_spec", "1.0.0")
        add("modelspec.title", name)
        add("modelspec.resolution", "\(nativeSize)x\(nativeSize)")
        let isOfVelocity = family.traits.isPredictionUncertain && scheduler.prediction == .velocity
        add("modelspec.architecture", isOfVelocity ? "stable-diffusion-v2-768-v" : family.traits.architecture)
        add(
            "modelspec.implementation",
            "https://github.com/Stability-AI/" + (conditioning.sizes == nil ? "stablediffusion" : "generative-models"))
        // Known for certain here, whatever the file said.
        texts["modelspec.prediction_type"] = scheduler.prediction == .velocity ? "v" : scheduler.prediction.rawValue
        let parts = ([vaeSource.path] + textEncoderPaths).compactMap { $0?.lastPathComponent }
        guard !loras.isEmpty || !parts.isEmpty else { return texts }
        let file = path.lastPathComponent
        texts["modelspec.merged_from"] = ([file] + loras.map(\.file) + parts).joined(separator: ", ")
        let recipe = MergeRecipe(
            model: file, loras: loras, vae: vaeSource.path?.lastPathComponent,
            textEncoders: textEncoderPaths.compactMap { $0?.lastPathComponent })
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        texts["sd_merge_recipe"] = (try? encoder.encode(recipe)).map { String(decoding: $0, as: UTF8.self) }
        return texts
    }
}

/// The recipe of a file.
private struct MergeRecipe: Encodable {
    let type = "easel"
    let model: String
    let loras: [MergedLoRA]
    let vae: String?
    let textEncoders: [String]

    private enum CodingKeys: String, CodingKey { case type, model, loras, vae, textEncoders = "text_encoders" }
}
