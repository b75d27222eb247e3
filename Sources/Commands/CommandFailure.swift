import Checkpoints
import Compilation
import Diffusion
import Downloads
import Generation
import Glibc
import Hosting
import ImageCodecs
import OpenVINO
import Prompting
import Server
import Settings
import Sheets
import Store

/// A failure with the exit code that scripts can rely on (those of `sysexits.h`).
struct CommandFailure: Error, CustomStringConvertible {
    enum Reason: Int32 {
        case usage = 64
        /// A file that was given is missing, damaged or of the wrong kind.
        case badInput = 65
        case deviceUnavailable = 69
        /// A mistake of ours: please report it.
        case software = 70
        case cannotWrite = 74
        /// Ctrl-C: 128 + SIGINT.
        case interrupted = 130
    }

    let reason: Reason
    let description: String

    init(_ reason: Reason, _ description: String) {
        self.reason = reason
        self.description = description
    }

    /// Finds the exit code that fits any error of the layers below.
    init(_ error: any Error) {
        switch error {
        case let failure as CommandFailure:
            self = failure
        case is CancellationError:
            self.init(.interrupted, "Interrupted.")
        case let error as CheckpointError:
            let reason: Reason =
                switch error {
                case .noSpace, .cannotWriteFile, .notAsWritten: .cannotWrite
                default: .badInput
                }
            self.init(reason, error.description)
        case let error as HostingError:
            self.init(error.isInputAtFault ? .badInput : .deviceUnavailable, error.description)
        case let error as ImportError:
            self.init(.badInput, error.description)
        case let error as TokenizerError:
            self.init(.badInput, error.description)
        case let error as ImageCodecError:
            self.init(.cannotWrite, error.description)
        case let error as OpenVINOError:
            self.init(.deviceUnavailable, error.description)
        case let error as StyleError:
            self.init(.badInput, error.description)
        case let error as WildcardError:
            self.init(.badInput, error.description)
        case let error as StoreError:
            self.init(.cannotWrite, error.description)
        case let error as DownloadError:
            let reason: Reason = switch error {
            case .unreadable, .severalFiles: .usage
            case .notFound, .nothingUsable, .wrongHash, .wrongSize, .tooLarge: .badInput
            case .refused, .notAllowed, .status, .unexpectedAnswer, .connection: .deviceUnavailable
            case .disk, .tooLittleSpace, .taken, .busy: .cannotWrite
            case .cancelled: .interrupted
            }
            self.init(reason, error.description)
        case let error as ServerError:
            let reason: Reason = if case .unprotected = error { .usage } else { .deviceUnavailable }
            self.init(reason, error.description)
        case let error as InvalidRequest:
            self.init(.usage, error.description)
        case let error as SheetError:
            let reason: Reason = if case .tooLarge = error { .usage } else { .software }
            self.init(reason, error.description)
        case let error as SettingsError:
            self.init(error.isFileAtFault ? .badInput : .usage, error.description)
        case let error as DeviceChoiceError:
            self.init(.deviceUnavailable, error.description)
        case let error as DiffusionError:
            let reason: Reason = switch error {
            case .request: .usage
            case .checkpoint, .checkpointChanged, .tokenizer, .schedule: .badInput
            case .compilation(let error): error.isCheckpointAtFault ? .badInput : .deviceUnavailable
            case .device: .deviceUnavailable
            case .nonFinite, .unknown: .software
            case .cancelled: .interrupted
            }
            self.init(reason, error.description)
        default:
            self.init(.software, "\(error)")
        }
    }

    /// Prints the message to standard error and ends the process with the exit code.
    ///
    /// At once: `exit` would run C++ destructors under a compile that may still go on in the background.
    func end() -> Never {
        Terminal.write((reason == .interrupted ? "" : "Error: ") + description + "\n", to: .standardError)
        _exit(reason.rawValue)
    }
}
