public import Generation
public import Jobs

// Answers of the engine. They are what Easel's own API sends, so keys are in snake case.

public struct ModelSummary: Sendable, Equatable, Codable {
    public var name: String
    /// SHA-256 of the file in hexadecimal; nil until it is known.
    @OrNull public var sha256: String?
    /// The file's or folder's place below its model folder: `sub/name.safetensors`.
    public var file: String
    public var isLoaded: Bool
    /// Side in pixels of the squares that it was trained on, and draws best; nil when the file cannot be opened.
    @OrNull public var nativeSize: Int?
    /// Sizes that it draws best, as `1216x832`, the square first; empty when the file cannot be opened.
    public var nativeSizes: [String]
    /// Width and height are multiples of this, in pixels.
    public var sizeMultiple = GenerationRequest.sideMultiple

    public init(name: String, sha256: String?, file: String, isLoaded: Bool, nativeSize: Int? = nil, nativeSizes: [String] = []) {
        self.name = name
        self.sha256 = sha256
        self.file = file
        self.isLoaded = isLoaded
        self.nativeSize = nativeSize
        self.nativeSizes = nativeSizes
    }

    private enum CodingKeys: String, CodingKey {
        case name, sha256, file
        case isLoaded = "is_loaded"
        case nativeSize = "native_size"
        case nativeSizes = "native_sizes"
        case sizeMultiple = "size_multiple"
    }
}

public struct DeviceSummaries: Sendable, Equatable, Codable {
    public struct Device: Sendable, Equatable, Codable {
        /// OpenVINO's: `CPU`, `GPU.0`.
        public var name: String
        public var fullName: String
        /// Which precision each accuracy mode leads to; a refusal in words where it is refused.
        public var modes: [String: String]

        public init(name: String, fullName: String, modes: [String: String]) {
            self.name = name
            self.fullName = fullName
            self.modes = modes
        }

        private enum CodingKeys: String, CodingKey { case name, fullName = "full_name", modes }
    }

    /// Where a component of the current model runs.
    public struct Assignment: Sendable, Equatable, Codable {
        public var component: Stage
        public var device: String
        public var precision: String

        public init(component: Stage, device: String, precision: String) {
            self.component = component
            self.device = device
            self.precision = precision
        }
    }

    /// A measurement of `auto` for a component on a device.
    public struct Measurement: Sendable, Equatable, Codable {
        public var component: Stage
        public var device: String
        public var precision: String
        /// Seconds of one call; nil when it was refused.
        public var seconds: Double?
        /// Against CPU f32, relative L2; nil when it was refused.
        public var relativeError: Double?
        public var isChosen: Bool

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
    public var devices: [Device]
    public var assignments: [Assignment]
    public var measurements: [Measurement]
    /// Drivers that are missing for hardware that was found, in sentences.
    public var advice: [String]

    public init(openvino: String, devices: [Device], assignments: [Assignment], measurements: [Measurement], advice: [String]) {
        self.openvino = openvino
        self.devices = devices
        self.assignments = assignments
        self.measurements = measurements
        self.advice = advice
    }
}

public struct CompilationSummaries: Sendable, Equatable, Codable {
    public struct Compilation: Sendable, Equatable, Codable {
        /// Names it in `DELETE /api/v1/compilations/{id}`.
        public var id: String
        public var record: CompileRecord
        /// Times that it was found ready.
        public var hits: Int

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
    public var diskCacheBytes: Int

    public init(ready: [Compilation], history: [CompileRecord], diskCacheBytes: Int) {
        self.ready = ready
        self.history = history
        self.diskCacheBytes = diskCacheBytes
    }

    private enum CodingKeys: String, CodingKey { case ready, history, diskCacheBytes = "disk_cache_bytes" }
}

public struct FidelitySummary: Sendable, Equatable, Codable {
    public struct Row: Sendable, Equatable, Codable {
        public var component: Stage
        public var device: String
        public var precision: String
        /// The error of the latest probe, relative L2 against CPU f32; nil before the first, and when it was not finite.
        public var relativeError: Double?
        public var cosine: Double?
        public var bound: Double
        /// How many times as fast as the reference.
        public var speedRatio: Double?
        public var secondsSinceProbe: Double?
        /// The remedy for a drift, or why there is none.
        public var notice: String?

        public init(
            component: Stage, device: String, precision: String, relativeError: Double?, cosine: Double?, bound: Double,
            speedRatio: Double?, secondsSinceProbe: Double?, notice: String?
        ) {
            self.component = component
            self.device = device
            self.precision = precision
            self.relativeError = relativeError
            self.cosine = cosine
            self.bound = bound
            self.speedRatio = speedRatio
            self.secondsSinceProbe = secondsSinceProbe
            self.notice = notice
        }

        private enum CodingKeys: String, CodingKey {
            case component, device, precision, cosine, bound, notice
            case relativeError = "relative_error"
            case speedRatio = "speed_ratio"
            case secondsSinceProbe = "seconds_since_probe"
        }
    }

    public var model: String?
    public var isWithinBounds: Bool
    public var verdict: String
    public var components: [Row]
    /// Oldest first; the last hundred.
    public var events: [FidelityNotice]

    public init(model: String?, isWithinBounds: Bool, verdict: String, components: [Row], events: [FidelityNotice]) {
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
    public var model: String
    /// Whether the pictures are alike enough, and the drawn one is not suspicious by itself. Networks are compared by a check.
    public var isWithinBounds: Bool
    /// The same in sentences.
    public var verdict: String
    /// Peak signal-to-noise ratio in dB; nil when the pictures are equal.
    @OrNull public var psnr: Double?
    /// Structural similarity; 1 when the pictures are equal.
    public var ssim: Double
    public var isEqual: Bool
    /// How many times greater the difference is shown than it is.
    public var amplification: Int
    /// These are data URLs of PNG files.
    public var reference: String
    public var drawn: String
    public var difference: String

    public init(
        model: String, isWithinBounds: Bool, verdict: String, psnr: Double?, ssim: Double, isEqual: Bool, amplification: Int,
        reference: String, drawn: String, difference: String
    ) {
        self.model = model
        self.isWithinBounds = isWithinBounds
        self.verdict = verdict
        self.psnr = psnr
        self.ssim = ssim
        self.isEqual = isEqual
        self.amplification = amplification
        self.reference = reference
        self.drawn = drawn
        self.difference = difference
    }

    private enum CodingKeys: String, CodingKey {
        case model, verdict, psnr, ssim, amplification, reference, drawn, difference
        case isWithinBounds = "is_within_bounds"
        case isEqual = "is_equal"
    }
}

/// How a prompt is read.
public struct PromptSummary: Sendable, Equatable, Codable {
    public struct Token: Sendable, Equatable, Codable {
        public var text: String
        public var weight: Double

        public init(text: String, weight: Double) {
            self.text = text
            self.weight = weight
        }
    }

    /// The text of a part between ANDs up to an evaluation of the UNet, counted from 1. Most samplers have one in each step.
    public struct Scheduled: Sendable, Equatable, Codable {
        public var until: Int
        public var text: String

        public init(until: Int, text: String) {
            self.until = until
            self.text = text
        }
    }

    /// As A1111 counts.
    public var tokenCount: Int
    /// 75 for each chunk.
    public var tokenCapacity: Int
    /// Without begin, end and filling.
    public var chunks: [[Token]]
    /// The schedule of each part between ANDs.
    public var schedules: [[Scheduled]]
    /// In sentences.
    public var warnings: [String]

    public init(tokenCount: Int, tokenCapacity: Int, chunks: [[Token]], schedules: [[Scheduled]] = [], warnings: [String]) {
        self.tokenCount = tokenCount
        self.tokenCapacity = tokenCapacity
        self.chunks = chunks
        self.schedules = schedules
        self.warnings = warnings
    }

    private enum CodingKeys: String, CodingKey {
        case tokenCount = "token_count", tokenCapacity = "token_capacity", chunks, schedules, warnings
    }
}

/// The things that prompts can name.
public struct PromptResourceSummary: Sendable, Equatable, Codable {
    public struct Style: Sendable, Equatable, Codable {
        public var name: String
        public var prompt: String
        public var negativePrompt: String

        public init(name: String, prompt: String, negativePrompt: String) {
            self.name = name
            self.prompt = prompt
            self.negativePrompt = negativePrompt
        }

        private enum CodingKeys: String, CodingKey { case name, prompt, negativePrompt = "negative_prompt" }
    }

    public struct Embedding: Sendable, Equatable, Codable {
        public var name: String
        public var vectorCount: Int
        public var width: Int

        public init(name: String, vectorCount: Int, width: Int) {
            self.name = name
            self.vectorCount = vectorCount
            self.width = width
        }

        private enum CodingKeys: String, CodingKey { case name, vectorCount = "vector_count", width }
    }

    public var styles: [Style]
    public var embeddings: [Embedding]
    public var wildcards: [String]

    public init(styles: [Style], embeddings: [Embedding], wildcards: [String]) {
        self.styles = styles
        self.embeddings = embeddings
        self.wildcards = wildcards
    }
}
