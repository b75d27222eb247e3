/// The arithmetic that a compile asks its device for.
public enum Arithmetic: Sendable, Hashable {
    /// This precision, and nothing quantized on the fly.
    case exactly(Precision)
    /// The device's fastest: f16 on GPUs, bf16 on CPUs that have it, activations quantized where it likes.
    case performance
    /// Nothing is asked for. Devices then do as with `performance`, unless their own defaults were changed.
    case deviceDefault

    /// The arithmetic of a mode; nil for `auto`, which a measurement decides.
    public init?(_ mode: AccuracyMode) {
        switch mode {
        case .auto: return nil
        case .default: self = .deviceDefault
        case .performance: self = .performance
        case .accuracy, .f32: self = .exactly(.f32)
        case .bf16: self = .exactly(.bf16)
        case .f16: self = .exactly(.f16)
        }
    }
}

extension Arithmetic: LosslessStringConvertible {
    /// Reads what `description` writes.
    public init?(_ description: String) {
        guard let mode = AccuracyMode(rawValue: description), let arithmetic = Self(mode), arithmetic.description == description else {
            return nil
        }
        self = arithmetic
    }

    /// As it stands in a sentence and in `--precision`: `f32`, `performance`, `default`.
    public var description: String {
        switch self {
        case .exactly(let precision): precision.rawValue
        case .performance: AccuracyMode.performance.rawValue
        case .deviceDefault: AccuracyMode.default.rawValue
        }
    }
}
