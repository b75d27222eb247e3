/// Where a network runs, and in which arithmetic.
public struct Placement: Sendable, Hashable {
    /// OpenVINO's device name: `CPU`, `GPU`, `GPU.1`, `NPU`.
    public var device: String
    public var arithmetic: Arithmetic

    public init(device: String, arithmetic: Arithmetic) {
        self.device = device
        self.arithmetic = arithmetic
    }

    public init(device: String, precision: Precision) { self.init(device: device, arithmetic: .exactly(precision)) }

    /// What every other device is measured against.
    public static let reference = Placement(device: "CPU", precision: .f32)
}

extension Placement: CustomStringConvertible {
    /// `GPU in f16`.
    public var description: String { "\(device) in \(arithmetic)" }
}

/// The placements of a component in the order in which they are taken: the next when one fails.
public struct PlacementLadder: Sendable, Hashable {
    /// At least one; all different.
    public let rungs: [Placement]

    public init(_ first: Placement, then others: [Placement] = []) {
        rungs = others.reduce(into: [first]) { rungs, placement in
            if !rungs.contains(placement) { rungs.append(placement) }
        }
    }

    /// What the user chose.
    public var first: Placement { rungs[0] }

    /// The rung after `placement`; nil after the last.
    /// - Parameter onOtherDevice: skips rungs on the same device.
    public func next(after placement: Placement, onOtherDevice: Bool = false) -> Placement? {
        guard let index = rungs.firstIndex(of: placement) else { return nil }
        return rungs[(index + 1)...].first { !onOtherDevice || $0.device != placement.device }
    }
}
