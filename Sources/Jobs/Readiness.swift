/// Readiness of the model that is used when none is named.
public enum Readiness: Sendable, Equatable {
    /// It is being loaded.
    case loading(model: String)
    /// It can draw.
    case ready(model: String)
    /// It cannot draw, with the reason for the client.
    case failed(model: String, reason: PublicReason)

    /// Name of the model.
    public var model: String {
        switch self {
        case .loading(let model), .ready(let model), .failed(let model, _): model
        }
    }
}
