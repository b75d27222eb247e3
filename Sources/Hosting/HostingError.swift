public import Checkpoints
public import Generation
public import OpenVINO
public import Prompting
public import Settings

/// A model, a device or a file of prompts that was asked for and cannot be used. `description` is the text for the user.
public enum HostingError: Error, Sendable {
    /// OpenVINO does not start, or does not list its devices.
    case runtime(OpenVINOError)
    /// The settings name devices that cannot be used here.
    case device(DeviceChoiceError)
    /// No model has this name, and no file this path.
    /// - Parameter folders: the paths that were looked through; empty when a path was asked for.
    case noSuchModel(String, folders: [String])
    /// Several models may be meant.
    case ambiguousModel(String, names: [String])
    /// A file of styles cannot be read.
    case styles(StyleError)
    /// The folder of wildcards cannot be read.
    case wildcards(WildcardError)
    /// The folder of textual inversions cannot be read.
    case embeddings(CheckpointError)

    /// Whether a name or a file that was given is to blame, and no device.
    public var isInputAtFault: Bool {
        switch self {
        case .runtime, .device: false
        case .noSuchModel, .ambiguousModel, .styles, .wildcards, .embeddings: true
        }
    }
}

extension HostingError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .runtime(let error): return error.description
        case .device(let error): return error.description
        case .noSuchModel(let name, let folders):
            let places = folders.isEmpty ? "" : " in \(folders.map { "\"\($0)\"" }.joined(separator: ", "))"
            return "There is no model \"\(name)\"\(places). "
                + "Give the path of a .safetensors or .ckpt file or of a diffusers folder, or a name from `easel models`."
        case .ambiguousModel(let name, let names):
            let list = names.map { "\"\($0)\"" }.joined(separator: ", ")
            return "There are several models that \"\(name)\" may stand for: \(list). Use one of these names."
        case .styles(let error): return error.description
        case .wildcards(let error): return error.description
        case .embeddings(.notFound(let path)):
            return "There is no folder \"\(path)\" to take textual inversions from. Check the path after --embeddings."
        case .embeddings(let error): return error.description
        }
    }
}

extension HostingError: ReasonedError {
    public var errorReason: ErrorReason {
        switch self {
        case .runtime(let error): ErrorReason(.noRuntime, ["detail": .text(error.description)])
        case .device(let error): error.errorReason
        case .noSuchModel(let name, _): .unknownModel(name)
        case .ambiguousModel(let name, let names): .ambiguousModel(name, choices: names)
        case .styles(let error): error.errorReason
        case .wildcards(let error): error.errorReason
        case .embeddings(let error): error.errorReason
        }
    }
}
