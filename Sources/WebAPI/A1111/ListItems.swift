import Generation
import Sampling

// What A1111's lists hold: an array of these is the answer.

/// A model, as A1111's `/sdapi/v1/sd-models` lists it.
public struct ModelItem: Codable, Sendable {
    /// The name that clients show and send back as `sd_model_checkpoint`: the file, and the short hash in brackets when it is known.
    public var title: String
    /// The name under which requests ask for the model.
    public var modelName: String
    /// The first 10 digits of the SHA-256; null until it is known.
    @OrNull public var hash: String?
    /// SHA-256 of the file in hexadecimal; null until it is known.
    @OrNull public var sha256: String?
    /// Without its place: that is nobody's business who asks over a network.
    public var filename: String
    /// A configuration file beside the model in A1111; always null here.
    @OrNull public var config: String?

    /// `GET /sdapi/v1/sd-models`.
    public init(_ model: ModelSummary) {
        title = model.title
        modelName = model.name
        hash = model.shortHash
        sha256 = model.sha256
        filename = model.file
    }

    private enum CodingKeys: String, CodingKey { case title, modelName = "model_name", hash, sha256, filename, config }
}

/// A sampler, as A1111's `/sdapi/v1/samplers` lists it.
public struct SamplerItem: Codable, Sendable {
    /// A1111's name of the sampler, such as `Euler a`.
    public var name: String
    /// Other names in A1111 that requests may use, in k-diffusion's spelling.
    public var aliases: [String]
    /// A1111's options of the sampler: the schedule that "Automatic" stands for under `scheduler`, unless it is the even one, and traits.
    public var options: [String: String]

    /// `GET /sdapi/v1/samplers`.
    public static let all = Sampler.all.map { sampler in
        SamplerItem(name: sampler.name, aliases: sampler.aliases, options: sampler.a1111Options)
    }
}

extension Sampler {
    /// As A1111 says them; clients read `scheduler`.
    fileprivate var a1111Options: [String: String] {
        var options: [String: String] = [:]
        if automaticSchedule != .uniform { options["scheduler"] = automaticSchedule.name }
        if evaluationsPerStep == 2 { options["second_order"] = "True" }
        if addedNoise == .brownian { options["brownian_noise"] = "True" }
        if discardsPenultimate { options["discard_next_to_last_sigma"] = "True" }
        return options
    }
}

/// A schedule of noise levels, as A1111's `/sdapi/v1/schedulers` lists it.
public struct SchedulerItem: Codable, Sendable {
    /// The name that requests use: `sgm_uniform`.
    public var name: String
    /// The name that pages and infotexts show: `SGM Uniform`.
    public var label: String
    /// Other names that A1111 knows for the schedule; null when there are none.
    @OrNull public var aliases: [String]?
    /// The exponent ρ by default, as for Karras; −1 for schedules without one.
    public var defaultRho: Double
    /// Whether A1111 computes the levels from the model's own training schedule.
    public var needInnerModel: Bool

    /// `GET /sdapi/v1/schedulers`.
    public static let all = Schedule.all.map { schedule in
        SchedulerItem(
            name: schedule.name, label: schedule.label, aliases: schedule.aliases.isEmpty ? nil : schedule.aliases,
            defaultRho: schedule.defaultRho ?? -1, needInnerModel: schedule.takesTrainingSteps)
    }

    private enum CodingKeys: String, CodingKey {
        case name, label, aliases, defaultRho = "default_rho", needInnerModel = "need_inner_model"
    }
}

/// A style, as A1111's `/sdapi/v1/prompt-styles` lists it.
public struct StyleItem: Codable, Sendable {
    /// The name that requests give in `styles`.
    public var name: String
    /// The text that is put on the prompt; `{prompt}` stands for the prompt itself.
    public var prompt: String
    /// The text that is put on the negative prompt, in the same way.
    public var negativePrompt: String

    /// `GET /sdapi/v1/prompt-styles`.
    public init(_ style: PromptResourceSummary.Style) {
        name = style.name
        prompt = style.prompt
        negativePrompt = style.negativePrompt
    }

    private enum CodingKeys: String, CodingKey { case name, prompt, negativePrompt = "negative_prompt" }
}

/// The answer to `GET /sdapi/v1/embeddings`.
public struct EmbeddingsAnswer: Codable, Sendable {
    /// A textual inversion, under the word that names it in prompts.
    public struct Item: Codable, Sendable {
        /// Steps of its training in A1111; null, as it is not known here.
        @OrNull public var step: Int?
        /// Hash of the model that it was trained on; null, as it is not known here.
        @OrNull public var sdCheckpoint: String?
        /// Name of the model that it was trained on; null, as it is not known here.
        @OrNull public var sdCheckpointName: String?
        /// Numbers of each vector.
        public var shape: Int
        /// Vectors of the inversion: the number of positions that its word takes in a chunk.
        public var vectors: Int

        private enum CodingKeys: String, CodingKey {
            case step, shape, vectors, sdCheckpoint = "sd_checkpoint", sdCheckpointName = "sd_checkpoint_name"
        }
    }

    /// The inversions that prompts can use, by name.
    public var loaded: [String: Item]
    /// Inversions that A1111 leaves out because they do not fit the model; always empty here.
    public var skipped: [String: Item] = [:]

    /// Makes the answer; of two inversions with the same name it lists the first.
    public init(_ embeddings: [PromptResourceSummary.Embedding]) {
        let items = embeddings.map {
            ($0.name, Item(step: nil, sdCheckpoint: nil, sdCheckpointName: nil, shape: $0.width, vectors: $0.vectorCount))
        }
        loaded = Dictionary(items) { first, _ in first }
    }
}

/// The answer to `GET /sdapi/v1/scripts`.
public struct ScriptsAnswer: Codable, Sendable {
    /// Names of scripts for pictures from text; always empty.
    public var txt2img: [String] = []
    /// Names of scripts for pictures from pictures.
    public var img2img = [A1111Request.softScript.name]

    public init() {}
}

/// The answer to `GET /sdapi/v1/memory`, in bytes. No memory of a device is known: `cuda` says so as A1111 does.
public struct MemoryAnswer: Codable, Sendable {
    /// Memory of the machine in bytes.
    public struct RAM: Codable, Sendable {
        /// Bytes that any process may still take.
        public var free: Int
        /// Bytes that this process takes.
        public var used: Int
        /// Bytes of the whole machine.
        public var total: Int
    }

    /// The machine's memory and the process's share of it.
    public var ram: RAM
    /// A1111's answer on a machine without CUDA: the reason under `error`.
    public var cuda = ["error": "unavailable"]

    /// - Parameters:
    ///   - used: by this process.
    ///   - total: of the machine.
    ///   - available: to any process.
    public init(used: Int, total: Int, available: Int) { ram = RAM(free: available, used: used, total: total) }
}

/// The answer to `GET /sdapi/v1/cmd-flags`: A1111's names of what a client may want to know.
public struct CommandFlagsAnswer: Codable, Sendable {
    /// Whether the API is on; always true here.
    public var api = true
    /// Whether other machines can call the server.
    public var listen: Bool
    /// The port on which the server listens.
    public var port: Int
    /// Without places on the disk, passwords and keys.
    public var useOpenvino = true

    /// - Parameter listen: whether other machines can call.
    public init(listen: Bool, port: Int) {
        self.listen = listen
        self.port = port
    }

    private enum CodingKeys: String, CodingKey { case api, listen, port, useOpenvino = "use_openvino" }
}

/// A LoRA, as A1111's `/sdapi/v1/loras` lists it.
public struct LoRAItem: Codable, Sendable {
    /// The name that stands in a tag: the file's without its ending.
    public var name: String
    /// The name that its trainer gave it; the file's where it has none.
    public var alias: String
    /// The file below the folder of LoRAs: the rest of the path is nobody's business who asks over a network.
    public var path: String
    /// The file's metadata, as text.
    public var metadata: [String: String]

    /// `GET /sdapi/v1/loras`.
    public init(_ lora: LoRASummary) {
        (name, alias, path, metadata) = (lora.name, lora.alias ?? lora.name, lora.file, lora.metadata)
    }
}

/// An upscaler of pictures, as A1111's `/sdapi/v1/upscalers` lists it.
public struct UpscalerItem: Codable, Sendable {
    /// The name that requests send.
    public var name: String
    /// The name of its file without ending; null for those without a network.
    @OrNull public var modelName: String?
    /// The name of its file, without its place: that is not told over a network. null for those without a network.
    @OrNull public var modelPath: String?
    /// Where it can be got; always null.
    @OrNull public var modelURL: String?
    /// How many times as large it makes each side by itself.
    public var scale: Int

    /// `GET /sdapi/v1/upscalers`. The first must be None: SillyTavern takes it away and puts the latent modes in its place.
    public init(_ upscaler: UpscalerSummary) {
        name = upscaler.name
        modelName = upscaler.path == nil ? nil : upscaler.name
        modelPath = upscaler.file
        // A1111 says 4 of those without a network as well.
        scale = upscaler.path == nil ? 4 : upscaler.scale
    }

    private enum CodingKeys: String, CodingKey {
        case name, modelName = "model_name", modelPath = "model_path", modelURL = "model_url", scale
    }
}

/// A Real-ESRGAN network, as A1111's `/sdapi/v1/realesrgan-models` lists it.
public struct RealESRGANItem: Codable, Sendable {
    /// A1111's name, which requests may send: `R-ESRGAN 4x+`.
    public var name: String
    /// The name of its file, without its place.
    public var path: String
    /// How many times as large it makes each side.
    public var scale: Int

    /// `GET /sdapi/v1/realesrgan-models`: those among some upscalers that A1111 has a name for.
    public static func items(_ upscalers: [UpscalerSummary]) -> [RealESRGANItem] {
        UpscalerName.realESRGAN.compactMap { name, stem in
            guard let upscaler = upscalers.first(where: { $0.name.lowercased() == stem.lowercased() }), let file = upscaler.file else {
                return nil
            }
            return RealESRGANItem(name: name, path: file, scale: upscaler.scale)
        }
    }
}

/// A way to enlarge latents, as A1111's `/sdapi/v1/latent-upscale-modes` lists it.
public struct LatentUpscaleItem: Codable, Sendable {
    /// The name that requests send.
    public var name: String

    /// `GET /sdapi/v1/latent-upscale-modes`.
    public static let all = LatentUpscaler.allCases.map { LatentUpscaleItem(name: $0.rawValue) }
}
