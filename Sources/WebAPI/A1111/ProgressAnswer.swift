public import FoundationEssentials
public import Generation
import ImageCodecs

/// The drawing in progress, as `GET /sdapi/v1/progress` needs it.
public struct DrawingProgress: Sendable {
    /// Names what is drawn; nil while nothing is.
    public var job: String?
    /// Jobs that are being drawn or wait.
    public var jobCount: Int
    /// The time at which the drawing began; nil while nothing is drawn.
    public var startedAt: Date?
    /// Over all runs of what is drawn.
    public var step: Int
    /// Steps over all runs; 0 while nothing is drawn.
    public var steps: Int
    /// Until it is finished, in seconds.
    public var remainingSeconds: Double?
    /// Previews of the pictures so far, in their order; empty until the first one is made.
    public var previews: [RGBImage]
    /// The present work, such as a compile, in words.
    public var text: String?
    /// Whether somebody asked for it to stop.
    public var isInterrupted: Bool

    /// Tells of a drawing; without arguments, that nothing is drawn.
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
    /// A1111's account of its present work.
    public struct State: Codable, Sendable {
        /// Whether the run was skipped in A1111; always false here.
        public var skipped = false
        /// Whether somebody asked for the drawing to stop.
        public var interrupted: Bool
        /// Whether A1111 is about to stop after the present picture; always false here.
        public var stoppingGeneration = false
        /// The name of the drawing; empty while nothing is drawn.
        public var job: String
        /// Jobs that are being drawn or wait.
        public var jobCount: Int
        /// The time at which the drawing began: `20260131235959`; `0` while nothing is drawn.
        public var jobTimestamp: String
        /// The number of the run in A1111; always 0 here, since steps count over all runs.
        public var jobNo = 0
        /// Steps that are done, over all runs.
        public var samplingStep: Int
        /// Steps of all runs together.
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
    /// The present work.
    public var state: State
    /// A small PNG as base64, without a prefix.
    @OrNull public var currentImage: String?
    /// The present work in words, such as a compile; null when there is nothing to say.
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
