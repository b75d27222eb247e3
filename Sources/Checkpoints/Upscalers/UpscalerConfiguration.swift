/// The shape of a network that makes pictures larger, or clears them at their own size. Everything is read off the shapes of its tensors.
public struct UpscalerConfiguration: Sendable, Hashable {
    /// The lines of upscalers that are known.
    public enum Kind: Sendable, Hashable {
        /// ESRGAN, Real-ESRGAN and BSRGAN: blocks of three dense blocks of five convolutions.
        /// - Parameters:
        ///   - blocks: how many blocks.
        ///   - growth: channels that each of the first four convolutions of a dense block adds.
        ///   - upsamplings: how often the feature maps' sides are doubled.
        ///   - unshuffle: side of the squares of pixels that become channels before all else; 1 for none.
        case esrgan(blocks: Int, growth: Int, upsamplings: Int, unshuffle: Int)
        /// Real-ESRGAN's small networks ("Compact"): convolutions in a row.
        /// - Parameter convolutions: how many, with the first and the last.
        case compact(convolutions: Int)
        /// Six blocks with attention that has no weights of its own.
        /// - Parameter isNormalized: whether pictures are centred and spread to ±127 first.
        case span(isNormalized: Bool)
    }

    /// The line that it belongs to, with the sizes that only this line has.
    public let kind: Kind
    /// Channels of its feature maps.
    public let width: Int
    /// Pixels of the result along each axis for one of the picture.
    public let scale: Int

    /// Pixels that both sides of a picture must be multiples of. Tiles begin at multiples of it, too: a plan counts in such steps then.
    public var sideMultiple: Int { if case .esrgan(_, _, _, let unshuffle) = kind { unshuffle } else { 1 } }

    /// The name of its line, for people.
    public var kindName: String {
        switch kind {
        case .esrgan: "ESRGAN"
        case .compact: "Compact"
        case .span: "SPAN"
        }
    }
}
