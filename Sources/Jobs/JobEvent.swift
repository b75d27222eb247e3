public import Generation

/// Something that happened to a job, or to the models that draw jobs.
public enum JobEvent: Sendable, Equatable {
    /// In the queue; `position` 0 is next.
    case queued(position: Int)
    /// Begun, for the time given, from 1.
    case started(attempt: Int)
    /// A network is being compiled; takes seconds.
    case compiling(Compiling)
    /// A component failed and goes on elsewhere.
    case moved(Move)
    /// The prompts are turned into embeddings.
    case encoding
    /// Source pictures are turned into latents; with a large one, a tile of it.
    case encodingPictures(tile: TileProgress? = nil)
    /// An upscaler takes the tile with this number, from 0, of all tiles of the pictures.
    case upscaling(tile: Int, of: Int)
    /// `done` of `total` steps, counted over all runs of the job, and how far the present run is.
    case step(done: Int, total: Int, RunProgress = RunProgress())
    /// The pictures so far, smaller than they will be.
    case preview([RGBImage])
    /// Latents are turned into pixels: picture `index`, from 0, of `total`; with a large one, a tile of it.
    case decoding(index: Int, total: Int, tile: TileProgress? = nil)
    /// The pictures of a run are stored, and more runs follow; `run` counts from 0.
    case pictures([PictureID], run: Int, runCount: Int)
    /// Warnings about the pictures; comes right before the end.
    case warned([Notice])
    /// Drawn and stored.
    case done([PictureID])
    /// Failed, with the reason for the client.
    case failed(PublicReason)
    /// Ended by a client.
    case cancelled

    // To no job

    /// The queue was paused, resumed, put into another order or emptied.
    case queue(isPaused: Bool, waitingCount: Int)
    /// A component was compared with the reference.
    case fidelity(FidelityNotice)
    /// A model is being loaded, is ready, or cannot be loaded.
    case model(Readiness)
    /// A model is being fetched: it was asked for, has come forward, or is over.
    case download(ModelDownload)

    /// True when no event of the job comes after it.
    public var isFinal: Bool {
        switch self {
        case .done, .failed, .cancelled: true
        default: false
        }
    }
}
