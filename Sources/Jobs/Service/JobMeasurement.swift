public import Generation

/// A number that the service measures, for metrics. Times are in seconds.
public enum JobMeasurement: Sendable {
    /// Time from the submission of a job until it was begun.
    case waited(seconds: Double)
    /// One call of the painter: `jobs` that were drawn together.
    case drawn(jobs: Int, pictures: Int, timings: GenerationTimings, devices: PerStage<String>)
    /// Encoding a job's pictures and writing them down.
    case stored(pictures: Int, seconds: Double)
    /// Time from the submission of a job until it was over.
    case ended(JobState, seconds: Double)
    /// A stage failed, and went on elsewhere.
    case moved(Move)
    /// Jobs that wait, whenever that changes.
    case queueLength(Int)
    /// The archive could not write something down.
    case archiveFailed
}
