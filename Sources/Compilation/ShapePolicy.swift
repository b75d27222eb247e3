/// What of a network's inputs is fixed when it is compiled.
public enum ShapePolicy: String, Sendable, Hashable, CaseIterable {
    /// Nothing: one compile serves every size, batch and prompt.
    case dynamic
    /// Size and batch; a prompt may have any length up to a capacity. Another size or batch needs another compile.
    case `static`
    /// All, as in the one request at hand: the least work for it, and nothing for the next.
    case exact

    /// What suits a device that is to serve many requests. On CPUs dynamic shapes cost next to nothing (`make bench` prints
    /// how much); on GPUs they are a preview, and NPUs do not take them.
    /// - Parameter device: OpenVINO's name.
    public init(device: String) { self = device == "CPU" ? .dynamic : .static }
}
