import ArgumentParser
import Checkpoints
import Diffusion
import Generation
import Hosting
import Prompting
import Sampling

struct PromptCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prompt",
        abstract: "Explain a prompt: weights, schedule, tokens, chunks and tags.",
        discussion: """
            easel prompt "a [red:blue:0.5] (car:1.2), <lora:film:0.8>"

            Nothing is drawn. Without --model the vocabulary that all released Stable Diffusion models share is used.
            """)

    @Argument(help: "The prompt to explain.")
    var prompt: String?

    @Flag(help: "Read the prompt from standard input, to its end.")
    var stdin = false

    @Option(parsing: .unconditional, help: ArgumentHelp("Steps of the schedule.", valueName: "number"))
    var steps = 20

    @Option(help: ArgumentHelp("The sampler that takes these steps: Heun asks the UNet twice in each.", valueName: "name"))
    var sampler = SamplerName(.euler)

    @Option(help: ArgumentHelp(
        "What 5 in [cat:dog:5] counts: steps from 1, sdnext, or the UNet's evaluations from 0, a1111.", valueName: "way"))
    var scheduleCounting = ScheduleCounting.sdnext

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("Use the vocabulary of this model: a path, or a name from `easel models`.", valueName: "model"))
    var model: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "A full chunk ends after a comma among its last tokens, this many at most; 0 cuts at 75 tokens.", valueName: "number"))
    var commaBacktrack = 20

    @OptionGroup var folders: FolderOptions

    @Flag(help: "Print one JSON object instead.")
    var json = false

    func validate() throws {
        if (prompt != nil) == stdin { throw ValidationError("Give the prompt either as an argument or with --stdin.") }
        var request = GenerationRequest(prompt: "")
        (request.steps, request.commaBacktrack) = (steps, commaBacktrack)
        do {
            try request.validate()
        } catch {
            throw ValidationError(error.description)
        }
    }

    func run() throws {
        do {
            let report = try report()
            let style = Terminal.Stream.standardOutput.isInteractive ? TextStyle.terminal : .plain
            Terminal.write(json ? report.json + "\n" : PromptExplanation(report, style: style).text, to: .standardOutput)
        } catch {
            CommandFailure(error).end()
        }
    }

    func report() throws -> PromptReport {
        let text = prompt ?? String(decoding: Terminal.readStandardInput(), as: UTF8.self)
        return PromptReport(Prompt(text), steps: steps, sampler: sampler.sampler, counting: scheduleCounting, chunker: try chunker())
    }

    private func chunker() throws -> PromptChunker {
        guard let model else { return PromptChunker(tokenizer: .bundled, commaBacktrack: commaBacktrack) }
        let files = try Checkpoint.open(ModelLibrary(folders.load()).path(of: model)).tokenizers[0]
        return PromptChunker(
            tokenizer: try CLIPTokenizer(files), paddingToken: Int32(clamping: files.paddingTokenID), commaBacktrack: commaBacktrack)
    }
}
