/// A choice among a text encoder's states for the UNet.
public enum TextEncoderState: Sendable, Hashable {
    /// Stable Diffusion 1 and 2: what the layer `clipSkip` from the end left, after the final norm. 1 is the last layer.
    ///
    /// Stable Diffusion 2's encoder, as checkpoints hold it, ends with CLIP's penultimate layer already; its 1 is that layer.
    case normalized(clipSkip: Int)
    /// The state that so many layers from the end left, without a norm: 1 is the last layer, 2 the one before it. The embeddings count
    /// as the first state.
    case hidden(layersFromEnd: Int)

    /// Clip skips that an encoder of so many layers allows.
    public static func clipSkips(layerCount: Int) -> ClosedRange<Int> { 1...max(1, layerCount) }

    /// The output of `Network.textEncoder` that holds the state; nil when the encoder has too few layers.
    public func output(layerCount: Int) -> String? {
        switch self {
        case .normalized(1): "last_hidden_state"
        case .normalized(let clipSkip):
            Self.clipSkips(layerCount: layerCount).contains(clipSkip) ? "normalized_states.\(layerCount - clipSkip + 1)" : nil
        case .hidden(let depth): (1...layerCount + 1).contains(depth) ? "hidden_states.\(layerCount - depth + 1)" : nil
        }
    }
}

extension Network {
    /// Stands in a text encoder's `input_ids` where the embedding comes from its input `vectors`.
    public static let insertedToken: Int64 = -1
}
