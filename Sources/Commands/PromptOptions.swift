import ArgumentParser
import Generation
import Prompting

/// How the prompts of a request are read.
struct PromptOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Styles to put on the prompts, separated by commas; may be repeated. A name may have commas itself.", valueName: "names"))
    var styles: [String] = []

    @OptionGroup
    var files: PromptFiles

    @Option(help: ArgumentHelp("What weights like (red:1.3) do: original, no_norm (without restoring the mean), ignore, or none (brackets are text).", valueName: "mode"))
    var emphasis = Emphasis.original

    @Option(parsing: .unconditional, help: ArgumentHelp("Which of the text encoder's layers the picture is drawn from: 1 is the last, 2 the one before it.", valueName: "number"))
    var clipSkip = 1

    @Option(parsing: .unconditional, help: ArgumentHelp("A full chunk ends after a comma among its last tokens, this many at most; 0 cuts at 75 tokens.", valueName: "number"))
    var commaBacktrack = 20

    @Option(help: ArgumentHelp("What 5 in [cat:dog:5] counts: steps from 1, sdnext, or the UNet's evaluations from 0, a1111.", valueName: "way"))
    var scheduleCounting = ScheduleCounting.sdnext

    @Flag(help: "Fill the shorter of prompt and negative prompt up with empty chunks, as A1111's option of that name does.")
    var padCondUncond = false

    /// Puts the options into a request.
    /// - Parameter library: what styles there are; without it, every comma ends a name.
    func apply(to request: inout GenerationRequest, styles library: StyleLibrary) {
        request.styles = GenerationRequest.styles(named: styles.flatMap(library.names(in:)))
        request.emphasis = emphasis
        request.clipSkip = clipSkip
        request.commaBacktrack = commaBacktrack
        request.padsConditionings = padCondUncond
        request.scheduleCounting = scheduleCounting
    }
}
