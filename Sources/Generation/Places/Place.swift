/// The device that a stage ran on and the precision that it computed in. A `Placement` says what was asked for.
public struct Place: Sendable, Hashable, Codable {
    /// OpenVINO's name: `CPU`, `GPU.0`.
    public var device: String
    /// The precision as the device tells it after compiling: `f32`, `bf16`, `f16`; `mixed` when several devices share a network.
    public var precision: String

    /// Makes a place from OpenVINO's own words.
    public init(device: String, precision: String) {
        self.device = device
        self.precision = precision
    }

    /// The place that a placement asks for. The real one is known once a network is compiled.
    public init(asked placement: Placement) { self.init(device: placement.device, precision: placement.arithmetic.description) }

    /// The place that every other one is compared with: the CPU in f32.
    public static let reference = Place(device: "CPU", precision: Precision.f32.rawValue)

    /// Whether it is the CPU in f32, so that a comparison with the reference says nothing.
    public var isReference: Bool { self == .reference }
    /// Whether the precision is f32, on any device.
    public var isFullPrecision: Bool { precision == Self.reference.precision }
}

extension Place: CustomStringConvertible {
    /// `GPU in f16`.
    public var description: String { "\(device) in \(precision)" }
}
