/// Enlarging of the source pictures: A1111's "extras", and its script "SD upscale".
///
/// Names and defaults are those of A1111 1.10.
public struct Upscaling: Sendable, Hashable, Codable {
    /// Use of the source pictures. Raw values are those of the field `upscaling`.
    public enum Mode: String, Sendable, Hashable, CaseIterable, Codable {
        /// They are drawn from, and not enlarged by an upscaler.
        case off
        /// They are enlarged. Nothing is drawn, and no checkpoint is needed.
        case plain
        /// They are enlarged, and drawn anew in tiles of the recipe's width and height, as `ImageToImage.strength` says.
        case redraw
    }

    /// Use of the source pictures.
    public var mode = Mode.off
    /// The upscaler: a name of `PictureUpscaler`, or of an upscaler's file without its ending. `None` leaves the picture as it is.
    public var upscaler = PictureUpscaler.lanczos.rawValue
    /// How many times as large each side becomes, over 0 to 8. Has no effect with a width or a height.
    public var scale: Float = 2
    /// Width of the result in pixels; 0 for what follows from the height, or from the scale.
    public var width = 0
    /// Height of the result in pixels; 0 for what follows from the width, or from the scale.
    public var height = 0
    /// Whether a picture of another ratio is cut to width and height, instead of going beyond one of them.
    public var crops = true
    /// A second upscaler whose result is mixed in; empty for none.
    public var secondUpscaler = ""
    /// The share of the second upscaler's result, 0 to 1.
    public var secondShare: Float = 0
    /// Pixels that neighbouring tiles share at least, with `Mode.redraw`.
    public var tileOverlap = 64

    /// Makes the defaults: pictures are not enlarged.
    public init() {}
}
