public import Compilation
public import Generation

/// The time and the error of a device's precisions for one stage of one checkpoint. `auto` decides from it.
public struct PrecisionTable: Sendable, Equatable, Codable {
    /// One precision that was tried.
    public struct Row: Sendable, Equatable, Codable {
        /// The precision that the device was asked for.
        public let asked: Precision
        /// The precision that the device then computed in, by its own words; nil when it refused.
        public let precision: String?
        /// Seconds of one step.
        public let seconds: Double?
        /// Against the CPU in f32, on the same inputs; nil when there is no telling.
        public let relativeError: Double?
        /// Why a figure is missing.
        public let refusal: String?

        private enum CodingKeys: String, CodingKey {
            case asked, precision, seconds, refusal
            case relativeError = "relative_error"
        }
    }

    /// The measurement of one precision.
    public struct Measurement: Sendable, Equatable {
        /// As read back after compiling.
        public var precision: String
        /// Seconds of one step.
        public var seconds: Double
        /// The error against the CPU in f32, relative L2; infinite when a number of the answer is not finite.
        public var relativeError: Double

        /// Makes the measurement of one precision.
        public init(precision: String, seconds: Double, relativeError: Double) {
            self.precision = precision
            self.seconds = seconds
            self.relativeError = relativeError
        }
    }

    /// The stage that was measured.
    public let stage: Stage
    /// OpenVINO's name of the device: `CPU`, `GPU.0`.
    public let device: String
    /// The precisions in the order in which they were tried: f32, f16, bf16. One that computes as an earlier row does is left out.
    public let rows: [Row]

    private enum CodingKeys: String, CodingKey { case stage = "component", device, rows }

    /// Tries one precision after another. A device that refuses one is tried with the next.
    /// - Parameter measure: compiles the stage there, and times and compares it.
    /// - Throws: `CancellationError`; what `measure` throws when the checkpoint is to blame. With every precision refused the table holds
    ///   no figures.
    public static func measured(
        _ stage: Stage, on device: String, _ measure: (Placement) async throws -> Measurement
    ) async throws -> PrecisionTable {
        var rows: [Row] = []
        for precision in [Precision.f32, .f16, .bf16] {
            do {
                let figures = try await measure(Placement(device: device, precision: precision))
                // Asked for f16, CPUs without it compute in bf16: the same numbers need not stand twice.
                guard !rows.contains(where: { $0.precision == figures.precision }) else { continue }
                let isFinite = figures.relativeError.isFinite
                rows.append(Row(
                    asked: precision, precision: figures.precision, seconds: figures.seconds,
                    relativeError: isFinite ? figures.relativeError : nil, refusal: isFinite ? nil : "Its numbers are not finite."))
            } catch {
                try Task.checkCancellation()
                if error.isCheckpointAtFault { throw error }
                rows.append(Row(asked: precision, precision: nil, seconds: nil, relativeError: nil, refusal: "\(error)"))
            }
        }
        return PrecisionTable(stage: stage, device: device, rows: rows)
    }

    /// The fastest precision within the bound.
    ///
    /// One that is less than 5 % faster than a more exact one does not count as faster: that much is chance.
    /// - Parameter errorBound: relative; 0.01 is 1 %.
    /// - Returns: f32 when nothing is within the bound, for there is nothing more exact.
    public func choice(errorBound: Double) -> Precision {
        let admissible = rows.compactMap { row -> (precision: Precision, seconds: Double, error: Double)? in
            guard let seconds = row.seconds, let error = row.relativeError, error <= errorBound else { return nil }
            return (row.asked, seconds, error)
        }
        let byError = admissible.sorted { $0.error < $1.error }
        return byError.dropFirst().reduce(byError.first) { best, next in
            guard let best else { return next }
            return next.seconds < best.seconds * 0.95 ? next : best
        }?.precision ?? .f32
    }
}
