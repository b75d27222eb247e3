public import Compilation
public import Generation

/// The device and the arithmetic that a stage runs with in fact: a `Placement` says what was asked for.
public struct Assignment: Sendable, Hashable, Codable {
    /// OpenVINO's name: `CPU`, `GPU.0`.
    public var device: String
    /// As read back after compiling: `f32`, `bf16`, `f16`.
    public var precision: String

    public init(device: String, precision: String) {
        self.device = device
        self.precision = precision
    }

    public init(_ network: CompiledNetwork) { self.init(device: network.placement.device, precision: network.precision) }

    /// What a placement asks for: what runs in fact is known once it is compiled.
    public init(_ placement: Placement) { self.init(device: placement.device, precision: placement.arithmetic.description) }

    /// What every device is compared with.
    public static let reference = Assignment(device: "CPU", precision: "f32")

    public var isReference: Bool { self == .reference }
    public var isFullPrecision: Bool { precision == Self.reference.precision }
}

extension Assignment: CustomStringConvertible {
    /// `GPU in f16`.
    public var description: String { "\(device) in \(precision)" }
}
