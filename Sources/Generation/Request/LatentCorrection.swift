/// How latents are corrected while they are sampled; each part of it at its own stretch of the way.
///
/// Each property leaves the latents alone at its default. The program that has them too is SD.Next, whose names and defaults these are
/// (`hdr_…` in its API); the idea is from "Explaining the SDXL latent space" by Timothy Alexis Vass.
public struct LatentCorrection: Sendable, Hashable, Codable {
    /// The use that `brightness` and `color` make of the latents' own mean. Raw values are those of `hdr_mode`.
    public enum Mode: Int, Sendable, Hashable, CaseIterable, Codable {
        /// The mean stays.
        case relative
        /// The mean is taken away first.
        case absolute
    }

    /// The fate of the latents' mean; changes nothing by itself.
    public var mode = Mode.relative
    /// Added to the channel of lightness over the last fifth of the steps, −4 to 4.
    public var brightness: Float = 0
    /// Moves each channel of colour towards a mean of 0 in the middle of the way, 0 to 16.
    public var color: Float = 0
    /// Sharpens (above 0) or softens the latents over the last third of the steps, −4 to 4.
    public var sharpness: Float = 0

    /// Whether large values of the first steps are pressed below `clampBoundary`.
    public var clamps = false
    /// The largest value that `clamps` leaves, 0 to 10.
    public var clampBoundary: Float = 4
    /// The share of `clampBoundary` from which on values are pressed, 0 to 1. 0 presses none.
    public var clampThreshold: Float = 0.95

    /// Whether the latents of the last steps are centred and scaled to the range that the decoder knows.
    public var maximizes = false
    /// How far `maximizes` moves each channel towards a mean of 0, 0 to 2.
    public var maximizingCenter: Float = 0.6
    /// The range that `maximizes` scales to, in units of 4; 0.5 to 2. 1 leaves the range as it is.
    public var maximizingBoundary: Float = 1

    /// The colour that `tintStrength` moves the latents towards.
    public var tint = RGBColor.black
    /// How far latents move towards `tint` in the middle of the way, −4 to 4.
    public var tintStrength: Float = 0

    /// Makes a correction that leaves latents as they are.
    public init() {}
}
