import FoundationEssentials
import Generation

/// End of a job.
public enum JobOutcome: Sendable, Equatable, Codable {
    /// Drawn and stored.
    case done([PictureID])
    /// Failed, with the reason for the client.
    case failed(PublicReason)
    /// Ended by a client.
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
    /// - Parameter kept: pictures that were finished before it failed or was cancelled.
    func ended(_ outcome: JobOutcome, at time: Date, keeping kept: [PictureID] = []) -> Job {
        var job = self
        job.state = outcome.state
        job.endedAt = time
        job.pictures = kept
        let note = kept.isEmpty ? "" : " \(kept.count) of \(request.pictureCount) pictures were finished before, and are kept."
        switch outcome {
        case .done(let pictures): job.pictures = pictures
        case .failed(let reason): (job.failure, job.failureReason) = (reason.description + note, reason.reason)
        case .cancelled: (job.failure, job.failureReason) = ("It was cancelled." + note, ErrorReason(.cancelled))
        }
        return job
    }

    /// End of a job that is over; nil while it waits or runs.
    var outcome: JobOutcome? {
        switch state {
        case .queued, .running: nil
        case .done: .done(pictures)
        case .failed: .failed(PublicReason(failureReason ?? ErrorReason(.failed), failure ?? "The reason was not written down."))
        case .cancelled: .cancelled
        }
    }
}
