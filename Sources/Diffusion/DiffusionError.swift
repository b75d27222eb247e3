public import Checkpoints
public import Compilation
public import Generation
public import OpenVINO
public import Prompting
public import Sampling

/// Why there is no picture.
public enum DiffusionError: Error, Sendable, CustomStringConvertible {
    case request(InvalidRequest)
    case checkpoint(CheckpointError)
    case tokenizer(TokenizerError)
    /// The checkpoint's scheduler configuration cannot be used.
    case schedule(SamplingError)
    case compilation(CompilationError)
    /// A device failed while it ran a network.
    case device(OpenVINOError)
    /// A file of the checkpoint was changed while a network read it. The text says which.
    case checkpointChanged(String)
    /// A network's numbers left the range of floating point.
    case nonFinite(CompileKey)
    case cancelled
    /// An error that no layer below declares.
    case unknown(any Error)

    public var description: String {
        switch self {
        case .request(let error): error.description
        case .checkpoint(let error): error.description
        case .tokenizer(let error): error.description
        case .schedule(let error): error.description
        case .compilation(let error): error.description
        case .device(let error): error.description
        case .checkpointChanged(let change): change
        case .nonFinite(let key):
            "The \(key.network) on \(key.placement) answered with numbers that are not finite. "
                + (key.placement.arithmetic == .exactly(.f32)
                    ? "Its weights may be damaged: download the checkpoint again." : "Try --precision f32.")
        case .cancelled: "Interrupted."
        case .unknown(let error): "\(error)"
        }
    }

    /// Whether the checkpoint's files are to blame, so that the failure says nothing of the device.
    public var isCheckpointAtFault: Bool {
        switch self {
        case .checkpoint, .checkpointChanged, .tokenizer, .schedule: true
        case .compilation(let error): error.isCheckpointAtFault
        case .request, .device, .nonFinite, .cancelled, .unknown: false
        }
    }

    /// How the stage failed that threw the error; nil when no other placement would help.
    var stageFailure: StageFailure? {
        switch self {
        case .nonFinite: .numbers
        case .device: .device
        case .compilation(let error): error.isCheckpointAtFault ? nil : .device
        case .request, .checkpoint, .checkpointChanged, .tokenizer, .schedule, .cancelled, .unknown: nil
        }
    }

    /// Says which layer an error comes from.
    public init(_ error: any Error) {
        self = switch error {
        case let error as DiffusionError: error
        case let error as InvalidRequest: .request(error)
        case let error as SamplingError where error.isCheckpointAtFault: .schedule(error)
        case let error as SamplingError: .request(InvalidRequest(error))
        case let error as CheckpointError: .checkpoint(error)
        case let error as TokenizerError: .tokenizer(error)
        case let error as CompilationError: .compilation(error)
        case OpenVINOError.cancelled, is CancellationError: .cancelled
        case OpenVINOError.memoryChanged(let change): .checkpointChanged(change)
        case let error as OpenVINOError: .device(error)
        default: .unknown(error)
        }
    }
}

extension DiffusionError: ReasonedError {
    public var errorReason: ErrorReason {
        switch self {
        case .request(let error): error.errorReason
        case .checkpoint(let error): error.errorReason
        case .tokenizer(let error): error.errorReason
        case .schedule(let error): error.errorReason
        case .compilation(let error): error.errorReason
        case .device(let error): error.errorReason
        case .checkpointChanged: ErrorReason(.fileChanged)
        case .nonFinite(let key):
            ErrorReason(.notFinite, [
                "device": .init(key.placement.device), "part": .text(key.network.stage.rawValue),
                "precision": .text("\(key.placement.arithmetic)"),
            ])
        case .cancelled: ErrorReason(.brokenOff)
        case .unknown(let error): (error as? any ReasonedError)?.errorReason ?? ErrorReason(.failed)
        }
    }
}

extension InvalidRequest {
    /// A number of steps that a sampler cannot take.
    init(_ error: SamplingError) { self.init(field: "steps", error.errorReason, error.description) }
}

extension SamplingError {
    fileprivate var isCheckpointAtFault: Bool { if case .noiseSchedule = self { true } else { false } }
}
