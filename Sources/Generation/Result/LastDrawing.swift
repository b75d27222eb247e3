public import FoundationEssentials

/// The latest picture that a model drew, with the settings that it was drawn with.
public struct LastDrawing: Codable, Sendable, Equatable {
    /// Its name in the gallery.
    public var picture: String
    /// Time at which it was finished.
    public var time: Date
    /// Steps of the sampler; nil where the picture does not say.
    public var steps: Int?
    /// Name of the sampler; nil where the picture does not say.
    public var sampler: String?
    /// CFG scale; nil where the picture does not say.
    public var cfgScale: Double?
    /// Width in pixels.
    public var width: Int
    /// Height in pixels.
    public var height: Int

    /// Makes the entry of a picture.
    public init(picture: String, time: Date, steps: Int?, sampler: String?, cfgScale: Double?, width: Int, height: Int) {
        self.picture = picture
        self.time = time
        self.steps = steps
        self.sampler = sampler
        self.cfgScale = cfgScale
        (self.width, self.height) = (width, height)
    }

    private enum CodingKeys: String, CodingKey { case picture, time, steps, sampler, width, height, cfgScale = "cfg_scale" }
}
