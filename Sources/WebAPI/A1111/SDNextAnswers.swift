public import FoundationEssentials
import Generation
public import Jobs

// Answers of routes that SD.Next has beside A1111's. What nobody knows here is null.

/// The answer to `GET /sdapi/v1/checkpoint`: the current model, with a class when it is loaded.
public struct CheckpointAnswer: Codable, Sendable {
    /// SD.Next's word for the kind of model, `sd`; null until it is loaded.
    @OrNull public var type: String?
    /// The class of the pipeline in diffusers, `StableDiffusionPipeline`; null until it is loaded.
    @OrNull public var `class`: String?
    /// The model's name; null when there is no model.
    @OrNull public var checkpoint: String?
    /// The file, and the short hash in brackets when it is known; null when there is no model.
    @OrNull public var title: String?
    /// The model's name again, as SD.Next sends it under both keys.
    @OrNull public var name: String?
    /// Without its place.
    @OrNull public var filename: String?
    /// The first 10 digits of the SHA-256.
    @OrNull public var hash: String?

    /// Tells of the current model.
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
    /// Whether the model was loaded; always true, since failures are answered as errors.
    public var ok = true

    public init() {}
}

/// The answer to `GET /sdapi/v1/modules`: the networks of the current model, and where they run; nothing of them until it is loaded.
public struct ModulesAnswer: Codable, Sendable {
    /// A network of the current model.
    public struct Module: Codable, Sendable {
        /// The class of the network in diffusers: `UNet2DConditionModel`.
        public var `class`: String
        /// Parameters of the network in SD.Next; always null here.
        @OrNull public var params: Int?
        /// Layers of the network in SD.Next; always null here.
        @OrNull public var modules: Int?
        /// The kind of quantization in SD.Next; always null here.
        @OrNull public var quant: String?
        /// OpenVINO's: `CPU`, `GPU.0`.
        public var device: String
        /// The precision that the device computes in: `f32`.
        public var dtype: String
    }

    /// The current model's name; null when there is no model.
    @OrNull public var model: String?
    /// SD.Next's word for the kind of model, `sd`; null until it is loaded.
    @OrNull public var type: String?
    /// The class of the pipeline in diffusers; null until the model is loaded.
    @OrNull public var `class`: String?
    /// Bytes of the model's file in SD.Next; always null here.
    @OrNull public var size: Int?
    /// The time of the model's file in SD.Next; always null here.
    @OrNull public var mtime: String?
    /// The networks, in the order text encoder, UNet, VAE; empty until the model is loaded.
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
    /// The kind of job in A1111's words; always `txt2img`.
    public var job: String
    /// Its state.
    public var op: String
    /// When it was submitted, in seconds since 1970.
    public var timestamp: Double
    /// Time of drawing, in seconds.
    @OrNull public var duration: Double?
    /// Addresses of its pictures.
    public var outputs: [String]

    /// Makes the entry of a job. Its duration is null until the job is over.
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
    /// The program and its version.
    public struct Version: Codable, Sendable {
        /// The program's name: `Easel`.
        public var app: String
        /// The program's version: `0.1.0`.
        public var version: String
    }

    /// The drawing in progress.
    public struct State: Codable, Sendable {
        /// The time at which drawing began, as A1111 writes it: `20260131235959`; `0` while nothing is drawn.
        public var started: String
        /// `3/20`, over all runs; empty while nothing is drawn.
        public var step: String
        /// Jobs that are drawn or wait.
        public var jobs: Int
    }

    /// The current model, as it is set and as it is loaded.
    public struct Model: Codable, Sendable {
        /// Title of the model that is set as the current one.
        public var configured: String
        /// Null until it is loaded.
        @OrNull public var loaded: String?
    }

    /// The time of the answer.
    public var date: Date
    /// When the server began.
    public var uptime: Date
    /// The program and its version.
    public var version: Version
    /// The drawing in progress.
    public var state: State
    /// Memory in bytes.
    public var memory: MemoryAnswer
    /// The current model.
    public var model: Model
    /// Titles of all models.
    public var models: [String]
    /// Names of the samplers, which SD.Next calls schedulers.
    public var schedulers: [String]
    /// The library that runs the networks; always `OpenVINO`.
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
