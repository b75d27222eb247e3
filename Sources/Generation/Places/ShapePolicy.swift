/// The inputs of a network that are fixed when it is compiled. Raw values are those of the setting `shapes` and of `--shapes`.
public enum ShapePolicy: String, Sendable, Hashable, CaseIterable, Codable {
    /// Chooses by the device; see `resolved`.
    case auto
    /// Fixes nothing: one compile serves every size, batch and prompt.
    case dynamic
    /// Fixes size and batch. A prompt may have any length up to a capacity. Another size or batch needs another compile.
    case `static`
    /// Fixes everything, as in the one request at hand: the least work for it, and nothing for the next.
    case exact

    /// The policy that `auto` stands for on a device that is to serve many requests; all others stand for themselves.
    ///
    /// On CPUs dynamic shapes cost next to nothing (`make bench` prints how much); on GPUs they are a preview, and NPUs do not take them.
    /// - Parameter device: OpenVINO's name.
    public func resolved(on device: String) -> ShapePolicy {
        self == .auto ? device == "CPU" ? .dynamic : .static : self
    }
}
