/// The place that says how a model was trained, which the shapes of its tensors do not tell.
public enum TrainingSource: Sendable, Hashable {
    /// The user's choice.
    case user
    /// A tensor that only marks the file.
    case key(String)
    /// A member of the file's metadata.
    case metadata(String)
    /// A `.yaml` file of the same name beside the model.
    case sidecar(file: String)
    /// The configuration of a diffusers folder.
    case configuration
    /// Nothing says it; all models of the family agree.
    case family
    /// Nothing says it, and models of the family differ.
    case assumed
}

extension TrainingSource: CustomStringConvertible {
    /// Follows the setting's value in a report: "v_prediction (key \"v_pred\")".
    public var description: String {
        switch self {
        case .user: "chosen"
        case .key(let key): "key \"\(key)\""
        case .metadata(let name): "metadata \"\(name)\""
        case .sidecar(let file): "\(file)"
        case .configuration: "configuration"
        case .family: "usual"
        case .assumed: "assumed"
        }
    }
}

/// Where a checkpoint's VAE comes from.
public enum VAESource: Sendable, Hashable {
    /// The checkpoint itself.
    case own
    /// A file that lies beside the model under its name: `NAME.vae.safetensors`.
    case beside(path: String)
    /// A file or folder that the user chose.
    case chosen(path: String)

    /// The file or folder that replaces the checkpoint's own VAE; nil when none does.
    public var path: String? {
        switch self {
        case .own: nil
        case .beside(let path), .chosen(let path): path
        }
    }
}
