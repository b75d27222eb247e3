import Files
public import FoundationEssentials
import Generation
import ImageCodecs
public import Jobs

/// Something that happened, as a server-sent event tells it.
public struct EventAnswer: Sendable {
    /// For the line `event:`.
    public let name: String
    /// For the line `data:`, JSON on one line.
    public let data: Data
    /// Whether no event of the job comes after it.
    public let isFinal: Bool

    /// - Parameters:
    ///   - job: nil for what happened to none.
    ///   - time: when it happened.
    public init(_ event: JobEvent, of job: JobID?, at time: Date) {
        let details = EventDetails(event, of: job, at: time)
        name = details.event.rawValue
        data = WebJSON.data(details)
        isFinal = event.isFinal
    }
}

/// The content of an event's `data`.
struct EventDetails: Codable {
    enum Name: String, Codable, CaseIterable {
        case queued, started, compiling, moved, encoding, upscaling, step, preview, decoding, pictures, warnings
        case done, failed, cancelled, queue, fidelity, model, download
    }

    var event: Name
    /// All but queue, fidelity, model and download.
    var job: String?
    var time: Date
    /// queued: how many jobs come before it.
    var position: Int?
    /// started: which attempt, from 1.
    var attempt: Int?
    /// compiling, moved, fidelity: `text_encoder`, `unet`, `vae`.
    var component: Stage?
    /// compiling, fidelity: OpenVINO's name of the device. moved: the one from then on.
    var device: String?
    /// compiling: what is fixed, in words: `batch 2, latents 64×64, up to 4 chunks`.
    var shape: String?
    /// compiling: why: `first use`, `new size`, `longer prompt`, … model: why it failed, as a sentence.
    var reason: String?
    /// moved, fidelity: what happened, in sentences.
    var text: String?
    /// fidelity: the same as data.
    var notice: Notice?
    /// step: how many of `of` are done, over all runs. decoding: which picture, upscaling: which tile, from 0.
    var n: Int?
    var of: Int?
    /// decoding, encoding: the tile that begins, from 0, of how many; not there where the picture is taken as a whole.
    var tile: Int?
    var tiles: Int?
    /// step: which run, from 1, of how many, and which step of how many of the run. pictures: the first two.
    var run: Int?
    var runs: Int?
    var runStep: Int?
    var runSteps: Int?
    /// preview: data URLs, smaller than the pictures will be.
    var previews: [String]?
    /// warnings: what the user should know of the pictures, in sentences.
    var warnings: [String]?
    /// warnings: the same as data.
    var notices: [Notice]?
    /// pictures: those of the run, which are stored. done: all.
    var pictures: [JobAnswer.Picture]?
    /// failed: why, as a sentence.
    var error: String?
    /// failed: the same as data. moved: why.
    var failureReason: ErrorReason.Name?
    var failureValues: [String: JSONValue]?
    /// queue: whether it is paused, and how many jobs wait.
    var isPaused: Bool?
    var waiting: Int?
    /// fidelity, model: whose; its name.
    var model: String?
    /// model.
    var state: ReadinessAnswer.Status?
    /// model: why it failed, as data.
    var reasonCode: ErrorReason.Name?
    var values: [String: JSONValue]?
    /// fidelity: what the component computes in. moved: the same from then on.
    var precision: String?
    /// fidelity: `baseline`, `within_bounds`, `recovered`, `non_finite`, `over_bound`, `over_baseline`, `failed`.
    var finding: String?
    /// fidelity: `none`, `recompile`, `accuracy`, `cpu`, `move`, `give_up`.
    var response: String?
    /// fidelity: against CPU f32, relative L2, …
    var relativeError: Double?
    /// … and the largest that is accepted.
    var bound: Double?
    /// download: what is fetched, and how far it is.
    var download: ModelDownload?

    private enum CodingKeys: String, CodingKey {
        case event, job, time, position, attempt, component, device, shape, reason, text, notice, n, of, tile, tiles, run, runs, previews
        case warnings, notices, pictures, error, waiting, model, state, values, precision, finding, response, bound, download
        case runStep = "run_step"
        case runSteps = "run_steps"
        case failureReason = "failure_reason"
        case failureValues = "failure_values"
        case isPaused = "is_paused"
        case reasonCode = "reason_code"
        case relativeError = "relative_error"
    }

    init(_ event: JobEvent, of job: JobID?, at time: Date) {
        self.job = job?.description
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
            component = compile.network.stage
            device = compile.device
            shape = compile.shape
            reason = compile.reason.rawValue
        case .moved(let move):
            self.event = .moved
            component = move.stage
            (device, precision) = (move.to.device, move.to.arithmetic.description)
            text = move.description
            (failureReason, failureValues) = (move.cause.name, move.cause.values.mapValues(JSONValue.init))
        case .encoding:
            self.event = .encoding
        case .encodingPictures(let tile):
            self.event = .encoding
            (self.tile, tiles) = (tile?.index, tile?.count)
        case .upscaling(let tile, let count):
            self.event = .upscaling
            (n, of) = (tile, count)
        case .step(let done, let total, let progress):
            self.event = .step
            (n, of) = (done, total)
            (run, runs, runStep, runSteps) = (progress.run + 1, progress.runCount, progress.step, progress.stepCount)
        case .pictures(let pictures, let run, let runCount):
            self.event = .pictures
            self.pictures = pictures.map(JobAnswer.Picture.init)
            (self.run, runs) = (run + 1, runCount)
        case .preview(let images):
            self.event = .preview
            previews = images.compactMap(\.previewURL)
        case .decoding(let index, let total, let tile):
            self.event = .decoding
            (n, of) = (index, total)
            (self.tile, tiles) = (tile?.index, tile?.count)
        case .warned(let warnings):
            self.event = .warnings
            self.warnings = warnings.map(\.description)
            notices = warnings
        case .done(let pictures):
            self.event = .done
            self.pictures = pictures.map(JobAnswer.Picture.init)
        case .failed(let reason):
            self.event = .failed
            error = reason.description
            (failureReason, failureValues) = (reason.reason.name, reason.reason.values.mapValues(JSONValue.init))
        case .cancelled:
            self.event = .cancelled
        case .queue(let isPaused, let waitingCount):
            self.event = .queue
            (self.isPaused, waiting) = (isPaused, waitingCount)
        case .fidelity(let notice):
            self.event = .fidelity
            (model, component, device, precision) = (notice.model, notice.component, notice.device, notice.precision)
            (finding, response, relativeError, bound) = (notice.finding, notice.response, notice.relativeError, notice.bound)
            self.time = notice.time
            (text, self.notice) = (notice.text, notice.notice)
        case .download(let download):
            self.event = .download
            self.download = download
        case .model(let readiness):
            let answer = ReadinessAnswer(readiness)
            self.event = .model
            (model, state, reason) = (answer.model, answer.status, answer.reason)
            (reasonCode, values) = (answer.reasonCode, answer.values)
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
