public import ArgumentParser
import Checkpoints
public import Generation
public import ImageCodecs
public import Sampling
public import Settings

// Values of the generation vocabulary as they are written on the command line.

extension Seed {
    /// - Throws: `ValidationError` for what is no seed.
    init(argument: String) throws {
        guard let number = Int128(argument) else { throw ValidationError("A seed is a whole number.") }
        do {
            try self.init(number)
        } catch {
            throw ValidationError("\(error)")
        }
    }
}

extension Precision: ExpressibleByArgument {}
extension NoiseSource: ExpressibleByArgument {}
extension Tiling: ExpressibleByArgument {}
extension VAEMethod: ExpressibleByArgument {}
extension VAETiling: ExpressibleByArgument {}
extension Emphasis: ExpressibleByArgument {}
extension ScheduleCounting: ExpressibleByArgument {}
extension ClipSkipRule: ExpressibleByArgument {}
extension ResizeMode: ExpressibleByArgument {}
extension MaskedContent: ExpressibleByArgument {}
extension ShapePolicy: ExpressibleByArgument {}

extension AccuracyMode: ExpressibleByArgument {
    /// In any case: SD.Next and OpenVINO write `ACCURACY` too.
    public init?(argument: String) { self.init(rawValue: argument.lowercased()) }
}

extension PredictionMode: ExpressibleByArgument {
    /// As models' metadata and configurations write it too: `v_prediction`, `eps`.
    public init?(argument: String) {
        switch SchedulerConfiguration.Prediction(spelling: argument) {
        case .epsilon: self = .epsilon
        case .velocity: self = .v
        case .sample: self = .sample
        case nil: self.init(rawValue: argument.lowercased())
        }
    }
}

extension SamplerName: ExpressibleByArgument {
    /// Reads a sampler's name in any case, with or without a schedule fused to it; nil when no sampler is called that.
    public init?(argument: String) { self.init(argument) }
    /// The sampler's name as the help shows it, without a schedule.
    public var defaultValueDescription: String { sampler.name }
    /// Names of all samplers, as the help lists them.
    public static var allValueStrings: [String] { Sampler.all.map(\.name) }
}

extension Schedule: ExpressibleByArgument {
    /// Names of all schedules, as the help lists them.
    public static var allValueStrings: [String] { all.map(\.name) }
    /// Reads a schedule's name, regardless of case and separators; nil when no schedule is called that.
    public init?(argument: String) { self.init(name: argument) }
}

extension ImageFormat: ExpressibleByArgument {
    /// Reads a file extension as the name of a format; nil when no format has it.
    public init?(argument: String) { self.init(fileExtension: argument) }
}

extension Margins: ExpressibleByArgument {
    /// Reads `left=128,top=64`: any of left, top, right, bottom and all.
    public init?(argument: String) {
        var margins = Margins()
        for part in argument.lowercased().split(separator: ",") {
            let sides = part.split(separator: "=", maxSplits: 1)
            guard sides.count == 2, let pixels = Int(sides[1]), (0...2048).contains(pixels) else { return nil }
            switch sides[0] {
            case "left": margins.left = pixels
            case "top", "up": margins.top = pixels
            case "right": margins.right = pixels
            case "bottom", "down": margins.bottom = pixels
            case "all": margins = Margins(left: pixels, top: pixels, right: pixels, bottom: pixels)
            default: return nil
            }
        }
        guard margins != Margins() else { return nil }
        self = margins
    }
}
