public import Generation

/// What a service measures, for whoever counts. Times are in seconds.
public enum JobMeasurement: Sendable {
    /// From its submission until a job was begun.
    case waited(seconds: Double)
    /// One call of the painter: `jobs` that were drawn together.
    case drawn(jobs: Int, pictures: Int, timings: GenerationTimings, devices: PerStage<String>)
    /// Encoding a job's pictures and writing them down.
    case stored(pictures: Int, seconds: Double)
    /// From its submission until a job was over.
    case ended(JobState, seconds: Double)
    case moved(Move)
    /// Jobs that wait, whenever that changes.
    case queueLength(Int)
    /// The archive could not write something down.
    case archiveFailed
}
