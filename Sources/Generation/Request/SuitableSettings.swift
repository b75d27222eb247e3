import Sampling

/// The settings that suit a model which draws in few steps, as `GET /api/v1/models` and `easel models info --json` tell them.
public struct SuitableSettings: Sendable, Equatable, Codable {
    /// The model's name for people, or its method's: `SDXL Turbo`.
    public var name: String
    /// The place that told: `by its name`.
    public var foundBy: String
    /// Steps that are proposed.
    public var steps: Int
    /// The fewest steps that suit the model.
    public var minSteps: Int
    /// The most steps that suit the model.
    public var maxSteps: Int
    /// The CFG scale that is proposed.
    public var cfgScale: Double
    /// The least CFG scale that suits the model.
    public var minCFGScale: Double
    /// The largest CFG scale that suits the model.
    public var maxCFGScale: Double
    /// The sampler's name.
    public var sampler: String
    /// The schedule's name.
    public var schedule: String
    /// The share of fresh noise in each step; nil for the sampler's own.
    public var eta: Double?
    /// Pixels in a row, where the model's own size is another than its family's.
    public var width: Int?
    /// Rows of pixels, where the model's own size is another than its family's.
    public var height: Int?

    /// Makes the settings of a preset.
    /// - Parameter source: the place where it was found, in words that continue "found": `by its name`.
    public init(_ preset: FewStepPreset, foundBy source: String) {
        name = preset.name
        foundBy = source
        steps = preset.steps
        (minSteps, maxSteps) = (preset.stepRange.lowerBound, preset.stepRange.upperBound)
        cfgScale = Double(preset.cfgScale)
        (minCFGScale, maxCFGScale) = (Double(preset.cfgRange.lowerBound), Double(preset.cfgRange.upperBound))
        sampler = preset.sampler.name
        schedule = preset.schedule.name
        eta = preset.eta
        (width, height) = (preset.side, preset.side)
    }

    private enum CodingKeys: String, CodingKey {
        case name, steps, sampler, schedule, eta, width, height
        case foundBy = "found_by"
        case minSteps = "min_steps"
        case maxSteps = "max_steps"
        case cfgScale = "cfg_scale"
        case minCFGScale = "min_cfg_scale"
        case maxCFGScale = "max_cfg_scale"
    }
}
