/// Whether the model that is used when none is named can draw.
public enum Readiness: Sendable, Equatable {
    case loading(model: String)
    case ready(model: String)
    /// Why not, as a sentence for the client.
    case failed(model: String, reason: String)

    public var model: String {
        switch self {
        case .loading(let model), .ready(let model), .failed(let model, _): model
        }
    }
}
