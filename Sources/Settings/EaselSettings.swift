public import Files
public import Generation

/// Everything that a user can set, checked.
///
/// Properties are named as the keys in files; the values here are the defaults. `Setting.all` tells what each means.
public struct EaselSettings: Sendable, Equatable {
    /// Devices in the order in which they are tried for each stage; empty: the best single one of the machine.
    public var openvinoDevices: [String] = []
    /// Devices of one stage; empty: those of `openvinoDevices`.
    public var openvinoDevicesPerComponent = PerStage<[String]>(encode: ["CPU"], denoise: [], decode: [])
    /// Jobs that a server draws side by side on each device of the UNet; 0: one at a time on all of them together.
    public var workersPerDevice = 0
    /// The accuracy of all stages that have none of their own.
    public var openvinoAccuracy = AccuracyMode.auto
    /// Accuracy of one stage; `nil`: that of `openvinoAccuracy`.
    public var openvinoAccuracyPerComponent = PerStage<AccuracyMode?>(encode: .f32, denoise: nil, decode: .f32)
    /// Largest error of a UNet step that `auto` accepts, relative to CPU f32.
    public var autoErrorBound = 0.01
    /// The prediction of all models' UNets.
    public var prediction = PredictionMode.auto
    /// Folders of models, each in the layout of A1111, SD.Next, Forge or ComfyUI, or one of checkpoints alone.
    public var modelFolders: [String] = []
    /// A file or folder whose VAE all models use, or the name of a file in the VAE folders; `none`: each model's own; empty:
    /// `NAME.vae.safetensors` beside a model, or its own.
    public var vae = ""
    /// Files or folders whose text encoders all models use, each where its width fits, or names of files in the folders for text encoders.
    public var textEncoders: [String] = []
    /// A folder with tiny VAEs, or one's file; empty: `~/.local/share/easel/vae-approx`.
    public var tinyVAE = ""
    /// Folders of upscalers' files, separated by `:`; those of the user's data folder come after them.
    public var upscalers = ""
    /// The inputs that are fixed when a network is compiled.
    public var shapes = ShapePolicy.auto
    /// Chunks of 75 tokens that a static shape has room for.
    public var contextChunks = 4
    /// Most memory for compiled models; 0: from the machine's memory.
    public var memoryBudgetBytes = 0
    /// Most space for compiled models on disk; 0: none are kept there.
    public var diskCacheBytes = 20_000_000_000
    /// Pictures between two comparisons with CPU f32; 0: not counted.
    public var fidelityCheckPictures = 50
    /// Hours between two comparisons with CPU f32; 0: not timed.
    public var fidelityCheckHours = 24.0
    /// Largest error against CPU f32, relative L2.
    public var fidelityBounds = PerStage(encode: 0.001, denoise: 0.01, decode: 0.01)
    /// The highest rung for a stage that drifts.
    public var fidelityLastRung = Rung.cpu
    /// Pictures between two reloads; 0: never.
    public var reloadPictures = 0
    /// Hours between two reloads; 0: never.
    public var reloadHours = 0.0

    /// The values of requests that say nothing.
    public var requests = RequestDefaults()
    /// The order in which jobs are drawn.
    public var queue = Queue()
    /// The bounds of requests to the server.
    public var limits = Limits()
    /// The pictures that the server keeps.
    public var pictures = Pictures()
    /// The models that clients of the server may fetch.
    public var downloads = Downloads()

    /// The source of each setting, by key. Keys with their default are left out.
    var sources: [String: SettingSource] = [:]

    /// The defaults.
    public init() {}

    /// Without what concerns requests and the server: opened models have to be opened again when something else than that changes.
    public var ofModels: EaselSettings {
        var settings = self
        (settings.requests, settings.queue, settings.limits, settings.pictures) = (.init(), .init(), .init(), .init())
        settings.downloads = .init()
        settings.sources = [:]
        return settings
    }

    /// The source of the setting of this key.
    public func source(of key: String) -> SettingSource { sources[key] ?? .standard }
}

extension EaselSettings {
    /// The values of a request to the server where it says nothing.
    public struct RequestDefaults: Sendable, Equatable {
        /// Name of the model that is used when none is named.
        public var model = "demo"
        /// The text encoder's layer, 1 for the last; see `Recipe.clipSkip`.
        public var clipSkip = 1
        /// Tokens at the end of a chunk in which a comma may end it; see `Recipe.commaBacktrack`.
        public var commaBacktrack = 20
        /// Whether the shorter prompt is filled up with empty chunks; see `Recipe.padsConditionings`.
        public var padsConditionings = false
        /// The effect of weights in prompts.
        public var emphasis = Emphasis.original
        /// nil: A1111's in its own API and for its pictures, else SD.Next's.
        public var scheduleCounting: ScheduleCounting?
        /// The share of fresh noise in samplers on noise levels; A1111's `eta_ancestral`.
        public var etaAncestral = 1.0
        /// The share of fresh noise in samplers on training steps; A1111's `eta_ddim`.
        public var etaDDIM = 0.0
        /// A request with the values of `GenerationField.samplingOptions`.
        public var options = GenerationRequest(prompt: "")
        /// Steps between two previews; 0: none.
        public var previewSteps = 5
        /// How previews are made.
        public var previewMethod = PreviewMethod.auto
        /// The format that pictures are sent in.
        public var imageFormat = ImageFormat.png
    }

    /// The order in which jobs are drawn.
    public struct Queue: Sendable, Equatable {
        /// Jobs that wait at most; more are refused.
        public var capacity = 1000
        /// Jobs that may be drawn before one whose turn it is, because they need no compile.
        public var patienceJobs = 8
        /// The minutes that it may wait past its turn for that reason.
        public var patienceMinutes = 5.0
        /// Most jobs that are drawn together.
        public var batchSize = 8
        /// The longest time that drawing a job may take, in minutes.
        public var jobMinutes = 60.0
    }

    /// The bounds of requests to the server.
    public struct Limits: Sendable, Equatable {
        /// Most bytes of a request's body.
        public var bodyBytes = 64_000_000
        /// Most pixels of a picture: width times height.
        public var pixels = 2048 * 2048
        /// Most pixels of a picture that is sent in.
        public var inputPixels = 100_000_000
        /// Most steps of a picture.
        public var steps = 150
        /// Most pictures of one job.
        public var pictures = 64
        /// Most characters of a prompt.
        public var promptLength = 50_000
        /// Most requests of one client in a second; 0: any number.
        public var requestsPerSecond = 500
        /// Most event streams that are open at once.
        public var eventStreams = 256
    }

    /// The pictures that the server keeps.
    public struct Pictures: Sendable, Equatable {
        /// Pictures that are kept beside the favourites, the newest; 0: all.
        public var keepCount = 0
        /// Days that pictures are kept that are no favourites; 0: for ever.
        public var keepDays = 0.0
        /// The names of new files below the pictures folder.
        public var names = FileNamePattern.standard
    }
}

extension EaselSettings {
    /// The models that clients of the server may fetch.
    public struct Downloads: Sendable, Equatable {
        /// Clients that may fetch models.
        public var clients = DownloadClients.none
        /// Servers beside the hubs that may be asked: `example.org`, `*.example.org`.
        public var hosts: [String] = []
        /// Bytes of a model at most; 0: any number.
        public var modelBytes = 50_000_000_000
    }
}

/// The clients of a server that may fetch models.
public enum DownloadClients: Sendable, Hashable, Encodable, CustomStringConvertible {
    case none
    /// Everybody who may use the server.
    case all
    /// Accounts and keys of these names.
    case named([String])

    /// Reads `off`, `all`, or names separated by commas.
    /// - Returns: nil for a list without names.
    public init?(_ text: String) {
        switch text.lowercased() {
        case "", "off", "none", "false", "no", "0": self = .none
        case "all", "on", "true", "yes", "1": self = .all
        default:
            guard let names = FolderList.paths(in: text, separator: ","), !names.isEmpty else { return nil }
            self = .named(names)
        }
    }

    /// Text that is read back as the same value.
    public var description: String {
        switch self {
        case .none: "off"
        case .all: "all"
        case .named(let names): names.joined(separator: ", ")
        }
    }

    /// Whether a client is among them.
    public func contains(_ client: String) -> Bool {
        switch self {
        case .none: false
        case .all: true
        case .named(let names): names.contains(client)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// The prediction of a model's UNet. Raw values are those of the setting `prediction`.
public enum PredictionMode: String, Sendable, Hashable, CaseIterable, Codable {
    /// As the model's files say.
    case auto
    case epsilon, v, sample
}
