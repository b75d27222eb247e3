public import FoundationEssentials
public import Generation

/// Finding about how far a component of a model is from the reference, and the response to it.
public struct FidelityNotice: Sendable, Equatable, Codable {
    /// Time of the finding.
    public var time: Date
    /// Name of the model.
    public var model: String
    /// Stage that was compared.
    public var component: Stage
    /// Device that the component ran on when this was found, by OpenVINO's name.
    public var device: String
    /// Precision that it computed in: `f16`.
    public var precision: String
    /// `baseline`, `within_bounds`, `recovered`, `non_finite`, `over_bound`, `over_baseline`, `failed`.
    public var finding: String
    /// `none`, `recompile`, `accuracy`, `cpu`, `move`, `give_up`.
    public var response: String
    /// Distance from CPU f32, relative L2; nil when nothing could be measured, and when it was not finite.
    public var relativeError: Double?
    /// The largest that is accepted.
    public var bound: Double
    /// The whole finding in sentences.
    public let text: String
    /// The same as data.
    public let notice: Notice

    public init(
        time: Date, model: String, component: Stage, device: String, precision: String, finding: String, response: String,
        relativeError: Double?, bound: Double, notice: Notice
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
        text = notice.description
        self.notice = notice
    }

    private enum CodingKeys: String, CodingKey {
        case time, model, component, device, precision, finding, response, bound, text, notice
        case relativeError = "relative_error"
    }
}
