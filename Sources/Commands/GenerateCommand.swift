import ArgumentParser
import Checkpoints
import Compilation
import Diffusion
import Fidelity
import FoundationEssentials
import Generation
import Hosting
import ImageCodecs
import ImageProcessing
import Prompting
import Sampling
import Settings

struct GenerateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Draw pictures from a prompt.",
        discussion: """
            easel generate "red apple on a white background" --seed 7
            easel generate "a cat" --batch-size 4 --output cats/ --json
            easel generate "a harbour" --grade color_temp=5000 --grade vignette=0.4 \\
                --correct brightness=1

            With files of your own (a model, a style "ink", wildcards/weather.txt):

            easel generate "a castle" --model sd15.safetensors --width 768 \\
                --steps 30 --sampler "DPM++ 2M Karras" --output castle.png
            easel generate "a [red:blue:0.5] (car:1.2), __weather__" --clip-skip 2 \\
                --styles ink --styles-file styles.csv --wildcards wildcards

            `easel prompt` explains how a prompt is read. The prompt, the seed and all settings are stored in the picture, where A1111 \
            and its tools read them.

            A file that --output names is replaced when it is there; several pictures are numbered: castle-1.png, castle-2.png. In a \
            folder, files are named by seed, and none is replaced: easel-7.png, easel-7-2.png. --output - writes one picture to \
            standard output. A picture that cannot be written where it should be is written to the current folder or to the temporary \
            one instead; the command then says where it is, and ends with exit code 74.

            Exit codes: 0 done, 64 wrong usage, 65 bad input file, 69 device unavailable, 74 cannot write, 130 interrupted.
            """)

    @Argument(help: "What to draw. Any length: nothing is cut.")
    var prompt: String

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("What not to draw. The model's default, or nothing, when left out.", valueName: "text"))
    var negativePrompt: String?

    @OptionGroup
    var model: ModelOptions

    @Option(
        name: [.short, .long], parsing: .unconditional,
        help: ArgumentHelp(
            "Seed of the first picture; the same seed draws the same picture. Random when left out, and with -1.", valueName: "number"),
        transform: Seed.init(argument:))
    var seed = Seed.any

    @Option(help: ArgumentHelp(
        "Whose random numbers the seed stands for: torch (diffusers, SD.Next on the CPU) or philox (A1111 on a GPU).", valueName: "source"))
    var noise = NoiseSource.torch

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Steps from noise to picture. The model's default, or 20, when left out.", valueName: "number"))
    var steps: Int?

    @Option(help: ArgumentHelp(
        "How to go from noise to picture. A schedule may be fused to it: \"DPM++ 2M Karras\". The model's default, or Euler, when left out.",
        valueName: "name"))
    var sampler: SamplerName?

    @Option(help: ArgumentHelp("How noise levels are spaced over the steps. What suits the sampler when left out.", valueName: "name"))
    var schedule: Schedule?

    @OptionGroup(title: "Sampler options")
    var samplingFlags: SamplingFlags

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How strongly to follow the prompt. 1 ignores the negative prompt and takes half the time. The model's default, or 7, when left "
                + "out.",
            valueName: "number"))
    var cfgScale: Float?

    @Option(
        name: [.customShort("W"), .long], parsing: .unconditional,
        help: ArgumentHelp("In pixels, a multiple of 8. The size of --image, or the model's own size, when left out.", valueName: "pixels"))
    var width: Int?

    @Option(
        name: [.customShort("H"), .long], parsing: .unconditional,
        help: ArgumentHelp("In pixels, a multiple of 8. The size of --image, or the model's own size, when left out.", valueName: "pixels"))
    var height: Int?

    @Option(
        name: [.short, .long], parsing: .unconditional,
        help: ArgumentHelp("Pictures to draw, with seeds counting up.", valueName: "number"))
    var batchSize = 1

    @Option(help: ArgumentHelp(
        "Which edges fit together without a seam: x (left and right), y (top and bottom), both or none.", valueName: "edges"))
    var tiling = Tiling.none

    @OptionGroup(title: "Prompt language")
    var promptOptions: PromptOptions

    @OptionGroup(title: "Pictures to begin with")
    var pictures: PictureFlags

    @OptionGroup(title: "A second pass at a larger size")
    var hires: HiresFlags

    @OptionGroup(title: "Grading and correction")
    var grading: GradingOptions

    @OptionGroup(title: "Devices and precision")
    var settings: SettingsOptions

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("A file (.png, .jpg, .jpeg, .webp), a folder, or - for standard output.", valueName: "file-or-folder"))
    var output = "."

    @Option(help: ArgumentHelp(
        "Format of files named by seed and of standard output: png, jpeg or webp. PNG when left out.", valueName: "format"))
    var format: ImageFormat?

    @Flag(help: "Print one JSON object with paths, seeds and timings as the last line of standard output.")
    var json = false

    func validate() throws {
        if json, output == "-" {
            throw ValidationError("--json and --output - both write to standard output. Name a file or a folder with --output.")
        }
        // The size is checked again once the model's own size is known.
        let request = try request(defaultSize: 512)
        do {
            try request.validate()
        } catch {
            throw ValidationError(error.description)
        }
    }

    func run() async throws {
        do {
            try await cancellingOnInterrupt { try await generate() }
        } catch {
            CommandFailure(error).end()
        }
    }

    /// The request that the flags make.
    /// - Parameters:
    ///   - defaultSize: of the model, in pixels.
    ///   - source: the picture to begin with.
    ///   - isForInpainting: whether the model was made for inpainting.
    ///   - styles: what there is to choose from.
    ///   - defaults: the model's own, for what the flags leave out.
    func request(
        defaultSize: Int, source: PictureFlags.Source? = nil, isForInpainting: Bool = false, styles: StyleLibrary = StyleLibrary(),
        defaults: ModelDefaults = ModelDefaults()
    ) throws -> GenerationRequest {
        var request = GenerationRequest(prompt: prompt)
        (request.width, request.height) = (defaultSize, defaultSize)
        defaults.apply(fields(from: defaults), to: &request)
        if let negativePrompt { request.negativePrompt = negativePrompt }
        if let source {
            request.sourcePictures = [source.file.picture]
            request.mask = source.mask?.picture
            if !pictures.onlyMasked {
                let size = source.file.image.image.size.extended(by: pictures.extend ?? Margins())
                let drawn = size.drawable(nativeSize: defaultSize, width: width, height: height)
                (request.width, request.height) = (drawn.width, drawn.height)
            }
        }
        if let width { request.width = width }
        if let height { request.height = height }
        if let steps { request.steps = steps }
        if let sampler { (request.sampler, request.schedule) = (sampler.sampler, sampler.schedule ?? .automatic) }
        if let schedule { request.schedule = schedule }
        if let cfgScale { request.cfgScale = cfgScale }
        request.batchSize = batchSize
        request.noise = noise
        request.tiling = tiling
        if let number = seed.number { request.seed = number }
        promptOptions.apply(to: &request, styles: styles)
        try samplingFlags.apply(to: &request)
        pictures.apply(to: &request, isForInpainting: isForInpainting)
        hires.apply(to: &request)
        grading.apply(to: &request)
        return request
    }

    /// The fields that are left to the model's defaults.
    func fields(from defaults: ModelDefaults) -> [GenerationField] {
        let said: [(field: GenerationField, value: Any?)] = [
            (.negativePrompt, negativePrompt), (.width, width), (.height, height), (.steps, steps), (.sampler, sampler),
            (.schedule, schedule), (.cfgScale, cfgScale), (.clipSkip, promptOptions.clipSkip),
        ]
        var keys = Set(said.filter { $0.value != nil }.map(\.field.key))
        // The picture's size comes first.
        if pictures.isUsed { keys.formUnion([GenerationField.width.key, GenerationField.height.key]) }
        return defaults.fields { keys.contains($0.key) }
    }

    private func generate() async throws {
        let began = ContinuousClock.now
        let path = try model.path()
        let progress = model.progress()
        // Errors too start on a clean line.
        defer { progress.finish() }

        let resources = try promptOptions.files.open()
        let found = ModelDefaultsLibrary().defaults(of: ModelLibrary().name(ofPath: path), path: path)
        for note in found.notes { progress.warn(note) }
        let defaults = found.defaults ?? ModelDefaults()
        let taken = fields(from: defaults)

        let sources = try pictures.sources()
        let opener = try ModelOpener(settings.load(), inputPictures: InputFiles(sources), onNote: Terminal.note)
        let reference = try opener.reference(for: path)
        let count = max(sources.count, 1) * batchSize
        let destination = try OutputDestination(output, format: format, count: count, onNote: progress.note)
        if !taken.isEmpty { progress.note("Defaults of this model: \(defaults.text(of: taken))") }
        let (pipeline, tables) = try await opener.pipeline(from: reference, isForOneRequest: sources.count <= 1, resources: resources) {
            progress.report($0, errorBound: opener.settings.autoErrorBound)
        }
        async let hash = pipeline.checkpoint.publishedHash(rememberedIn: UserFolders().cache)

        let seed = self.seed.number ?? .random(in: Seed.drawn)
        let requests = try (sources.isEmpty ? [nil] : sources.map(Optional.some)).map { source in
            var request = try request(
                defaultSize: pipeline.checkpoint.nativeSize, source: source,
                isForInpainting: pipeline.checkpoint.takesMaskedPicture, styles: resources.styles, defaults: defaults)
            request.seed = seed
            return request
        }
        // Told before minutes are spent, and in flags.
        let preset = pipeline.checkpoint.suggestion?.preset
        warn(about: requests, pipeline, preset, progress)

        var whole: GenerationResult?
        var paths: [String] = []
        // Told at the end: what fails for one picture must not lose the next.
        var failures: [String] = []
        var index = 0
        for (number, request) in requests.enumerated() {
            if requests.count > 1 { progress.note("Picture \(number + 1) of \(requests.count): \(sources[number].name)") }
            var result = try await pipeline.generate(request) { progress.report($0) }
            progress.finish()
            let told = preset?.warning(about: request)
            for warning in result.allWarnings(asked: pipeline.placements) where warning != told { progress.warn(warning) }
            result.writeInfotexts(
                for: request, model: pipeline.checkpoint.name, modelHash: await hash, version: "Easel \(Version.current)")
            let name = sources.isEmpty ? nil : sources[number].name
            for picture in result.pictures {
                defer { index += 1 }
                do throws(CommandFailure) {
                    let saved = try destination.save(picture, index: index, of: count, named: name)
                    paths.append(saved.path)
                    if let detour = saved.detour { failures.append(detour) }
                    if !json, destination.place != .standardOutput { Terminal.write("\(saved.path)\n", to: .standardOutput) }
                } catch {
                    failures.append(error.description)
                }
            }
            whole = whole?.joined(with: result) ?? result
        }
        if json, let whole {
            let report = GenerationReport(
                paths: paths, model: pipeline.checkpoint.name, modelDefaults: taken.map(\.key), result: whole, precisionTables: tables,
                total: (ContinuousClock.now - began).seconds)
            Terminal.write(report.text + "\n", to: .standardOutput)
        }
        if !failures.isEmpty { throw CommandFailure(.cannotWrite, failures.joined(separator: "\n")) }
    }

    /// Warns of what takes more memory than there is, and of settings that do not suit the model; of each once.
    private func warn(
        about requests: [GenerationRequest], _ pipeline: DiffusionPipeline, _ preset: FewStepPreset?, _ progress: ProgressReporter
    ) {
        guard let largest = requests.max(by: { $0.width * $0.height < $1.width * $1.height }) else { return }
        let forecast = pipeline.memoryForecast(width: largest.width, height: largest.height, pictureCount: largest.batchSize)
        if let warning = forecast.warning(for: "\(largest.width)×\(largest.height)") { progress.warn(warning) }
        if let preset, let warning = preset.warning(about: largest, use: preset.flags) { progress.warn(warning) }
    }
}

extension GenerationResult {
    /// This result with the pictures of another one behind its own.
    fileprivate func joined(with other: GenerationResult) -> GenerationResult {
        var joined = self
        joined.pictures += other.pictures
        joined.warnings += other.warnings.filter { !warnings.contains($0) }
        joined.ignored += other.ignored.filter { !ignored.contains($0) }
        joined.timings.steps += other.timings.steps
        joined.compiles += other.compiles
        joined.moves += other.moves
        return joined
    }
}
