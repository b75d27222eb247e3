public import FoundationEssentials
public import Generation

/// How far a component of a model was found to be from the reference, and what is done about it.
public struct FidelityNotice: Sendable, Equatable, Codable {
    public var time: Date
    public var model: String
    public var component: Stage
    /// Where the component ran when this was found: OpenVINO's name of the device.
    public var device: String
    public var precision: String
    /// `baseline`, `within_bounds`, `recovered`, `non_finite`, `over_bound`, `over_baseline`, `failed`.
    public var finding: String
    /// `none`, `recompile`, `accuracy`, `cpu`, `give_up`.
    public var response: String
    /// Against CPU f32, relative L2; nil when nothing could be measured, and when it was not finite.
    public var relativeError: Double?
    /// The largest that is accepted.
    public var bound: Double
    /// All of it in sentences.
    public var text: String

    public init(
        time: Date, model: String, component: Stage, device: String, precision: String, finding: String, response: String,
        relativeError: Double?, bound: Double, text: String
    ) {
        self.time = time
        self.model = model
        self.component = component
        self.device = device
        self.precision = precision
        self.finding = finding
        self.response = response
        self.relativeError = relativeError
        self.bound = bound
        self.text = text
    }

    private enum CodingKeys: String, CodingKey {
        case time, model, component, device, precision, finding, response, bound, text
        case relativeError = "relative_error"
    }
}
