public import Generation
import OpenVINO

/// Where a network runs, and in which arithmetic.
public struct Placement: Sendable, Hashable {
    /// OpenVINO's device name: `CPU`, `GPU`, `GPU.1`, `NPU`.
    public var device: String
    public var precision: Precision

    public init(device: String, precision: Precision) {
        self.device = device
        self.precision = precision
    }

    /// What a compile for this placement asks OpenVINO for.
    var properties: [Property] {
        [
            Property(.inferencePrecision, InferencePrecision(precision)),
            // Quantizing activations on the fly would change numbers behind the precision's back.
            Property(.dynamicQuantizationGroupSize, 0),
            // One request at a time gets every core.
            Property(.performanceHint, .latency),
        ]
    }
}

extension InferencePrecision {
    init(_ precision: Precision) {
        self = switch precision {
        case .f32: .f32
        case .bf16: .bf16
        case .f16: .f16
        }
    }
}
