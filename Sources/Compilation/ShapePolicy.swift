/// Whether networks are compiled for any request or for the one at hand.
public enum ShapePolicy: String, Sendable, Hashable, CaseIterable {
    /// Batch, size and number of tokens stay open: one compile serves every request.
    case dynamic
    /// Everything that the request says is fixed. On a CPU weights are then prepared while compiling rather than
    /// in the first call, and calls are a few per cent faster; another shape needs another compile.
    case fixed
}
