/// A spacing of noise levels over the steps: a name, and the function that gives the levels.
///
/// Each is a constant in Schedule+All.swift, which lists them too.
public struct Schedule: Sendable {
    /// Its name in requests, as in A1111's API: `sgm_uniform`.
    public let name: String
    /// Its name in infotexts and on the page, as A1111 writes it: `SGM Uniform`.
    public let label: String
    /// Other spellings that requests may use.
    public let aliases: [String]
    /// The exponent unless a request says otherwise; nil for schedules without one.
    public let defaultRho: Double?
    /// Whether the levels are the model's own, rather than a curve between its least and its greatest.
    public let takesTrainingSteps: Bool
    /// Its idea, as a part of a sentence.
    public let summary: String
    let levels: @Sendable (Question) -> [Double]

    /// The things that levels depend on.
    struct Question: Sendable {
        /// Steps to plan for, 1 or more.
        let steps: Int
        /// The levels of training.
        let training: NoiseSchedule
        /// The least and greatest σ: training's, or those of the options.
        let (least, greatest): (Double, Double)
        let rho: Double
        let options: ScheduleOptions
        /// The table of Align Your Steps for the model.
        let alignedSteps: AlignedSteps
    }

    init(
        _ name: String, _ label: String, aliases: [String] = [], rho: Double? = nil, takesTrainingSteps: Bool = false, _ summary: String,
        levels: @escaping @Sendable (Question) -> [Double]
    ) {
        (self.name, self.label, self.aliases, self.summary, self.levels) = (name, label, aliases, summary, levels)
        (defaultRho, self.takesTrainingSteps) = (rho, takesTrainingSteps)
    }
}

/// Settings of schedules.
public struct ScheduleOptions: Sendable, Hashable, Codable {
    /// The exponent ρ of Karras and Polyexponential; 0: the schedule's own.
    public var rho: Float = 0
    /// The least σ; 0: the model's.
    public var sigmaMinimum: Float = 0
    /// The greatest σ; 0: the model's.
    public var sigmaMaximum: Float = 0
    /// Stretches training's noise so that nothing of the picture is left at the last step, as models with zero terminal SNR were trained.
    public var zeroTerminalSNR = false
    /// Plans one step more and leaves out the level before the last, with every sampler.
    public var discardsPenultimate = false
    /// The first parameter of the beta distribution, for the schedule Beta.
    public var betaAlpha: Float = 0.6
    /// The second parameter of the beta distribution.
    public var betaBeta: Float = 0.6

    /// Makes the options that change nothing.
    public init() {}
}

extension NoiseSchedule {
    /// The noise levels of a sampler's steps: falling, and 0 at the end but for KL Optimal.
    /// - Parameters:
    ///   - steps: 1 or more; DDIM may make more of them, and those of whole training steps fewer when there are hardly more of these.
    ///   - discardsPenultimate: whether a step more is planned, and the level before the last left out.
    func sigmas(
        _ schedule: Schedule, steps: Int, options: ScheduleOptions = ScheduleOptions(), discardsPenultimate: Bool = false,
        alignedSteps: AlignedSteps = .sd1
    ) -> [Double] {
        let discards = discardsPenultimate || options.discardsPenultimate
        let least = options.sigmaMinimum > 0 ? Double(options.sigmaMinimum) : Double(sigmas[0])
        let greatest = options.sigmaMaximum > 0 ? Double(options.sigmaMaximum) : Double(sigmas[stepCount - 1])
        let rho = options.rho > 0 ? Double(options.rho) : schedule.defaultRho ?? 0
        var levels = schedule.levels(
            Schedule.Question(
                steps: steps + (discards ? 1 : 0), training: self, least: least, greatest: greatest, rho: rho, options: options,
                alignedSteps: alignedSteps))
        if discards, levels.count > 2 { levels.remove(at: levels.count - 2) }
        // The originals keep them in single precision. Whole training steps may run out: a step that stands still is none.
        return levels.reduce(into: []) { sigmas, level in
            let level = Double(Float(level))
            if level != sigmas.last { sigmas.append(level) }
        }
    }
}

extension Schedule: Hashable {
    public static func == (left: Schedule, right: Schedule) -> Bool { left.name == right.name }
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension Schedule: CustomStringConvertible {
    /// The name.
    public var description: String { name }
}

extension Schedule: Codable {
    /// Reads the name.
    public init(from decoder: any Decoder) throws {
        let name = try decoder.singleValueContainer().decode(String.self)
        guard let schedule = Self.all.first(where: { $0.name == name }) else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "There is no schedule \"\(name)\"."))
        }
        self = schedule
    }

    /// Writes the name.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }
}
