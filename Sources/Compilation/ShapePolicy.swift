/// Whether networks are compiled for any request or for the one at hand.
public enum ShapePolicy: String, Sendable, Hashable, CaseIterable {
    /// Batch, size and number of tokens stay open: one compile serves every request.
    case dynamic
    /// Everything that the request says is fixed; another shape needs another compile.
    case fixed

    /// What suits a device that is to serve many requests. On CPUs dynamic shapes cost next to nothing (`make bench` prints how much); on GPUs they are
    /// a preview, and NPUs do not take them.
    /// - Parameter device: OpenVINO's name.
    public init(device: String) { self = device == "CPU" ? .dynamic : .fixed }
}
