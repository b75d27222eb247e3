public import Generation
public import OpenVINO

extension Placement {
    /// The properties of a compile for this placement.
    var properties: [Property] {
        // One request at a time gets every core.
        arithmetic.properties + [Property(.performanceHint, .latency)]
    }
}

extension Arithmetic {
    /// The properties of a compile in this arithmetic.
    ///
    /// `EXECUTION_MODE_HINT=ACCURACY` is not used: GPUs then still quantize in groups of 32, and answer `dynamic` when asked
    /// for their precision.
    public var properties: [Property] {
        switch self {
        case .exactly(let precision):
            [Property(.inferencePrecision, InferencePrecision(precision)), Property(.dynamicQuantizationGroupSize, 0)]
        case .performance:
            [Property(.executionMode, .performance)]
        case .deviceDefault:
            []
        }
    }
}

extension InferencePrecision {
    fileprivate init(_ precision: Precision) {
        self = switch precision {
        case .f32: .f32
        case .bf16: .bf16
        case .f16: .f16
        }
    }
}
