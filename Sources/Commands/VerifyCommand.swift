import ArgumentParser
import Checkpoints
import Compilation
import Diffusion
import Fidelity
import FoundationEssentials
import Generation
import Hosting
import ImageCodecs
import OpenVINO
import Settings

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Compare a device and its precision with the reference: the CPU in f32.",
        discussion: """
            easel verify                      # what `easel generate` would use here
            easel verify --device GPU
            easel verify --device GPU --precision f16 --size 768x512 \\
                --prompt "a castle on a hill" --output castle.png
            easel verify --device GPU --prompt "a lighthouse <lora:film:0.8>"
            easel verify --precision bf16 --json

            Each network gets the same input on both, then a whole picture is drawn on both. The table shows which precision the \
            device said it computes in, how far its answers are off (relative error: 1 % is the bound for UNet and VAE), and how \
            many times as fast as the reference it is. LoRAs that the prompt names are in both, at the same strengths. The file \
            shows reference, candidate and ten times their difference.

            Exit codes: 0 within bounds, 1 outside, 64 wrong usage, 65 bad input file, 69 device unavailable, 74 cannot write, 130 \
            interrupted.
            """)

    @OptionGroup
    var model: ModelOptions

    @OptionGroup(title: "Prompt language")
    var files: PromptFiles

    @OptionGroup(title: "Devices and precision")
    var settings: SettingsOptions

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Of the pictures, as 512 or 768x512, in multiples of 8. The model's own size when left out.", valueName: "size"))
    var size: PictureSize?

    @Option(parsing: .unconditional, help: ArgumentHelp("Steps from noise to picture.", valueName: "number"))
    var steps = 20

    @Option(parsing: .unconditional, help: ArgumentHelp("What to draw; may name LoRAs as <lora:NAME:0.8>.", valueName: "text"))
    var prompt = Probe.prompt

    @Option(
        name: [.short, .long], parsing: .unconditional, help: ArgumentHelp("Seed of the pictures; -1 for any.", valueName: "number"),
        transform: Seed.init(argument:))
    var seed = Seed.number(0)

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "Where to write the pictures side by side: .png, .jpg, .jpeg or .webp; replaced when it is there.", valueName: "file"))
    var output = "easel-verify.png"

    @Flag(help: "Print one JSON object instead of the table.")
    var json = false

    func validate() throws {
        if output == "-" { throw ValidationError("The table goes to standard output. Name a file for the pictures with --output.") }
        do {
            try request(defaultSize: 512).validate()
        } catch {
            throw ValidationError(error.description)
        }
    }

    func run() async throws {
        let isWithinBounds: Bool
        do {
            isWithinBounds = try await cancellingOnInterrupt { try await verify() }
        } catch {
            CommandFailure((error as? ProbeError)?.cause ?? error).end()
        }
        if !isWithinBounds { throw ExitCode(1) }
    }

    private func request(defaultSize: Int) -> GenerationRequest {
        var request = GenerationRequest(prompt: prompt)
        request.width = size?.width ?? defaultSize
        request.height = size?.height ?? defaultSize
        request.steps = steps
        request.seed = seed.number ?? .random(in: Seed.drawn)
        return request
    }

    private func verify() async throws -> Bool {
        let settings = try settings.load()
        settings.noteModelFolders()
        let resources = try files.open(settings)
        let path = try model.path(settings)
        let report = model.progress()
        defer { report.finish() }
        let opener = try ModelOpener(settings, onNote: Terminal.note)
        let opened = try opener.reference(for: path)
        let destination = try OutputDestination(output, onNote: report.note)
        let candidate = try await opener.pipeline(from: opened, isForOneRequest: false, resources: resources) {
            report.report($0, errorBound: opener.settings.autoErrorBound)
        }.pipeline
        let request = request(defaultSize: candidate.checkpoint.nativeSize)
        let placements = candidate.placements

        let probe = Probe(candidate, size: (request.width, request.height), keepsReferenceNetworks: true)
        var stages: [StageFidelity] = []
        let plan = try candidate.plan(for: [request])
        for (key, patch) in try await candidate.keys(for: plan.need, under: plan.loras) {
            report.report("Comparing the \(key.network) on \(key.placement) with the reference")
            let network = try await candidate.network(key, with: patch)
            stages.append(try await probe.fidelity(of: network, prompt: plan.firstText, loras: plan.loras))
        }
        report.report("Drawing on the reference")
        let expected = try await candidate.onReference().generate(request) { report.report($0) }.images[0]
        report.report("Drawing on \(placements.denoise)")
        let result = try await candidate.generate(request) { report.report($0) }
        report.finish()
        for warning in result.warnings { report.warn(warning.description) }

        let comparison = Comparison(of: expected, and: result.images[0])
        let fidelity = comparison.report(stages: stages, bounds: opener.bounds)
        let file = try destination.save(Picture(comparison.image, seed: request.seed), index: 0, of: 1)
        let table = VerifyReport(
            fidelity: fidelity, model: candidate.checkpoint.name, request: request, placements: placements,
            amplification: comparison.amplification, comparison: file.path)
        Terminal.write(json ? table.json + "\n" : table.text, to: .standardOutput)
        if let detour = file.detour { throw CommandFailure(.cannotWrite, detour) }
        return fidelity.verdict.isWithinBounds
    }
}
