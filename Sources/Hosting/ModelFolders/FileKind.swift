public import Downloads

/// A kind of file that people keep in folders of its own.
public enum FileKind: String, Sendable, Hashable, CaseIterable {
    case checkpoints
    case loras
    case embeddings
    case vaes
    case tinyVAEs = "tiny_vaes"
    case upscalers
    case styles
    case wildcards
    /// Models without text encoder and VAE, as ComfyUI keeps them. They are listed with the checkpoints.
    case unets
    case textEncoders = "text_encoders"
    case controlNets = "controlnets"

    /// Whether Easel reads such files.
    public var isUsed: Bool { self != .controlNets }

    /// The name of several, for people: `tiny VAEs`.
    public var label: String {
        switch self {
        case .checkpoints, .embeddings, .upscalers, .styles, .wildcards: rawValue
        case .loras: "LoRAs"
        case .vaes: "VAEs"
        case .tinyVAEs: "tiny VAEs"
        case .unets: "UNets without text encoder and VAE"
        case .textEncoders: "text encoders"
        case .controlNets: "ControlNets"
        }
    }

    /// The place in the user's data folder; nil for what has none of its own.
    var place: String? {
        switch self {
        case .checkpoints: "models"
        case .loras: "loras"
        case .embeddings: "embeddings"
        case .vaes: "vae"
        case .tinyVAEs: "vae-approx"
        case .upscalers: "upscalers"
        case .styles: "styles.csv"
        case .wildcards: "wildcards"
        case .textEncoders: "text_encoders"
        case .unets, .controlNets: nil
        }
    }

    /// The kind of the files that a model consists of; nil when Easel does nothing with such a model.
    public init?(_ kind: ModelKind) {
        switch kind {
        case .checkpoint: self = .checkpoints
        case .lora: self = .loras
        case .vae: self = .vaes
        case .tinyVAE: self = .tinyVAEs
        case .embedding: self = .embeddings
        case .upscaler: self = .upscalers
        case .other: return nil
        }
    }

    /// The names of the folders in which A1111, Forge, SD.Next and ComfyUI keep such files, in lower case with `-` for `_`, in the order in
    /// which they are looked through.
    var folderNames: [String] {
        switch self {
        case .checkpoints: ["stable-diffusion", "checkpoints", "diffusers"]
        case .loras: ["lora", "loras", "lycoris"]
        case .embeddings: ["embeddings"]
        case .vaes: ["vae"]
        case .tinyVAEs: ["vae-approx", "taesd"]
        // Theirs for other networks, such as SwinIR, are left out: those are not read.
        case .upscalers: ["esrgan", "realesrgan", "bsrgan", "upscale-models"]
        case .styles: ["styles"]
        case .wildcards: ["wildcards"]
        case .unets: ["unet", "diffusion-models"]
        case .textEncoders: ["text-encoder", "text-encoders", "clip"]
        case .controlNets: ["controlnet", "control", "t2i-adapter"]
        }
    }

    /// The keys of SD.Next's `config.json` that name such folders.
    var sdNextKeys: [String] {
        switch self {
        case .checkpoints: ["ckpt_dir", "diffusers_dir"]
        case .loras: ["lora_dir"]
        case .embeddings: ["embeddings_dir"]
        case .vaes: ["vae_dir"]
        case .tinyVAEs: []
        case .upscalers: ["esrgan_models_path", "realesrgan_models_path", "bsrgan_models_path"]
        case .styles: ["styles_dir"]
        case .wildcards: ["wildcards_dir"]
        case .unets: ["unet_dir"]
        case .textEncoders: ["te_dir"]
        case .controlNets: ["control_dir"]
        }
    }

    /// The endings of the files, in lower case without the dot.
    var endings: [String] {
        switch self {
        case .checkpoints, .unets, .textEncoders, .vaes: ["safetensors", "ckpt", "pt", "pth"]
        case .loras, .tinyVAEs, .upscalers, .controlNets: ["safetensors", "pt", "pth"]
        case .embeddings: ["safetensors", "pt", "bin"]
        case .styles: ["csv", "json"]
        case .wildcards: ["txt"]
        }
    }

    /// The kind whose files lie in a folder of this name, in any case, with `-` or `_`; nil for another folder.
    init?(folderName name: String) {
        let name = Self.folded(name)
        guard let kind = Self.allCases.first(where: { $0.folderNames.contains(name) }) else { return nil }
        self = kind
    }

    static func folded(_ name: String) -> String { name.lowercased().replacing("_", with: "-") }
}
