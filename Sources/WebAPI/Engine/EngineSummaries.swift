public import Files
public import Generation
public import Jobs

// Answers of the engine. They are what Easel's own API sends, so keys are in snake case.

/// A model that requests can name, as `GET /api/v1/models` lists it.
public struct ModelSummary: Sendable, Equatable, Codable {
    /// The name under which requests ask for the model.
    public var name: String
    /// SHA-256 of the file in hexadecimal; nil until it is known.
    @OrNull public var sha256: String?
    /// The file's or folder's place below its model folder: `sub/name.safetensors`.
    public var file: String
    /// Whether the model is loaded and ready to draw; any other is loaded by the first request for it.
    public var isLoaded: Bool
    /// Side in pixels of the squares that it was trained on, and draws best; nil when the file cannot be opened.
    @OrNull public var nativeSize: Int?
    /// Sizes that it draws best, as `1216x832`, the square first; empty when the file cannot be opened.
    public var nativeSizes: [String]
    /// Width and height are multiples of this, in pixels.
    public var sizeMultiple = GenerationRequest.sideMultiple
    /// Whether it is told `original_size`, `crop_top_left` and `target_size`; other models take no notice of them.
    public var takesSizes: Bool
    /// Whether it was made for inpainting: it is told the mask and what is around it.
    public var isForInpainting: Bool
    /// Whether a tiny VAE that fits it is there, so that `vae_decoder` may be `tiny`.
    public var hasTinyVAE: Bool
    /// The settings for a model that seems to draw in few steps; nil for all others, and while the file has not been read.
    @OrNull public var suits: SuitableSettings?
    /// The line of models that it belongs to: `SD 1.5`, `SDXL`; nil when the file cannot be opened.
    @OrNull public var family: String?
    /// Size of its files in bytes; nil when they cannot be opened.
    @OrNull public var bytes: Int?
    /// The folder that it lies in, below its model folder: `sub`; empty for the model folder itself.
    public var folder: String
    /// The settings that it is best drawn with, for what a request leaves out; nil when neither the user nor a file beside it says any.
    @OrNull public var defaults: ModelDefaults?
    /// Whether it is a diffusers folder, not a file.
    public var isFolder: Bool
    /// The license in the words of the hub that it was fetched from; nil when no file beside it tells.
    @OrNull public var license: String?
    /// The page that it was fetched from; nil when no file beside it tells.
    @OrNull public var page: String?
    /// Models that it was made from or for; empty when no file beside it tells.
    public var baseModels: [String]
    /// The latest picture of the gallery that it drew; nil when there is none, and in answers that do not list models.
    @OrNull public var lastDrawn: LastDrawing?

    /// Makes the summary of one model; `sizeMultiple` keeps its default.
    public init(
        name: String, sha256: String?, file: String, isLoaded: Bool, nativeSize: Int? = nil, nativeSizes: [String] = [],
        takesSizes: Bool = false, isForInpainting: Bool = false, hasTinyVAE: Bool = false, suits: SuitableSettings? = nil,
        family: String? = nil, bytes: Int? = nil, defaults: ModelDefaults? = nil, isFolder: Bool = false, license: String? = nil,
        page: String? = nil, baseModels: [String] = []
    ) {
        self.isFolder = isFolder
        self.baseModels = baseModels
        (self.license, self.page) = (license, page)
        self.name = name
        self.sha256 = sha256
        self.file = file
        self.isLoaded = isLoaded
        self.nativeSize = nativeSize
        self.nativeSizes = nativeSizes
        self.takesSizes = takesSizes
        self.isForInpainting = isForInpainting
        self.hasTinyVAE = hasTinyVAE
        self.suits = suits
        self.family = family
        self.bytes = bytes
        folder = file.split(separator: "/").dropLast().joined(separator: "/")
        self.defaults = defaults
    }

    private enum CodingKeys: String, CodingKey {
        case name, sha256, file, suits, family, bytes, folder, defaults, license, page
        case isFolder = "is_folder"
        case baseModels = "base_models"
        case lastDrawn = "last_drawn"
        case isLoaded = "is_loaded"
        case nativeSize = "native_size"
        case nativeSizes = "native_sizes"
        case sizeMultiple = "size_multiple"
        case takesSizes = "takes_sizes"
        case isForInpainting = "is_for_inpainting"
        case hasTinyVAE = "has_tiny_vae"
    }
}

/// The machine's devices and where the current model runs on them, as `GET /api/v1/devices` answers.
public struct DeviceSummaries: Sendable, Equatable, Codable {
    /// A device that OpenVINO finds on the machine.
    public struct Device: Sendable, Equatable, Codable {
        /// OpenVINO's: `CPU`, `GPU.0`.
        public var name: String
        /// The maker's name for the device, as OpenVINO's `FULL_DEVICE_NAME` tells it.
        public var fullName: String
        /// Which precision each accuracy mode leads to; a refusal in words where it is refused.
        public var modes: [String: String]

        /// Makes a device from OpenVINO's names and the outcome of each accuracy mode.
        public init(name: String, fullName: String, modes: [String: String]) {
            self.name = name
            self.fullName = fullName
            self.modes = modes
        }

        private enum CodingKeys: String, CodingKey { case name, fullName = "full_name", modes }
    }

    /// Where a component of the current model runs.
    public struct Assignment: Sendable, Equatable, Codable {
        /// The stage that runs there.
        public var component: Stage
        /// OpenVINO's name of the device: `CPU`, `GPU.0`.
        public var device: String
        /// The precision as read back after compiling, `f32` for example; the one that was asked for before the first compile.
        public var precision: String

        /// Makes the assignment of a stage to a device.
        public init(component: Stage, device: String, precision: String) {
            self.component = component
            self.device = device
            self.precision = precision
        }
    }

    /// A measurement of `auto` for a component on a device.
    public struct Measurement: Sendable, Equatable, Codable {
        /// The stage that was measured.
        public var component: Stage
        /// OpenVINO's name of the device: `CPU`, `GPU.0`.
        public var device: String
        /// The precision that the device computed in; the one that was asked for when it was refused.
        public var precision: String
        /// Seconds of one call; nil when it was refused.
        public var seconds: Double?
        /// Against CPU f32, relative L2; nil when it was refused.
        public var relativeError: Double?
        /// Whether `auto` took this precision for the component.
        public var isChosen: Bool

        /// Makes one row; figures that are not finite have to be left out, as JSON has none.
        public init(component: Stage, device: String, precision: String, seconds: Double?, relativeError: Double?, isChosen: Bool) {
            self.component = component
            self.device = device
            self.precision = precision
            self.seconds = seconds
            self.relativeError = relativeError
            self.isChosen = isChosen
        }

        private enum CodingKeys: String, CodingKey {
            case component, device, precision, seconds
            case relativeError = "relative_error"
            case isChosen = "is_chosen"
        }
    }

    /// OpenVINO's version: `2026.4.1`.
    public var openvino: String
    /// The devices in OpenVINO's order.
    public var devices: [Device]
    /// The place of each stage; empty while no model is loaded.
    public var assignments: [Assignment]
    /// The precisions that `auto` has tried for the current model; empty where it had nothing to choose.
    public var measurements: [Measurement]
    /// Drivers that are missing for hardware that was found, in sentences.
    public var advice: [String]
    /// The same as data, sentence by sentence, for pages in other languages.
    public var hints: [Hint] = []
    /// Why no model is loaded, and what to do, in sentences; null while one is, or is being loaded.
    @OrNull public private(set) var problem: String?
    /// The same as data: the name of the reason; null as before.
    @OrNull public private(set) var problemReason: ErrorReason.Name?
    /// The values of the reason; null as before.
    @OrNull public private(set) var problemValues: [String: JSONValue]?
    /// Seconds of a step of the latest picture that the current model drew here; null before the first.
    @OrNull public var secondsPerStep: Double?
    /// Memory of this program in bytes, models included; 0 where the system does not tell.
    public var memoryUsedBytes = 0
    /// Memory of the machine in bytes; 0 where the system does not tell.
    public var memoryTotalBytes = 0

    /// Makes the answer; without a loaded model, `assignments` and `measurements` are empty. The server adds the figures of memory.
    public init(
        openvino: String, devices: [Device], assignments: [Assignment] = [], measurements: [Measurement] = [], advice: [String] = [],
        problem: PublicReason? = nil, secondsPerStep: Double? = nil
    ) {
        self.openvino = openvino
        self.devices = devices
        self.assignments = assignments
        self.measurements = measurements
        self.advice = advice
        self.secondsPerStep = secondsPerStep
        tell(problem)
    }

    /// Tells why no model is loaded; nil while one is, or is being loaded.
    public mutating func tell(_ reason: PublicReason?) {
        problem = reason?.description
        problemReason = reason?.reason.name
        problemValues = reason?.reason.values.mapValues(JSONValue.init)
    }

    private enum CodingKeys: String, CodingKey {
        case openvino, devices, assignments, measurements, advice, hints, problem
        case problemReason = "problem_reason"
        case problemValues = "problem_values"
        case secondsPerStep = "seconds_per_step"
        case memoryUsedBytes = "memory_used_bytes"
        case memoryTotalBytes = "memory_total_bytes"
    }
}

/// The compiled networks in memory and the compiles so far, as `GET /api/v1/compilations` answers.
public struct CompilationSummaries: Sendable, Equatable, Codable {
    /// A compiled network that is in memory.
    public struct Compilation: Sendable, Equatable, Codable {
        /// Names it in `DELETE /api/v1/compilations/{id}`.
        public var id: String
        /// The compile that it came from.
        public var record: CompileRecord
        /// Times that it was found ready.
        public var hits: Int

        /// Makes the entry of a compiled network.
        public init(id: String, record: CompileRecord, hits: Int) {
            self.id = id
            self.record = record
            self.hits = hits
        }
    }

    /// In memory now.
    public var ready: [Compilation]
    /// Everything that was compiled since the start, oldest first; the last hundred.
    public var history: [CompileRecord]
    /// Bytes of compiled networks on disk.
    public var diskCacheBytes: Int

    /// Makes the answer; `history` is expected to be cut to a hundred already.
    public init(ready: [Compilation], history: [CompileRecord], diskCacheBytes: Int) {
        self.ready = ready
        self.history = history
        self.diskCacheBytes = diskCacheBytes
    }

    private enum CodingKeys: String, CodingKey { case ready, history, diskCacheBytes = "disk_cache_bytes" }
}

/// The error of each stage against CPU f32, as `GET /api/v1/fidelity` answers.
public struct FidelitySummary: Sendable, Equatable, Codable {
    /// A stage, its place, and its latest comparison with the reference.
    public struct Row: Sendable, Equatable, Codable {
        /// The stage that was compared.
        public var component: Stage
        /// OpenVINO's name of the device: `CPU`, `GPU.0`.
        public var device: String
        /// The precision as read back after compiling; the one that was asked for before the first compile.
        public var precision: String
        /// The error of the latest probe, relative L2 against CPU f32; nil before the first, and when it was not finite.
        public var relativeError: Double?
        /// Cosine of the angle between the answers and the reference, 1 for the same direction; nil before the first probe.
        public var cosine: Double?
        /// The largest relative error that is within bounds.
        public var bound: Double
        /// How many times as fast as the reference.
        public var speedRatio: Double?
        /// Seconds since the latest probe; nil before the first.
        public var secondsSinceProbe: Double?
        /// The remedy for a drift, or why there is none.
        public var notice: String?
        /// The same as data: one, or none.
        public var notices: [Notice]

        /// Makes one row; figures that are not finite have to be left out, as JSON has none.
        public init(
            component: Stage, device: String, precision: String, relativeError: Double?, cosine: Double?, bound: Double,
            speedRatio: Double?, secondsSinceProbe: Double?, notice: Notice?
        ) {
            self.component = component
            self.device = device
            self.precision = precision
            self.relativeError = relativeError
            self.cosine = cosine
            self.bound = bound
            self.speedRatio = speedRatio
            self.secondsSinceProbe = secondsSinceProbe
            self.notice = notice?.description
            notices = notice.map { [$0] } ?? []
        }

        private enum CodingKeys: String, CodingKey {
            case component, device, precision, cosine, bound, notice, notices
            case relativeError = "relative_error"
            case speedRatio = "speed_ratio"
            case secondsSinceProbe = "seconds_since_probe"
        }
    }

    /// The name of the current model; nil when none is loaded.
    public var model: String?
    /// Whether the latest probes of all stages were within their bounds; true before the first, null when no model is loaded.
    @OrNull public var isWithinBounds: Bool?
    /// The verdict of the latest probes in a sentence, or that there was none yet; null when no model is loaded.
    @OrNull public var verdict: String?
    /// A row for each stage, in the order text encoder, UNet, VAE; empty when no model is loaded.
    public var components: [Row]
    /// Oldest first; the last hundred.
    public var events: [FidelityNotice]

    /// Makes the answer; without a loaded model it has no rows and no verdict.
    public init(model: String?, isWithinBounds: Bool?, verdict: String?, components: [Row], events: [FidelityNotice]) {
        self.model = model
        self.isWithinBounds = isWithinBounds
        self.verdict = verdict
        self.components = components
        self.events = events
    }

    private enum CodingKeys: String, CodingKey { case model, isWithinBounds = "is_within_bounds", verdict, components, events }
}

/// A picture as the reference draws it, the CPU in f32, and as it is drawn where the settings have it.
public struct ComparisonSummary: Sendable, Equatable, Codable {
    /// The name of the model that drew both.
    public var model: String
    /// Whether the pictures are alike enough, and the drawn one is not suspicious by itself. Networks are compared by a check.
    public var isWithinBounds: Bool
    /// The same in sentences.
    public var verdict: String
    /// Notices of all that needs attention; empty when all is well.
    public var notices: [Notice]
    /// Peak signal-to-noise ratio in dB; nil when the pictures are equal.
    @OrNull public var psnr: Double?
    /// Structural similarity; 1 when the pictures are equal.
    public var ssim: Double
    /// Whether the pictures are equal in every byte.
    public var isEqual: Bool
    /// How many times greater the difference is shown than it is.
    public var amplification: Int
    /// These are data URLs of PNG files.
    public var reference: String
    /// The picture as the settings have it drawn: a data URL of a PNG file.
    public var drawn: String
    /// The amplified distance in each channel, black where the pictures are equal: a data URL of a PNG file.
    public var difference: String

    /// Makes the answer from pictures that are encoded already.
    public init(
        model: String, isWithinBounds: Bool, verdict: String, notices: [Notice] = [], psnr: Double?, ssim: Double, isEqual: Bool,
        amplification: Int, reference: String, drawn: String, difference: String
    ) {
        self.model = model
        self.isWithinBounds = isWithinBounds
        self.verdict = verdict
        self.notices = notices
        self.psnr = psnr
        self.ssim = ssim
        self.isEqual = isEqual
        self.amplification = amplification
        self.reference = reference
        self.drawn = drawn
        self.difference = difference
    }

    private enum CodingKeys: String, CodingKey {
        case model, verdict, notices, psnr, ssim, amplification, reference, drawn, difference
        case isWithinBounds = "is_within_bounds"
        case isEqual = "is_equal"
    }
}

/// The things that prompts can name.
public struct PromptResourceSummary: Sendable, Equatable, Codable {
    /// A style that requests can put on their prompts.
    public struct Style: Sendable, Equatable, Codable {
        /// The name under which requests ask for the style.
        public var name: String
        /// The text that is put on the prompt; `{prompt}` stands for the prompt itself.
        public var prompt: String
        /// The text that is put on the negative prompt, in the same way.
        public var negativePrompt: String

        /// Makes a style's entry; either text may be empty.
        public init(name: String, prompt: String, negativePrompt: String) {
            self.name = name
            self.prompt = prompt
            self.negativePrompt = negativePrompt
        }

        private enum CodingKeys: String, CodingKey { case name, prompt, negativePrompt = "negative_prompt" }
    }

    /// A textual inversion, which prompts name by a word.
    public struct Embedding: Sendable, Equatable, Codable {
        /// The word in prompts.
        public var name: String
        /// Vectors of the inversion: the number of positions that the word takes in a chunk.
        public var vectorCount: Int
        /// Numbers of each vector, which is the width of the text encoder that it is for.
        public var width: Int

        /// Makes the entry of an inversion with `vectorCount` vectors of `width` numbers.
        public init(name: String, vectorCount: Int, width: Int) {
            self.name = name
            self.vectorCount = vectorCount
            self.width = width
        }

        private enum CodingKeys: String, CodingKey { case name, vectorCount = "vector_count", width }
    }

    /// The styles that requests can name.
    public var styles: [Style]
    /// The textual inversions that can be read.
    public var embeddings: [Embedding]
    /// Names of the wildcard files, as `__name__` in a prompt refers to them.
    public var wildcards: [String]
    /// Names of the LoRAs.
    public var loras: [String]

    /// Makes the answer from the kinds of things that prompts can name.
    public init(styles: [Style], embeddings: [Embedding], wildcards: [String], loras: [String] = []) {
        self.styles = styles
        self.embeddings = embeddings
        self.wildcards = wildcards
        self.loras = loras
    }
}
