public import FoundationEssentials
import Generation
public import Jobs

// Answers of routes that SD.Next has beside A1111's. What nobody knows here is null.

/// The answer to `GET /sdapi/v1/checkpoint`: the current model, with a class when it is loaded.
public struct CheckpointAnswer: Codable, Sendable {
    @OrNull public var type: String?
    @OrNull public var `class`: String?
    @OrNull public var checkpoint: String?
    @OrNull public var title: String?
    @OrNull public var name: String?
    /// Without its place.
    @OrNull public var filename: String?
    /// The first 10 digits of the SHA-256.
    @OrNull public var hash: String?

    public init(_ model: ModelSummary?) {
        let isLoaded = model?.isLoaded == true
        type = isLoaded ? "sd" : nil
        self.class = isLoaded ? "StableDiffusionPipeline" : nil
        checkpoint = model?.name
        title = model?.title
        name = model?.name
        filename = model?.file
        hash = model?.shortHash
    }
}

/// The answer to `POST /sdapi/v1/checkpoint`.
public struct CheckpointLoadedAnswer: Codable, Sendable {
    public var ok = true

    public init() {}
}

/// The answer to `GET /sdapi/v1/modules`: the networks of the current model, and where they run; nothing of them until it is loaded.
public struct ModulesAnswer: Codable, Sendable {
    public struct Module: Codable, Sendable {
        public var `class`: String
        @OrNull public var params: Int?
        @OrNull public var modules: Int?
        @OrNull public var quant: String?
        /// OpenVINO's: `CPU`, `GPU.0`.
        public var device: String
        public var dtype: String
    }

    @OrNull public var model: String?
    @OrNull public var type: String?
    @OrNull public var `class`: String?
    @OrNull public var size: Int?
    @OrNull public var mtime: String?
    public var modules: [Module]

    /// - Parameter fidelity: of the current model.
    public init(_ model: ModelSummary?, _ fidelity: FidelitySummary) {
        let checkpoint = CheckpointAnswer(model)
        self.model = model?.name
        type = checkpoint.type
        self.class = checkpoint.class
        modules = fidelity.components.map { row in
            Module(class: row.component.className, params: nil, modules: nil, quant: nil, device: row.device, dtype: row.precision)
        }
    }
}

extension Stage {
    /// The class's name in diffusers.
    fileprivate var className: String {
        switch self {
        case .encode: "CLIPTextModel"
        case .denoise: "UNet2DConditionModel"
        case .decode: "AutoencoderKL"
        }
    }
}

/// A job, as `GET /sdapi/v1/history` lists it.
public struct HistoryItem: Codable, Sendable {
    public var id: String
    public var job: String
    /// Its state.
    public var op: String
    /// When it was submitted, in seconds since 1970.
    public var timestamp: Double
    /// Time of drawing, in seconds.
    @OrNull public var duration: Double?
    /// Addresses of its pictures.
    public var outputs: [String]

    public init(_ job: Job) {
        id = job.id.description
        self.job = "txt2img"
        op = job.state.rawValue
        timestamp = job.submittedAt.timeIntervalSince1970
        duration = job.startedAt.flatMap { began in job.endedAt.map { max(0, $0.timeIntervalSince(began)) } }
        outputs = job.pictures.map { PictureAddress.file($0) }
    }
}

/// The answer to `GET /sdapi/v1/system-info/status`.
public struct SystemStatusAnswer: Codable, Sendable {
    public struct Version: Codable, Sendable {
        public var app: String
        public var version: String
    }

    public struct State: Codable, Sendable {
        public var started: String
        /// `3/20`, over all runs; empty while nothing is drawn.
        public var step: String
        /// Jobs that are drawn or wait.
        public var jobs: Int
    }

    public struct Model: Codable, Sendable {
        public var configured: String
        /// Null until it is loaded.
        @OrNull public var loaded: String?
    }

    public var date: Date
    /// When the server began.
    public var uptime: Date
    public var version: Version
    public var state: State
    public var memory: MemoryAnswer
    public var model: Model
    public var models: [String]
    public var schedulers: [String]
    public var backend: String

    /// - Parameters:
    ///   - version: of the program: `0.1.0`.
    ///   - startedAt: when the server began.
    public init(version: String, startedAt: Date, now: Date, _ drawing: DrawingProgress, memory: MemoryAnswer, models: ModelCatalog) {
        date = now
        uptime = startedAt
        self.version = Version(app: "Easel", version: version)
        state = State(
            started: drawing.startedAt?.a1111Timestamp ?? "0", step: drawing.job == nil ? "" : "\(drawing.step)/\(drawing.steps)",
            jobs: drawing.jobCount)
        self.memory = memory
        model = Model(configured: models.currentTitle, loaded: models.models.first { $0.name == models.current && $0.isLoaded }?.title)
        self.models = models.models.map(\.title)
        schedulers = SamplerItem.all.map(\.name)
        backend = "OpenVINO"
    }
}
