/// How a finished picture is graded: colours, tones and effects, after the decoder and in the order in which they stand here.
///
/// Each property leaves the picture alone at its default. The program that has them too is SD.Next, whose names, defaults and
/// order these are (`grading_…` in its API).
public struct ColorGrading: Sendable, Hashable, Codable {
    // The whole picture

    /// Added to every channel, −1 to 1.
    public var brightness: Float = 0
    /// Scales every channel by 1 more than this, −1 to 1. Black stays black, so that light and dark parts move apart.
    public var contrast: Float = 0
    /// Scales saturation by 1 more than this, −1 (no colour) to 1.
    public var saturation: Float = 0
    /// Turns all hues, in half circles, −1 to 1.
    public var hue: Float = 0
    /// The exponent of every channel, 0.1 to 10. Below 1 brightens.
    public var gamma: Float = 1
    /// Sharpens edges, 0 to 2.
    public var sharpness: Float = 0
    /// The light that the picture seems taken in, in kelvins, 1000 to 40000. Below 6500 is warmer, above is cooler.
    public var colorTemperature: Float = 6500

    // Tones

    /// Lightens (above 0) or darkens dark parts, −1 to 1.
    public var shadows: Float = 0
    /// Lightens or darkens parts of middle lightness, −1 to 1.
    public var midtones: Float = 0
    /// Lightens or darkens light parts, −1 to 1.
    public var highlights: Float = 0
    /// How much equalizing of lightness may raise local contrast (CLAHE), 0 to 40. 0 turns it off; 1 to 4 are usual.
    public var equalizingLimit: Float = 0
    /// How many fields equalizing divides each side into, 2 to 16.
    public var equalizingGrid = 8

    // Split toning

    /// The tint of dark parts. Tinting begins when this or the other tint is not its default.
    public var shadowsTint = RGBColor.black
    /// The tint of light parts.
    public var highlightsTint = RGBColor.white
    /// How much of the tinting is the light parts', 0 to 1.
    public var tintBalance: Float = 0.5

    // Effects

    /// Darkens the corners, 0 to 1, where they become black.
    public var vignette: Float = 0
    /// Adds noise, as of film, 0 to 1.
    public var grain: Float = 0

    /// Makes a grading that leaves pictures as they are.
    public init() {}
}
