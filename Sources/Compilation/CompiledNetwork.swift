public import Generation
public import OpenVINO

/// A network that is ready to run on its device.
public struct CompiledNetwork: Sendable {
    public let component: Component
    public let model: CompiledModel
    /// As asked for.
    public let placement: Placement
    /// The precision that OpenVINO says it runs in: `f32`, `bf16`, `f16`.
    public let precision: String
    /// Seconds from the graph's text to the compiled model.
    public let seconds: Double
}
