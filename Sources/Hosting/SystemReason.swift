import FoundationEssentials
import Glibc

/// The system's words for a failure of Foundation's.
enum SystemReason {
    /// Ends without a full stop: "Permission denied".
    static func text(of error: any Error) -> String {
        let error = error as? CocoaError
        let code: Int32? = switch error?.code {
        case .fileReadNoPermission, .fileWriteNoPermission: EACCES
        case .fileWriteOutOfSpace: ENOSPC
        case .fileWriteVolumeReadOnly: EROFS
        default: (error?.underlying as? POSIXError)?.code.rawValue
        }
        return code.map { String(cString: strerror($0)) } ?? "the system gives no reason"
    }
}
