public import FoundationEssentials
public import Generation

/// State of the queue, and of the jobs that are drawn.
public struct QueueProgress: Sendable {
    /// Work that is done for the running jobs.
    public enum Stage: Sendable, Equatable, CustomStringConvertible {
        case starting
        case compiling(Compiling)
        case encoding
        case encodingPictures(tile: TileProgress? = nil)
        /// An upscaler takes the tile with this number, from 0, of so many.
        case upscaling(tile: Int, of: Int)
        case denoising
        case decoding(tile: TileProgress? = nil)
        /// The pictures are written to files.
        case storing

        /// Text for people: `Compiling the UNet for CPU`.
        public var description: String {
            switch self {
            case .starting: "Starting"
            case .compiling(let compile): compile.description
            case .encoding: "Encoding the prompt"
            case .encodingPictures(nil): "Encoding the source picture"
            case .encodingPictures(let tile?): "Encoding the source picture, \(tile)"
            case .upscaling(let tile, let count): "Upscaling, tile \(tile + 1) of \(count)"
            case .denoising: "Drawing"
            case .decoding(nil): "Decoding"
            case .decoding(let tile?): "Decoding, \(tile)"
            case .storing: "Storing the pictures"
            }
        }
    }

    /// Jobs that are drawn together now; none while nothing is drawn.
    public var running: [Job] = []
    /// nil while nothing is drawn.
    public var stage: Stage?
    /// Steps done, over all runs of the job.
    public var step = 0
    /// Number of steps in all runs.
    public var stepCount = 0
    /// The run that is drawn, from 0.
    public var run = 0
    /// Number of runs in all.
    public var runCount = 0
    /// Steps of that run that are done.
    public var runStep = 0
    /// Steps of that run.
    public var runStepCount = 0
    /// The pictures of all running jobs as they look so far, smaller than they will be.
    public var previews: [RGBImage] = []
    /// Time at which drawing began; nil while nothing is drawn.
    public var startedAt: Date?
    /// Seconds until the running jobs are done, as far as can be told from the steps so far; nil before the first.
    public var etaSeconds: Double?

    /// Number of jobs that wait.
    public var waitingCount = 0
    /// Jobs that ended since the start, by their state.
    public var endedCounts: [JobState: Int] = [:]

    public init() {}

    /// How far the run is that is drawn.
    public var runProgress: RunProgress { RunProgress(run: run, runCount: max(1, runCount), step: runStep, stepCount: runStepCount) }

    /// 0…1, over the steps of all runs; 0 while nothing is drawn.
    public var fraction: Double { stepCount > 0 ? min(1, Double(step) / Double(stepCount)) : 0 }
}
