import ArgumentParser
import Generation
import Sampling

/// The options of a second pass at a larger size.
struct HiresFlags: ParsableArguments {
    @Option(
        name: .customLong("hires-scale"), parsing: .unconditional,
        help: ArgumentHelp(
            "Draw the picture again so many times as large, from what the first pass has drawn: hires fix.", valueName: "number"))
    var scale: Float?

    @Option(name: .customLong("hires-size"), help: ArgumentHelp(
        "The same with the size of the finished picture; 0 for a side that follows from the other: 1024x0.", valueName: "WxH"))
    var size: HiresTarget?

    @Option(name: .customLong("hires-upscaler"), help: ArgumentHelp(
        "How the first pass is enlarged: \(HiresFix.upscalers.joined(separator: ", ")), or a file of `easel upscale "
            + "--list`.",
        valueName: "name"))
    var upscaler = LatentUpscaler.bilinear.rawValue

    @Option(
        name: .customLong("hires-steps"), parsing: .unconditional,
        help: ArgumentHelp("Steps of the second pass; all of them are done. Those of the first when left out.", valueName: "number"))
    var steps = 0

    @Option(
        name: .customLong("hires-strength"), parsing: .unconditional,
        help: ArgumentHelp("How much the second pass draws anew, 0 to 1.", valueName: "number"))
    var strength: Float = 0.7

    @Option(
        name: .customLong("hires-sampler"),
        help: ArgumentHelp("The sampler of the second pass. That of the first when left out.", valueName: "name"))
    var sampler: SamplerName?

    @Option(
        name: .customLong("hires-schedule"),
        help: ArgumentHelp("The schedule of the second pass. That of the first when left out.", valueName: "name"))
    var schedule: Schedule?

    @Option(
        name: .customLong("hires-prompt"),
        help: ArgumentHelp("The prompt of the second pass. That of the first when left out.", valueName: "text"))
    var prompt = ""

    @Option(
        name: .customLong("hires-negative-prompt"),
        help: ArgumentHelp("The negative prompt of the second pass. That of the first when left out.", valueName: "text"))
    var negativePrompt = ""

    /// Puts the options into a request; nothing without a scale or a size.
    func apply(to request: inout GenerationRequest) {
        guard scale != nil || size != nil else { return }
        request.hires.isOn = true
        if let scale { request.hires.scale = scale }
        if let size { (request.hires.width, request.hires.height) = (size.width, size.height) }
        request.hires.upscaler = upscaler
        request.hires.steps = steps
        request.imageToImage.strength = strength
        request.hires.sampler = sampler?.sampler
        request.hires.schedule = schedule ?? sampler?.schedule
        request.hires.prompt = prompt
        request.hires.negativePrompt = negativePrompt
    }
}

/// The size of a finished picture, one side of which may follow from the other.
struct HiresTarget: ExpressibleByArgument {
    let width: Int
    let height: Int

    /// Reads `1024x768`, `1024x0` and `0x768`.
    init?(argument: String) {
        let sides = argument.lowercased().split(whereSeparator: { "x×".contains($0) }).map { Int($0) }
        guard sides.count == 2, let width = sides[0], let height = sides[1], width >= 0, height >= 0, width + height > 0 else { return nil }
        (self.width, self.height) = (width, height)
    }
}
