import Tensors

/// A way to go from noise to a picture: a name, the facts that the rest of the program has to know, and the algorithm.
///
/// Each is a constant in a file of its own in this folder; `Sampler.all` lists them.
public struct Sampler: Sendable {
    /// Its name in requests and infotexts: A1111's, or SD.Next's where A1111 has nothing like it.
    public let name: String
    /// Other spellings that requests may use: k-diffusion's, ComfyUI's and diffusers'.
    public let aliases: [String]
    /// The schedule that stands for "Automatic".
    public let automaticSchedule: Schedule
    /// Whether a step more is planned, and the level before the last left out, as A1111 does for samplers that divide by small levels.
    public let discardsPenultimate: Bool
    /// How often the model is asked in each step; with 2, the last step needs one call only.
    public let evaluationsPerStep: Int
    /// The noise that is added on the way.
    public let addedNoise: AddedNoise
    /// The options that it obeys.
    public let options: Set<SamplerOption>
    /// Whether its steps are those that were asked for; if not, nothing is corrected between them.
    public let countsSteps: Bool
    /// The least and the most steps that it can take.
    public let (minimumSteps, maximumSteps): (Int, Int)
    /// The share of fresh noise unless a request says otherwise.
    public let defaultEta: Float
    /// The program whose pictures it draws.
    public let origin: Origin
    /// Its idea and its cost, as a sentence without a full stop.
    public let summary: String
    /// For samplers that look at the model's answer to the negative prompt by itself (CFG++), the factor of the CFG scale; else nil.
    public let plusPlusFactor: Float?
    /// The levels that it walks on.
    let grid: Grid
    let algorithm: Algorithm
    private let countEvaluations: (@Sendable (Int) -> Int)?

    /// From noise to pictures: `[images, channels, height, width]` to the same shape.
    typealias Algorithm = @Sendable (_ start: NDArray, _ walk: SamplingWalk) async throws -> NDArray

    /// The noise that a sampler adds on the way.
    public enum AddedNoise: Sendable {
        case none
        /// Numbers of each image's generator, after the noise that it starts from.
        case fresh
        /// Numbers of a Brownian tree, so that the same level sees the same noise whatever the steps are.
        case brownian
    }

    /// A program that has the sampler.
    public enum Origin: String, Sendable {
        /// A1111 1.10 with k-diffusion 0.1.1.
        case a1111 = "A1111"
        /// diffusers 0.42, which SD.Next runs.
        case diffusers
        /// ComfyUI and Forge.
        case comfyUI = "ComfyUI"
    }

    /// The space that a sampler works in.
    enum Grid: Sendable {
        /// Pictures under noise of standard deviation σ: `x = x₀ + σ · ε`. The levels are those of the schedule.
        case sigmas
        /// The same levels for solvers of diffusers, which begin with noise of `√(σ² + 1)`, and may end at the least σ.
        case solver(endsAtLeastSigma: Bool = false)
        /// The same levels among the fifty that latent consistency models are distilled on.
        case distilled
        /// Pictures mixed with noise as in training: `x = √ᾱ · x₀ + √(1 − ᾱ) · ε`, at these training steps, falling.
        case timesteps(@Sendable (_ settings: SamplingSettings, _ objective: Objective) -> [Double])
    }

    /// - Parameters:
    ///   - evaluations: how often the model is asked in all, from the number of steps; nil: `evaluationsPerStep` times, but once in the
    ///     last step.
    ///   - algorithm: see `SamplingWalk`.
    init(
        _ name: String, _ aliases: [String] = [], automatic: Schedule = .uniform, discardsPenultimate: Bool = false,
        evaluationsPerStep: Int = 1, steps: ClosedRange<Int> = 1...1000, countsSteps: Bool = true,
        addedNoise: AddedNoise = .none, options: Set<SamplerOption> = [], defaultEta: Float = 1,
        plusPlusFactor: Float? = nil, origin: Origin = .a1111, grid: Grid = .sigmas, evaluations: (@Sendable (Int) -> Int)? = nil,
        _ summary: String,
        algorithm: @escaping Algorithm
    ) {
        self.name = name
        self.aliases = aliases
        automaticSchedule = automatic
        self.discardsPenultimate = discardsPenultimate
        self.evaluationsPerStep = evaluationsPerStep
        self.countsSteps = countsSteps
        (minimumSteps, maximumSteps) = (steps.lowerBound, steps.upperBound)
        self.addedNoise = addedNoise
        self.options = options
        self.defaultEta = defaultEta
        self.plusPlusFactor = plusPlusFactor
        self.origin = origin
        self.summary = summary
        self.grid = grid
        countEvaluations = evaluations
        self.algorithm = algorithm
    }

    /// How often the model is asked in all; for DPM adaptive, which decides on the way, the number of steps.
    public func evaluationCount(steps: Int) -> Int {
        countEvaluations?(steps) ?? steps * evaluationsPerStep - (evaluationsPerStep - 1)
    }

    /// Whether a schedule matters: samplers on training steps have their own, but for DDIM of diffusers, which knows Turbo.
    public func takes(_ schedule: Schedule) -> Bool {
        guard case .timesteps = grid else { return true }
        return schedule == .automatic || self == .ddimDiffusers && schedule == .turbo
    }

    /// The schedule that is followed when one is asked for.
    public func followed(_ schedule: Schedule) -> Schedule {
        if !takes(schedule) { return .automatic }
        if case .timesteps = grid { return schedule }
        return schedule == .automatic ? automaticSchedule : schedule
    }
}

/// An option that some samplers obey; see `SamplerOptions`.
public enum SamplerOption: Sendable, Hashable {
    case eta, churn, noiseScale, order, variant, lowerOrderFinal
}

extension Sampler: Hashable {
    public static func == (left: Sampler, right: Sampler) -> Bool { left.name == right.name }
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension Sampler: CustomStringConvertible {
    /// The name.
    public var description: String { name }
}

extension Sampler: Codable {
    /// Reads the name.
    public init(from decoder: any Decoder) throws {
        let name = try decoder.singleValueContainer().decode(String.self)
        guard let sampler = Sampler(name) else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "There is no sampler \"\(name)\"."))
        }
        self = sampler
    }

    /// Writes the name.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }

    /// Finds a sampler by its exact name.
    public init?(_ name: String) {
        guard let sampler = Self.byName[name] else { return nil }
        self = sampler
    }

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
}
