public import Generation

/// Something that happened, to a job or to what draws jobs, for whoever watches.
public enum JobEvent: Sendable, Equatable {
    /// In the queue; `position` 0 is next.
    case queued(position: Int)
    case started(attempt: Int)
    case compiling(Compiling)
    /// A component failed and goes on elsewhere.
    case moved(Move)
    case encoding
    /// `done` of `total` steps, counted over all runs of the job.
    case step(done: Int, total: Int)
    /// The pictures so far, an eighth of their size.
    case preview([RGBImage])
    case decoding(index: Int, total: Int)
    /// Warnings about the pictures, in whole sentences; comes right before the end.
    case warned([String])
    case done([PictureID])
    case failed(String)
    case cancelled

    // To no job

    /// A component was compared with the reference.
    case fidelity(FidelityNotice)
    /// A model is being loaded, is ready, or cannot be loaded.
    case model(Readiness)

    /// Whether no event of the job comes after it.
    public var isFinal: Bool {
        switch self {
        case .done, .failed, .cancelled: true
        default: false
        }
    }
}
