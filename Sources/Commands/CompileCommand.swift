import ArgumentParser
import Checkpoints
import Compilation
import Diffusion
import FoundationEssentials
import Generation
import Hosting
import Settings

struct CompileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compile",
        abstract: "Compile a model ahead for the sizes that will be drawn.",
        discussion: """
            easel compile --model sd15.safetensors --device GPU \\
                --sizes 512x512,768x512 --chunks 3

            Where compiling takes minutes, as on GPUs, later runs take what was compiled from the disk cache; `easel cache list` \
            shows it. On CPUs a model of any shape compiles in a second or two, and nothing is kept: there this command only tells \
            how long it takes. Prompts of up to --chunks times 75 tokens then cause no compile, whatever their length.
            """)

    @OptionGroup
    var model: ModelOptions

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Sizes of pictures, as 512 or 768x512, several separated by commas. The model's own size when left out.", valueName: "sizes"))
    var sizes = PictureSizes()

    @Option(parsing: .unconditional, help: ArgumentHelp("Chunks of 75 tokens that prompts may have.", valueName: "number"))
    var chunks: Int?

    @Option(name: [.short, .long], parsing: .unconditional, help: ArgumentHelp("Pictures that are drawn at once.", valueName: "number"))
    var batchSize = 1

    @Option(help: ArgumentHelp("For pictures whose edges fit together, as `easel generate --tiling` draws them.", valueName: "edges"))
    var tiling = Tiling.none

    @OptionGroup(title: "Devices and precision")
    var settings: SettingsOptions

    @Flag(help: "Print one JSON object with every compile.")
    var json = false

    func validate() throws {
        // The model's own size is a fitting one.
        for size in sizes.sizes.isEmpty ? [PictureSize(width: 512, height: 512)] : sizes.sizes {
            var request = GenerationRequest(prompt: "")
            (request.width, request.height, request.batchSize) = (size.width, size.height, batchSize)
            do {
                try request.validate()
            } catch {
                throw ValidationError(error.description)
            }
        }
        guard (1...64).contains(chunks ?? 1) else { throw ValidationError("Chunks \(chunks ?? 1) is out of range. Use 1 to 64.") }
    }

    func run() async throws {
        do {
            try await cancellingOnInterrupt { try await compile() }
        } catch {
            CommandFailure(error).end()
        }
    }

    private func compile() async throws {
        var settings = try settings.load()
        settings.noteModelFolders()
        let path = try model.path(settings)
        let progress = model.progress()
        defer { progress.finish() }
        if let chunks { settings.contextChunks = chunks }
        let opener = try ModelOpener(settings, onNote: Terminal.note)
        let pipeline = try await opener.open(path) { progress.report($0, errorBound: opener.settings.autoErrorBound) }
        let native = pipeline.checkpoint.nativeSize

        var compiled: [(network: NetworkID, record: CompileRecord)] = []
        for size in sizes.sizes.isEmpty ? [PictureSize(width: native, height: native)] : sizes.sizes {
            var request = GenerationRequest(prompt: "")
            (request.width, request.height, request.batchSize) = (size.width, size.height, batchSize)
            request.tiling = tiling
            for key in pipeline.keys(for: pipeline.need(forShortPromptsOf: request)) {
                progress.report("Compiling the \(key.network) for \(key.placement), \(size.text)")
                let known = await pipeline.networks.compileCounts[key.stage]
                let network = try await pipeline.network(key.network, shape: key.shape, reason: .preparation)
                if await pipeline.networks.compileCounts[key.stage] > known {
                    compiled.append((key.network, network.record))
                }
            }
        }
        progress.finish()
        if json {
            Terminal.write(jsonLine(Report(model: pipeline.checkpoint.name, compiles: compiled.map(\.record))) + "\n", to: .standardOutput)
        } else {
            var table = Table(header: ["COMPONENT", "DEVICE", "PRECISION", "SHAPE", "SECONDS", ""])
            for (network, record) in compiled {
                table.append([
                    "\(network)", record.device, record.precision, record.shape, "\(record.seconds.rounded(decimals: 2))",
                    record.isFromDiskCache ? "from the disk cache" : "",
                ])
            }
            Terminal.write(table.text, to: .standardOutput)
        }
    }

    private struct Report: Encodable {
        let model: String
        let compiles: [CompileRecord]
    }
}
