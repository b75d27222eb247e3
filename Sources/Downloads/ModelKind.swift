/// A kind of model, as the hub tells it.
public enum ModelKind: Sendable, Hashable, CustomStringConvertible {
    case checkpoint, lora, vae, tinyVAE, embedding, upscaler
    /// A kind that Easel has no folder for, in the hub's word.
    case other(String)

    /// `checkpoint`, `LoRA`; other kinds in the hub's word.
    public var description: String {
        switch self {
        case .checkpoint: "checkpoint"
        case .lora: "LoRA"
        case .vae: "VAE"
        case .tinyVAE: "tiny VAE"
        case .embedding: "embedding"
        case .upscaler: "upscaler"
        case .other(let name): name
        }
    }

    /// The kind that CivitAI's `type` means.
    init(civitAI type: String) {
        switch type.lowercased() {
        case "checkpoint": self = .checkpoint
        case "lora", "locon", "dora", "lycoris": self = .lora
        case "vae": self = .vae
        case "textualinversion": self = .embedding
        case "upscaler": self = .upscaler
        default: self = .other(type)
        }
    }
}
