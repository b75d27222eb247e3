public import Sampling

/// The settings that suit a model which was made to draw in few steps.
///
/// They are offered, not forced: a request is drawn as it is, with a warning when it is far off. `all` lists them.
public struct FewStepPreset: Sendable, Hashable {
    /// The method that lets a model draw in few steps, in the order in which a name with several of them is read.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case dmd2
        /// Hyper-SD.
        case hyper
        case tcd, lcm, lightning, turbo
    }

    /// The method.
    public var kind: Kind
    /// The name for people: "SDXL Turbo". That of the method, where many models have it.
    public var name: String
    /// Steps that suit the model, from the fewest to the most.
    public var stepRange: ClosedRange<Int>
    /// Steps that are proposed.
    public var steps: Int
    /// CFG scales that suit the model. The 0 of diffusers' examples is 1 here: no guidance.
    public var cfgRange: ClosedRange<Float>
    /// The CFG scale that is proposed.
    public var cfgScale: Float
    /// The sampler.
    public var sampler: Sampler
    /// The schedule; automatic for the sampler's own.
    public var schedule = Schedule.automatic
    /// The share of fresh noise in each step, for samplers that are told it; nil for the sampler's own.
    public var eta: Double?
    /// Side in pixels of the square pictures that suit the model, where it is another than its family's.
    public var side: Int?
    /// The meaning of the UNet's output in diffusers' words, where it is another than its family's.
    public var prediction: String?
    /// The origin of the figures.
    public var source: String
}

extension FewStepPreset {
    /// The settings with their ranges:
    /// "1 to 4 steps, CFG scale 1, sampler Euler a, schedule turbo, 512×512".
    public var ranges: String { ([limits] + namedSettings).joined(separator: ", ") }

    /// The proposed settings: "4 steps, CFG scale 1, sampler Euler a, schedule turbo, 512×512".
    public var settings: String { ([Self.text(steps: steps), "CFG scale \(cfgScale.short)"] + namedSettings).joined(separator: ", ") }

    /// A warning about a request that is far from what suits the model; nil when it is near enough.
    ///
    /// Far is more than twice the most steps, or a CFG scale more than 1.5 above the largest. Below that, makers of merges contradict
    /// each other, and some like what others call too much. Far above it, pictures are burnt, and most steps are wasted. Too few
    /// steps and too little guidance are no reason: they cost nothing, and show.
    /// - Parameter settings: what is proposed instead; nil for the settings in words.
    public func warning(about request: GenerationRequest, use settings: String? = nil) -> Notice? {
        let areStepsFar = request.steps > 2 * stepRange.upperBound
        let isScaleFar = request.cfgScale > cfgRange.upperBound + 1.5
        guard areStepsFar || isScaleFar else { return nil }
        var values: [String] = []
        if request.steps > stepRange.upperBound { values.append(Self.text(steps: request.steps)) }
        if request.cfgScale > cfgRange.upperBound { values.append("CFG scale \(request.cfgScale.short)") }
        let verb = areStepsFar || values.count > 1 ? "do" : "does"
        return Notice(
            .unsuitableSettings,
            [
                "name": .text(name), "steps": .init(request.steps), "cfg_scale": .init(request.cfgScale),
                "min_steps": .init(stepRange.lowerBound), "max_steps": .init(stepRange.upperBound),
                "min_cfg_scale": .init(cfgRange.lowerBound), "max_cfg_scale": .init(cfgRange.upperBound),
                "sampler": .text(sampler.name),
            ],
            "\(values.joined(separator: " and ")) \(verb) not suit this model (\(name): \(limits)): use \(settings ?? self.settings).")
    }

    /// "1 to 4 steps, CFG scale 1".
    private var limits: String {
        let (fewest, most) = (stepRange.lowerBound, stepRange.upperBound)
        let (least, largest) = (cfgRange.lowerBound, cfgRange.upperBound)
        return (fewest == most ? Self.text(steps: most) : "\(fewest) to \(most) steps") + ", CFG scale "
            + (least == largest ? largest.short : "\(least.short) to \(largest.short)")
    }

    private var namedSettings: [String] {
        var settings = ["sampler \(sampler.name)"]
        if schedule != .automatic { settings.append("schedule \(schedule.name)") }
        if let side { settings.append("\(side)×\(side)") }
        return settings
    }

    private static func text(steps: Int) -> String { steps == 1 ? "1 step" : "\(steps) steps" }
}
