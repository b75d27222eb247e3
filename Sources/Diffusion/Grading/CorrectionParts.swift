import Glibc

/// The parts of `LatentCorrection` that a step belongs to. They go by the share of steps that came before it.
struct CorrectionParts: Sendable, Equatable {
    private let step: Int
    private let stepCount: Int
    private let progress: Double

    /// - Parameter step: counted from 0.
    init(step: Int, stepCount: Int) {
        self.step = step
        self.stepCount = stepCount
        progress = Double(step) / Double(stepCount)
    }

    /// Where clamping belongs.
    var isEarly: Bool { progress < 0.05 }
    /// Where colour and tint belong.
    var isMiddle: Bool { 0.2 <= progress && progress <= 0.7 }
    /// Where brightness belongs.
    var isLate: Bool { progress >= 0.8 }
    /// Where maximizing belongs.
    var isLast: Bool { progress >= 0.9 }

    /// The number of middle steps, about: color and tint are divided by it.
    var middleCount: Float { Float(max(Int(Double(stepCount) * 0.5), 1)) }
    /// The number of late steps, about: brightness is divided by it.
    var lateCount: Float { Float(max(Int(Double(stepCount) * 0.2), 1)) }

    /// The strength of sharpening, which grows from 1 to about 2.6 over the last 30 % of the steps; nil before them.
    var sharpeningGrowth: Float? {
        guard progress >= 0.7 else { return nil }
        let begin = Int(Double(stepCount) * 0.7)
        let share = Double(step - begin) / Double(max(Int(Double(stepCount) * 0.3), 1))
        return Float(pow(2, share * 1.4))
    }
}
