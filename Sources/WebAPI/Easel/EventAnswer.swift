public import FoundationEssentials
import Generation
import ImageCodecs
public import Jobs

/// Something that happened to a job, as a server-sent event tells it.
public struct EventAnswer: Sendable {
    /// For the line `event:`.
    public let name: String
    /// For the line `data:`, JSON on one line.
    public let data: Data
    /// Whether no event of the job comes after it.
    public let isFinal: Bool

    /// - Parameter time: when it happened.
    public init(_ event: JobEvent, of job: JobID, at time: Date) {
        let details = EventDetails(event, of: job, at: time)
        name = details.event.rawValue
        data = WebJSON.data(details)
        isFinal = event.isFinal
    }
}

/// What stands in an event's `data`.
struct EventDetails: Codable {
    enum Name: String, Codable, CaseIterable {
        case queued, started, compiling, moved, encoding, step, preview, decoding, done, failed, cancelled
    }

    var event: Name
    var job: String
    var time: Date
    /// queued: how many jobs come before it.
    var position: Int?
    /// started: which attempt, from 1.
    var attempt: Int?
    /// compiling, moved: `text_encoder`, `unet`, `vae`.
    var component: Component?
    /// compiling: OpenVINO's name of the device.
    var device: String?
    /// compiling: what is fixed, in words: `batch 2, latents 64×64, up to 4 chunks`.
    var shape: String?
    /// compiling: why: `first use`, `new size`, `longer prompt`, …
    var reason: String?
    /// moved: what happened, as a sentence.
    var text: String?
    /// step: how many of `of` are done, over all runs. decoding: which picture, from 0.
    var n: Int?
    var of: Int?
    /// preview: data URLs, an eighth of the pictures' size.
    var previews: [String]?
    /// done.
    var pictures: [JobAnswer.Picture]?
    /// failed: why, as a sentence.
    var error: String?

    init(_ event: JobEvent, of job: JobID, at time: Date) {
        self.job = job.description
        self.time = time
        switch event {
        case .queued(let position):
            self.event = .queued
            self.position = position
        case .started(let attempt):
            self.event = .started
            self.attempt = attempt
        case .compiling(let compile):
            self.event = .compiling
            component = compile.component
            device = compile.device
            shape = compile.shape
            reason = compile.reason.rawValue
        case .moved(let move):
            self.event = .moved
            component = move.component
            text = move.description
        case .encoding:
            self.event = .encoding
        case .step(let done, let total):
            self.event = .step
            (n, of) = (done, total)
        case .preview(let images):
            self.event = .preview
            previews = images.compactMap(\.previewURL)
        case .decoding(let index, let total):
            self.event = .decoding
            (n, of) = (index, total)
        case .done(let pictures):
            self.event = .done
            self.pictures = pictures.map(JobAnswer.Picture.init)
        case .failed(let reason):
            self.event = .failed
            error = reason
        case .cancelled:
            self.event = .cancelled
        }
    }
}

extension RGBImage {
    /// Small rather than exact: it is looked at for a second.
    fileprivate var previewURL: String? {
        // What cannot be encoded is not shown.
        guard let file = try? encoded(as: .jpeg, quality: 75) else { return nil }
        return "data:image/jpeg;base64," + Data(file).base64EncodedString()
    }
}
