import FoundationEssentials

/// How a job is over.
public enum JobOutcome: Sendable, Equatable {
    case done([PictureID])
    /// Why, as a sentence for the client.
    case failed(String)
    case cancelled

    var state: JobState {
        switch self {
        case .done: .done
        case .failed: .failed
        case .cancelled: .cancelled
        }
    }

    var event: JobEvent {
        switch self {
        case .done(let pictures): .done(pictures)
        case .failed(let reason): .failed(reason)
        case .cancelled: .cancelled
        }
    }
}

extension Job {
    func ended(_ outcome: JobOutcome, at time: Date) -> Job {
        var job = self
        job.state = outcome.state
        job.endedAt = time
        switch outcome {
        case .done(let pictures): job.pictures = pictures
        case .failed(let reason): job.failure = reason
        case .cancelled: job.failure = "It was cancelled."
        }
        return job
    }

    /// What has become of a job that is over.
    var outcome: JobOutcome? {
        switch state {
        case .queued, .running: nil
        case .done: .done(pictures)
        case .failed: .failed(failure ?? "The reason was not written down.")
        case .cancelled: .cancelled
        }
    }
}
