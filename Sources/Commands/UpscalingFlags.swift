public import ArgumentParser
public import Generation

/// The options of a picture that is enlarged and drawn anew in tiles.
struct UpscalingFlags: ParsableArguments {
    @Option(
        name: .customLong("upscaling"),
        help: ArgumentHelp(
            "Enlarge --image, and draw it anew in tiles of --width and --height: redraw. `easel upscale` enlarges without drawing.",
            valueName: "mode"))
    var mode = Upscaling.Mode.off

    @Option(
        name: .customLong("upscale-by"), parsing: .unconditional,
        help: ArgumentHelp("How many times as large each side becomes.", valueName: "number"))
    var scale: Float = 2

    @Option(
        name: .customLong("upscale-size"),
        help: ArgumentHelp(
            "The same with the size of the result, to which it is cut; 0 for a side that follows from the other: 2048x0.",
            valueName: "WxH"))
    var size: HiresTarget?

    @Option(help: ArgumentHelp(
        "What enlarges it before it is drawn: Lanczos, Nearest, None, or a file of `easel upscale --list`.", valueName: "name"))
    var upscaler = PictureUpscaler.lanczos.rawValue

    @Option(parsing: .unconditional, help: ArgumentHelp("Pixels that neighbouring tiles share at least.", valueName: "pixels"))
    var tileOverlap = 64

    /// Whether pictures are drawn anew in tiles.
    var isUsed: Bool { mode != .off }

    func validate() throws {
        if mode == .plain {
            throw ValidationError("--upscaling plain draws nothing and needs no prompt. Use `easel upscale FILE --by 2`.")
        }
    }

    /// Puts the options into a request.
    func apply(to request: inout GenerationRequest) {
        guard isUsed else { return }
        request.upscaling.mode = mode
        request.upscaling.scale = scale
        if let size { (request.upscaling.width, request.upscaling.height) = (size.width, size.height) }
        request.upscaling.upscaler = upscaler
        request.upscaling.tileOverlap = tileOverlap
    }
}

extension Upscaling.Mode: ExpressibleByArgument {}
