public import Sampling

/// A second pass at a larger size, from what the first has drawn: A1111's "hires fix". `ImageToImage.strength` says how much it draws
/// anew.
///
/// Names and defaults are those of A1111 1.10.
public struct HiresFix: Sendable, Hashable, Codable {
    /// Whether there is a second pass.
    public var isOn = false
    /// How many times as large each side becomes, 1 to 8. Has no effect with a width or a height.
    public var scale: Float = 2
    /// Width of the finished picture in pixels; 0 for what follows from the height, or from the scale.
    public var width = 0
    /// Height of the finished picture in pixels; 0 for what follows from the width, or from the scale.
    public var height = 0
    /// How the first pass is enlarged: a name of `LatentUpscaler`, or an upscaler of pictures.
    public var upscaler = LatentUpscaler.bilinear.rawValue
    /// Steps of the second pass; 0 for those of the first. All of them are done, whatever the strength.
    public var steps = 0
    /// The sampler of the second pass; nil for that of the first.
    public var sampler: Sampler?
    /// The schedule of the second pass; nil for that of the first.
    public var schedule: Schedule?
    /// The prompt of the second pass; empty for that of the first.
    public var prompt = ""
    /// The negative prompt of the second pass; empty for that of the first.
    public var negativePrompt = ""

    /// Makes the defaults: no second pass.
    public init() {}

    /// The names that `upscaler` may have.
    public static let upscalers = LatentUpscaler.allCases.map(\.rawValue) + PictureUpscaler.allCases.map(\.rawValue)
}

extension GenerationRequest {
    /// The second pass as a request of its own, in the size of the finished picture; nil when there is none.
    public var secondPass: GenerationRequest? {
        guard recipe.hires.isOn else { return nil }
        let hires = recipe.hires
        var pass = self
        if !hires.prompt.isEmpty { pass.prompt = hires.prompt }
        if !hires.negativePrompt.isEmpty { pass.negativePrompt = hires.negativePrompt }
        if hires.steps > 0 { pass.recipe.steps = hires.steps }
        if let sampler = hires.sampler { (pass.recipe.sampler, pass.recipe.schedule) = (sampler, .automatic) }
        if let schedule = hires.schedule { pass.recipe.schedule = schedule }
        let size = HiresSize(hires, first: PictureSize(width: recipe.width, height: recipe.height)).final
        (pass.recipe.width, pass.recipe.height) = (size.width, size.height)
        // A1111 does all of the steps there.
        pass.recipe.imageToImage.fixesSteps = true
        pass.recipe.seedResizedFrom = nil
        pass.recipe.hires = HiresFix()
        return pass
    }
}
