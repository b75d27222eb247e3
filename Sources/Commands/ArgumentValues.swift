public import ArgumentParser
public import Generation

// How values of the generation vocabulary are written on the command line.

extension Precision: ExpressibleByArgument {}
extension NoiseSource: ExpressibleByArgument {}

extension SamplerName: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
    public var defaultValueDescription: String { sampler.rawValue }
    public static var allValueStrings: [String] { Sampler.allCases.map(\.rawValue) }
}

extension Schedule: ExpressibleByArgument {
    public init?(argument: String) { self.init(name: argument) }
}
