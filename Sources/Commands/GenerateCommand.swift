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
            easel generate "a castle" --image small.png --upscaling redraw --upscale-by 2 --strength 0.3
            easel generate "a harbour" --grade color_temp=5000 --grade vignette=0.4 \\
                --correct brightness=1

            With files of your own (a model, a style "ink", wildcards/weather.txt):

            easel generate "a castle" --model sd15.safetensors --width 768 \\
                --steps 30 --sampler "DPM++ 2M Karras" --output castle.png
            easel generate "a [red:blue:0.5] (car:1.2), __weather__" --clip-skip 2 \\
                --styles ink --styles-file styles.csv --wildcards wildcards

            A grid of 3×2 pictures with labels, and two grids beside each other. Ranges are read as A1111's X/Y/Z plot reads them: 1-5, \
            1-10 (+2), 0-1 [5]. Values with commas stand between quotation marks. A prompt axis replaces its first value by the others. \
            Any field of a request can be an axis, and model:

            easel generate "red apple" --seed 7 --grid steps=10,20,30 cfg_scale=4,7
            easel generate "red apple" --output sheet.png --no-cells \
                --grid prompt=red,green,yellow "seed=1-3" "sampler=Euler,DPM++ 2M Karras"

            Prompts from a file, and the same change to each picture of a folder:

            easel generate --prompts-file prompts.txt --output pictures/
            easel generate "a watercolour" --image photos/ --mask masks/ --strength 0.5 --output drawn/

            `easel prompt` explains how a prompt is read. The prompt, the seed and all settings are stored in the picture, where A1111 \
            and its tools read them.

            A file that --output names is replaced when it is there; several pictures are numbered: castle-1.png, castle-2.png. In a \
            folder, files are named by seed, and none is replaced: easel-7.png, easel-7-2.png. --output - writes one picture to \
            standard output. A picture that cannot be written where it should be is written to the current folder or to the temporary \
            one instead; the command then says where it is, and ends with exit code 74.

            Exit codes: 0 done, 64 wrong usage, 65 bad input file, 69 device unavailable, 74 cannot write, 130 interrupted.
            """)

    @Argument(help: "What to draw. Any length: nothing is cut.")
    var prompt: String?

    @OptionGroup(title: "Grids, and prompts from a file")
    var several: SeveralFlags

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

    @OptionGroup(title: "A picture enlarged and drawn anew")
    var upscaling: UpscalingFlags

    @OptionGroup(title: "A second pass at a larger size")
    var hires: HiresFlags

    @OptionGroup(title: "VAE")
    var vae: VAEFlags

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
        guard prompt != nil || several.promptsFile != nil else {
            throw ValidationError("There is nothing to draw. Write a prompt, or name a file of prompts with --prompts-file.")
        }
        if json, output == "-" {
            throw ValidationError("--json and --output - both write to standard output. Name a file or a folder with --output.")
        }
        // The size is checked again once the model's own size is known.
        var request = try request(defaultSize: 512)
        // The pictures are read later.
        if pictures.isUsed { request.sourcePictures = InputPicture(sha256: String(repeating: "0", count: 64)).map { [$0] } ?? [] }
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
        var request = GenerationRequest(prompt: prompt ?? "")
        (request.width, request.height) = (defaultSize, defaultSize)
        defaults.apply(fields(from: defaults), to: &request)
        if let negativePrompt { request.negativePrompt = negativePrompt }
        if let source {
            request.sourcePictures = [source.file.picture]
            request.mask = source.mask?.picture
            if !pictures.onlyMasked, !upscaling.isUsed {
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
        upscaling.apply(to: &request)
        hires.apply(to: &request)
        vae.apply(to: &request)
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
        keys.formUnion(several.axisKeys)
        // The picture's size comes first.
        if pictures.isUsed { keys.formUnion([GenerationField.width.key, GenerationField.height.key]) }
        return defaults.fields { keys.contains($0.key) }
    }
}
