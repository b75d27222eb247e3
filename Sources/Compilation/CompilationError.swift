public import Checkpoints
public import Generation
public import OpenVINO

/// Why a network is not ready to run.
public enum CompilationError: Error, Sendable, CustomStringConvertible {
    /// The checkpoint's tensors do not make up the network.
    case checkpoint(CheckpointError)
    /// The device refused.
    case device(NetworkID, Placement, OpenVINOError)
    /// The device took the network, but computes in another precision than f32, which was asked for.
    case precision(NetworkID, Placement, actual: String)

    /// Whether another checkpoint would do, rather than another device.
    public var isCheckpointAtFault: Bool {
        switch self {
        case .checkpoint, .device(_, _, .memoryChanged): true
        case .device, .precision: false
        }
    }

    public var description: String {
        switch self {
        case .checkpoint(let error):
            error.description
        case .device(_, _, .memoryChanged(let change)):
            change
        case .device(_, _, let error) where error.isDeviceNotFound:
            error.description
        case .device(let network, let placement, let error):
            "\(placement.device) could not compile the \(network) in \(placement.arithmetic). \(error) \(placement.alternative)"
        case .precision(let network, let placement, let actual):
            "\(placement.device) was asked to compute the \(network) in \(placement.arithmetic), but says that it does so in \(actual). "
                + "Use --device CPU, or accept its precision with --precision \(actual)."
        }
    }
}

extension Placement {
    /// The advice for a placement that does not work.
    fileprivate var alternative: String {
        switch (device, arithmetic) {
        case ("CPU", .exactly(.f32)): "Free some memory and try again, or report this."
        case ("CPU", _): "Try --precision f32."
        default: "Try --device CPU or a smaller size."
        }
    }
}

extension OpenVINOError {
    fileprivate var isDeviceNotFound: Bool {
        if case .deviceNotFound = self { true } else { false }
    }
}
