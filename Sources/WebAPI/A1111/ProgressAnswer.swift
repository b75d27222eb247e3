public import FoundationEssentials
public import Generation
import ImageCodecs

/// The drawing in progress, as `GET /sdapi/v1/progress` needs it.
public struct DrawingProgress: Sendable {
    /// Names what is drawn; nil while nothing is.
    public var job: String?
    /// Jobs that are being drawn or wait.
    public var jobCount: Int
    public var startedAt: Date?
    /// Over all runs of what is drawn.
    public var step: Int
    public var steps: Int
    /// Until it is finished, in seconds.
    public var remainingSeconds: Double?
    public var previews: [RGBImage]
    /// The present work, such as a compile, in words.
    public var text: String?
    /// Whether somebody asked for it to stop.
    public var isInterrupted: Bool

    public init(
        job: String? = nil, jobCount: Int = 0, startedAt: Date? = nil, step: Int = 0, steps: Int = 0, remainingSeconds: Double? = nil,
        previews: [RGBImage] = [], text: String? = nil, isInterrupted: Bool = false
    ) {
        self.job = job
        self.jobCount = jobCount
        self.startedAt = startedAt
        self.step = step
        self.steps = steps
        self.remainingSeconds = remainingSeconds
        self.previews = previews
        self.text = text
        self.isInterrupted = isInterrupted
    }
}

/// The answer to `GET /sdapi/v1/progress`. Clients take `progress == 0` with `state.job_count == 0` for idle.
public struct ProgressAnswer: Codable, Sendable {
    public struct State: Codable, Sendable {
        public var skipped = false
        public var interrupted: Bool
        public var stoppingGeneration = false
        public var job: String
        public var jobCount: Int
        public var jobTimestamp: String
        public var jobNo = 0
        public var samplingStep: Int
        public var samplingSteps: Int

        private enum CodingKeys: String, CodingKey {
            case skipped, interrupted, job
            case stoppingGeneration = "stopping_generation"
            case jobCount = "job_count"
            case jobTimestamp = "job_timestamp"
            case jobNo = "job_no"
            case samplingStep = "sampling_step"
            case samplingSteps = "sampling_steps"
        }
    }

    /// 0 ... 1; above 0 as soon as anything is drawn.
    public var progress: Double
    /// Seconds until it is finished; 0 while nobody knows.
    public var etaRelative: Double
    public var state: State
    /// A small PNG as base64, without a prefix.
    @OrNull public var currentImage: String?
    @OrNull public var textinfo: String?

    /// - Parameter skipsImage: `skip_current_image` of the query.
    public init(_ drawing: DrawingProgress, skipsImage: Bool) {
        let isDrawing = drawing.job != nil || drawing.jobCount > 0
        // A1111 begins with 0.01, so that what has just begun is not taken for nothing.
        let share = drawing.steps > 0 ? Double(drawing.step) / Double(drawing.steps) : 0
        progress = isDrawing ? min(1, 0.01 + 0.99 * max(0, share)) : 0
        etaRelative = isDrawing ? max(0, drawing.remainingSeconds ?? 0) : 0
        state = State(
            interrupted: drawing.isInterrupted, job: drawing.job ?? "", jobCount: drawing.jobCount,
            jobTimestamp: drawing.startedAt?.a1111Timestamp ?? "0", samplingStep: drawing.step, samplingSteps: drawing.steps)
        currentImage = skipsImage ? nil : drawing.previews.first.flatMap { try? Data($0.encoded(as: .png)).base64EncodedString() }
        textinfo = drawing.text
    }

    private enum CodingKeys: String, CodingKey {
        case progress, state, textinfo
        case etaRelative = "eta_relative"
        case currentImage = "current_image"
    }
}
