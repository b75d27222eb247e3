import ArgumentParser
import Generation
import Prompting

/// The options that say how prompts are read.
struct PromptOptions: ParsableArguments {
    @Option(help: ArgumentHelp(
        "Styles to put on the prompts, separated by commas; may be repeated. A name may have commas itself.", valueName: "names"))
    var styles: [String] = []

    @OptionGroup
    var files: PromptFiles

    @Option(help: ArgumentHelp(
        "What weights like (red:1.3) do: original, no_norm (without restoring the mean), ignore, or none (brackets are text).",
        valueName: "mode"))
    var emphasis = Emphasis.original

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Which of the text encoder's layers the picture is drawn from: 1 is the last, 2 the one before it. The model's default, or 1, "
                + "when left out.",
            valueName: "number"))
    var clipSkip: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "A full chunk ends after a comma among its last tokens, this many at most; 0 cuts at 75 tokens.", valueName: "number"))
    var commaBacktrack = 20

    @Option(help: ArgumentHelp(
        "What 5 in [cat:dog:5] counts: steps from 1, sdnext, or the UNet's evaluations from 0, a1111.", valueName: "way"))
    var scheduleCounting = ScheduleCounting.sdnext

    @Option(help: ArgumentHelp(
        "SDXL: the size that the picture is to look scaled from. The picture's size when left out.", valueName: "WxH"))
    var originalSize: PictureSize?

    @Option(name: [.long, .customLong("crop")], help: ArgumentHelp(
        "SDXL: the rows and columns that the picture is to look cropped by.", valueName: "top,left"))
    var cropTopLeft: CropOffset?

    @Option(help: ArgumentHelp("SDXL: the size that the picture is to look made for. The picture's size when left out.", valueName: "WxH"))
    var targetSize: PictureSize?

    @Option(name: .customLong("clip-skip-sdxl"), help: ArgumentHelp(
        "SDXL: how --clip-skip counts: not at all (none), or as A1111's setting, Forge or SD.Next count it.", valueName: "way"))
    var clipSkipRule = ClipSkipRule.none

    @Flag(inversion: .prefixedNo, help: "SDXL: an empty negative prompt is all zeros, as A1111 has it, instead of the encoded empty text.")
    var zeroEmptyNegative = true

    @Flag(help: "Fill the shorter of prompt and negative prompt up with empty chunks, as A1111's option of that name does.")
    var padCondUncond = false

    /// Puts the options into a request.
    /// - Parameter library: what styles there are; without it, every comma ends a name.
    func apply(to request: inout GenerationRequest, styles library: StyleLibrary) {
        request.styles = GenerationRequest.styles(named: styles.flatMap(library.names(in:)))
        request.emphasis = emphasis
        if let clipSkip { request.clipSkip = clipSkip }
        request.commaBacktrack = commaBacktrack
        request.padsConditionings = padCondUncond
        request.scheduleCounting = scheduleCounting
        request.sizeConditioning.original = originalSize
        if let cropTopLeft { request.sizeConditioning.crop = cropTopLeft }
        request.sizeConditioning.target = targetSize
        request.clipSkipRule = clipSkipRule
        request.zeroesEmptyNegative = zeroEmptyNegative
    }
}
