public import GraphIR

/// What is known of a network's inputs when it is compiled.
///
/// An axis that stays dynamic takes any extent later, at the price of a slightly slower call.
public struct InputShape: Sendable, Hashable {
    public var batch: Extent
    /// Of the latents, or of the picture that an encoder takes.
    public var height: Extent
    public var width: Extent
    /// Positions of the text embedding that a UNet reads.
    public var tokens: Extent

    /// Everything is dynamic unless it is said otherwise.
    public init(batch: Extent = .dynamic, height: Extent = .dynamic, width: Extent = .dynamic, tokens: Extent = .dynamic) {
        self.batch = batch
        self.height = height
        self.width = width
        self.tokens = tokens
    }
}
