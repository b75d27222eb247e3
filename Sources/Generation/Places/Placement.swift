/// Where a network runs, and in which arithmetic.
public struct Placement: Sendable, Hashable {
    /// OpenVINO's device name: `CPU`, `GPU`, `GPU.1`, `NPU`.
    public var device: String
    /// The arithmetic that the device is asked for: a precision, or an aim that leaves it the choice.
    public var arithmetic: Arithmetic

    /// Makes a placement with an arithmetic.
    public init(device: String, arithmetic: Arithmetic) {
        self.device = device
        self.arithmetic = arithmetic
    }

    /// Makes a placement with one exact precision.
    public init(device: String, precision: Precision) { self.init(device: device, arithmetic: .exactly(precision)) }

    /// The placement that every other one is measured against.
    public static let reference = Placement(device: "CPU", precision: .f32)
}

extension Placement: LosslessStringConvertible {
    /// Reads what `description` writes.
    public init?(_ description: String) {
        let words = description.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, !words[0].isEmpty, words[1] == "in", let arithmetic = Arithmetic(String(words[2])) else { return nil }
        self.init(device: String(words[0]), arithmetic: arithmetic)
    }

    /// `GPU in f16`.
    public var description: String { "\(device) in \(arithmetic)" }
}
