public import Generation
public import GraphIR

/// The form of a network's inputs, as far as it is known when the network is compiled.
///
/// An axis that stays dynamic takes any extent later, at the price of a slightly slower call.
public struct InputShape: Sendable, Hashable {
    /// Pictures, or halves of guided ones, that one call takes.
    public var batch: Extent
    /// Height of the latents, or of the picture that an encoder takes.
    public var height: Extent
    /// Width of the same.
    public var width: Extent
    /// Positions of the text embedding that a UNet reads.
    public var tokens: Extent
    /// Whether a UNet takes `context_mask`, which says what positions of the embedding are there: a prompt shorter than
    /// `tokens` then gives the same numbers as on a UNet of its own length.
    public var hasContextMask: Bool
    /// The edges of feature maps that fit together. Text encoders have none.
    public var tiling: Tiling
    /// The places where changes of low rank are inputs; nil for a network that takes none.
    public var slots: LowRankSlots?

    /// Everything is dynamic unless it is said otherwise.
    public init(
        batch: Extent = .dynamic, height: Extent = .dynamic, width: Extent = .dynamic, tokens: Extent = .dynamic,
        hasContextMask: Bool = false, tiling: Tiling = .none, slots: LowRankSlots? = nil
    ) {
        self.batch = batch
        self.height = height
        self.width = width
        self.tokens = tokens
        self.hasContextMask = hasContextMask
        self.tiling = tiling
        self.slots = slots
    }

    /// The shape with height and width in units that are so many times smaller.
    public func scaled(by factor: Int) -> InputShape {
        func scaled(_ extent: Extent) -> Extent { if case .fixed(let count) = extent { .fixed(count * factor) } else { extent } }
        var shape = self
        (shape.height, shape.width) = (scaled(height), scaled(width))
        return shape
    }
}
