import OpenVINO

/// The part of a compiled network that is kept on disk for the next start.
public enum CacheForm: String, Sendable, Hashable, Codable, CaseIterable {
    /// Nothing: compiling again is as quick as loading, or all that loading saves is not worth its space.
    case none
    /// All that the device made of the network, its weights included.
    case full
    /// All but the weights, which are taken from the checkpoint when it is loaded.
    case small

    /// The form that measurements showed to be right for a device; the figures are in Documentation/Fidelity.md.
    ///
    /// - CPU: compiling with dynamic axes takes about a second. The small form takes as long to load; the full one is
    ///   quicker, but takes as much space as the weights for every shape.
    /// - GPU: a compile builds hundreds of kernels. The full form skips them; the small one builds many again.
    /// - NPU: not measured; its compiles take minutes like a GPU's.
    /// - Others (`HETERO:…`): nothing is known of them.
    /// - Parameter device: OpenVINO's name, such as `GPU.1`.
    public init(device: String) {
        self = ["GPU", "NPU"].contains(device.prefix { $0 != "." }) ? .full : .none
    }

    /// OpenVINO's name for it; nil for `none`.
    var mode: CacheMode? {
        switch self {
        case .none: nil
        case .full: .optimizeSpeed
        case .small: .optimizeSize
        }
    }
}
