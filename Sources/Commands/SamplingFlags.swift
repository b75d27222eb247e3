import ArgumentParser
import Generation

/// The options of samplers, schedules, noise and guidance on the command line.
struct SamplingFlags: ParsableArguments {
    @Option(
        name: .customLong("option"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "An option of the sampler, the schedule, the noise, the guidance or the picture to begin with; may be repeated: "
                + "--option eta=0.5 --option rho=5.",
            discussion: Self.fields.map { "\($0.key): \($0.meaning)" }.joined(separator: "\n"), valueName: "name=value"))
    var options: [String] = []

    private static let fields: [GenerationField] = [.variationSeed, .variationStrength, .seedResizedFrom]
        + GenerationField.samplingOptions + pictureOptions

    /// Options of pictures to begin with that few people change.
    private static let pictureOptions: [GenerationField] = [
        .sourceUpscaler, .fixesSteps, .noiseMultiplier, .extraNoise, .posterior, .background, .correctsColors, .maskWeight, .roundsMask,
        .overlaysOriginal,
    ] + GenerationField.softNumbers

    /// Puts the options into a request.
    /// - Throws: `ValidationError` naming the first that is none.
    func apply(to request: inout GenerationRequest) throws {
        for option in options {
            let parts = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let name = parts[0].replacing("-", with: "_").lowercased()
            guard let field = Self.fields.first(where: { $0.key == name }) else {
                throw ValidationError("There is no option \"\(parts[0])\". Use \(Self.fields.map(\.key).joined(separator: ", ")).")
            }
            guard parts.count == 2, field.set(text: parts[1], in: &request) else {
                throw ValidationError("--option \(option) gives \(field.key) no value that it can have. Use \(field.allowedText).")
            }
        }
    }
}
