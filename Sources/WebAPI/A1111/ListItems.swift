import Generation

// What A1111's lists hold: an array of these is the answer.

public struct ModelItem: Codable, Sendable {
    public var title: String
    public var modelName: String
    @OrNull public var hash: String?
    @OrNull public var sha256: String?
    /// Without its place: that is nobody's business who asks over a network.
    public var filename: String
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

public struct SamplerItem: Codable, Sendable {
    public var name: String
    public var aliases: [String]
    public var options: [String: String]

    /// `GET /sdapi/v1/samplers`.
    public static let all = Sampler.allCases.map { sampler in
        SamplerItem(
            name: sampler.rawValue, aliases: sampler.a1111Aliases,
            options: sampler.automaticSchedule == .normal ? [:] : ["scheduler": sampler.automaticSchedule.rawValue])
    }
}

extension Sampler {
    fileprivate var a1111Aliases: [String] {
        switch self {
        case .euler: ["k_euler"]
        case .eulerAncestral: ["k_euler_a", "k_euler_ancestral"]
        case .heun: ["k_heun"]
        case .dpmpp2M: ["k_dpmpp_2m"]
        case .ddim, .lcm: []
        }
    }
}

public struct SchedulerItem: Codable, Sendable {
    public var name: String
    public var label: String
    @OrNull public var aliases: [String]?
    public var defaultRho: Double
    public var needInnerModel: Bool

    /// `GET /sdapi/v1/schedulers`.
    public static let all =
        [SchedulerItem(name: "automatic", label: "Automatic", aliases: nil, defaultRho: -1, needInnerModel: false)]
        + Schedule.allCases.map { schedule in
            SchedulerItem(
                name: schedule.rawValue, label: schedule.label, aliases: schedule == .normal ? ["uniform"] : nil,
                defaultRho: schedule == .karras ? 7 : -1, needInnerModel: schedule == .normal || schedule == .sgmUniform)
        }

    private enum CodingKeys: String, CodingKey {
        case name, label, aliases, defaultRho = "default_rho", needInnerModel = "need_inner_model"
    }
}

public struct StyleItem: Codable, Sendable {
    public var name: String
    public var prompt: String
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
    public struct Item: Codable, Sendable {
        @OrNull public var step: Int?
        @OrNull public var sdCheckpoint: String?
        @OrNull public var sdCheckpointName: String?
        /// Numbers of each vector.
        public var shape: Int
        public var vectors: Int

        private enum CodingKeys: String, CodingKey {
            case step, shape, vectors, sdCheckpoint = "sd_checkpoint", sdCheckpointName = "sd_checkpoint_name"
        }
    }

    public var loaded: [String: Item]
    public var skipped: [String: Item] = [:]

    public init(_ embeddings: [PromptResourceSummary.Embedding]) {
        let items = embeddings.map {
            ($0.name, Item(step: nil, sdCheckpoint: nil, sdCheckpointName: nil, shape: $0.width, vectors: $0.vectorCount))
        }
        loaded = Dictionary(items) { first, _ in first }
    }
}

/// The answer to `GET /sdapi/v1/scripts`: there are none.
public struct ScriptsAnswer: Codable, Sendable {
    public var txt2img: [String] = []
    public var img2img: [String] = []

    public init() {}
}

/// The answer to `GET /sdapi/v1/memory`, in bytes. No memory of a device is known: `cuda` says so as A1111 does.
public struct MemoryAnswer: Codable, Sendable {
    public struct RAM: Codable, Sendable {
        public var free: Int
        public var used: Int
        public var total: Int
    }

    public var ram: RAM
    public var cuda = ["error": "unavailable"]

    /// - Parameters:
    ///   - used: by this process.
    ///   - total: of the machine.
    ///   - available: to any process.
    public init(used: Int, total: Int, available: Int) { ram = RAM(free: available, used: used, total: total) }
}

/// The answer to `GET /sdapi/v1/cmd-flags`: A1111's names of what a client may want to know.
public struct CommandFlagsAnswer: Codable, Sendable {
    public var api = true
    public var listen: Bool
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
