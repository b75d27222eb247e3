import Checkpoints
public import Generation
public import OpenVINO

extension CompilationError: ReasonedError {
    public var errorReason: ErrorReason {
        switch self {
        case .checkpoint(let error): error.errorReason
        case .device(_, _, .memoryChanged): ErrorReason(.fileChanged)
        case .device(_, _, .deviceNotFound(let name, let found)): .noDevice(name, found: found)
        case .device(let network, let placement, _):
            ErrorReason(.compileFailed, [
                "device": .init(placement.device), "part": .text(network.stage.rawValue), "precision": .text("\(placement.arithmetic)"),
            ])
        case .precision(let network, let placement, let actual):
            ErrorReason(.wrongPrecision, [
                "device": .init(placement.device), "part": .text(network.stage.rawValue), "wanted": .text("\(placement.arithmetic)"),
                "actual": .init(actual),
            ])
        }
    }
}

// Here, because the wrapper of OpenVINO knows no words of drawing.
extension OpenVINOError: ReasonedError {
    public var errorReason: ErrorReason {
        switch self {
        case .deviceNotFound(let name, let found): .noDevice(name, found: found)
        case .memoryChanged: ErrorReason(.fileChanged)
        case .cancelled: ErrorReason(.brokenOff)
        case .call, .elementType, .memory, .propertyText: ErrorReason(.deviceFailed, ["detail": .text(description)])
        }
    }
}
