import ArgumentParser
import Checkpoints
import Diffusion
import Files
import FoundationEssentials
import Generation
import Hosting
import ImageCodecs
import Settings

struct UpscaleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upscale",
        abstract: "Make pictures larger, without drawing anything new.",
        discussion: """
            easel upscale photo.png --by 4 --upscaler 4x-UltraSharp
            easel upscale photo.png --width 1920 --height 1080 --upscaler "R-ESRGAN 4x+"
            easel upscale holiday/ --by 2 --upscaler 4x-UltraSharp --output large/
            easel upscale photo.png --by 4 --upscaler a --second-upscaler b --second-share 0.3
            easel upscale --list

            Lanczos and Nearest are built in; they add no detail. Networks do: put the files of ESRGAN, Real-ESRGAN, Compact or SPAN \
            (.safetensors or .pth; nothing in them is run) into ~/.local/share/easel/upscalers, or name their folders with \
            EASEL_UPSCALERS=FOLDER:FOLDER, or A1111's or ComfyUI's folder with --model-folder. An upscaler is called by its file's name \
            without the ending, or as A1111 calls it: "R-ESRGAN 4x+" is RealESRGAN_x4plus.

            A network has a scale of its own, mostly 4: it is used once or more until the picture is large enough, and Lanczos makes it \
            fit. With --by, sides are whole multiples of 8 pixels. With --width and --height, what is too much is cut off, in equal \
            parts; with one of them, the other follows. Large pictures are enlarged tile by tile, so that any size fits into memory.

            A result is called photo-4x.png, or photo-1920x1080.png, and lies in the current folder; no file is replaced, except one \
            that --output names. What a PNG says of how it was made stays in it, and how it was enlarged is added. Transparency stays, \
            except in JPEG.

            To let a model draw finer detail into a larger picture, use `easel generate PROMPT --image photo.png --upscaling redraw`.

            Exit codes: 0 done, 64 wrong usage, 65 bad input file, 69 device unavailable, 74 cannot write, 130 interrupted.
            """)

    @Argument(help: ArgumentHelp("Pictures (PNG, JPEG, WebP), or folders of them.", valueName: "file-or-folder"))
    var files: [String] = []

    @Option(
        name: .customLong("by"), parsing: .unconditional,
        help: ArgumentHelp("How many times as large each side becomes, 0.1 to 8. 2 when left out.", valueName: "number"))
    var scale: Float?

    @Option(
        name: [.customShort("W"), .long], parsing: .unconditional,
        help: ArgumentHelp("Width of the result instead of --by.", valueName: "pixels"))
    var width: Int?

    @Option(
        name: [.customShort("H"), .long], parsing: .unconditional,
        help: ArgumentHelp("Height of the result instead of --by.", valueName: "pixels"))
    var height: Int?

    @Flag(name: .customLong("no-crop"), help: "With --width and --height, keep what goes beyond one of them.")
    var keepsAll = false

    @Option(name: [.short, .long], help: ArgumentHelp(
        "Lanczos, Nearest, or a file's name; --list shows what there is.", valueName: "name"))
    var upscaler = PictureUpscaler.lanczos.rawValue

    @Option(help: ArgumentHelp("Another upscaler whose result is mixed in.", valueName: "name"))
    var secondUpscaler: String?

    @Option(parsing: .unconditional, help: ArgumentHelp(
        "The share of --second-upscaler, 0 to 1. 0.5 when left out.", valueName: "number"))
    var secondShare: Float?

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("A file (.png, .jpg, .jpeg, .webp), a folder, or - for standard output.", valueName: "file-or-folder"))
    var output = "."

    @Option(help: ArgumentHelp("Format of files in a folder and of standard output: png, jpeg or webp.", valueName: "format"))
    var format: ImageFormat?

    @Flag(help: "List the upscalers that can be used by name.")
    var list = false

    @OptionGroup var folders: FolderOptions

    @Option(help: ArgumentHelp(
        "Devices in the order in which they are tried, for example GPU,CPU; see `easel devices`.", valueName: "names"))
    var device: [String] = []

    @Option(help: ArgumentHelp(
        "How exactly to compute: f32, bf16, f16, default, performance or accuracy. f32 when left out.", valueName: "mode"))
    var precision: AccuracyMode?

    @Flag(name: [.short, .long], help: "Show no progress, only warnings and errors.")
    var quiet = false

    @Flag(help: "Print one JSON object as the last line of standard output.")
    var json = false

    func validate() throws {
        if list { return }
        guard !files.isEmpty else {
            throw ValidationError(
                "Name a picture, such as `easel upscale photo.png --by 4 --upscaler NAME`. `easel upscale --list` shows names.")
        }
        if scale != nil, width != nil || height != nil {
            throw ValidationError("--by does not go together with --width and --height. Leave one out.")
        }
        if secondShare != nil, secondUpscaler == nil {
            throw ValidationError("--second-share needs a second upscaler. Name one with --second-upscaler.")
        }
        if json, output == "-" {
            throw ValidationError("--json and --output - both write to standard output. Name a file or a folder with --output.")
        }
        for (side, flag) in [(width, "--width"), (height, "--height")] {
            if let side, side < 1 { throw ValidationError("\(flag) \(side) is no size. Use 1 or more.") }
        }
        let anyPicture = InputPicture(sha256: String(repeating: "0", count: 64))
        do {
            try request(for: anyPicture.map { [$0] } ?? []).validate()
        } catch {
            throw ValidationError(error.description)
        }
    }

    func run() async throws {
        do {
            let settings = try settings()
            settings.noteModelFolders()
            if list { return Terminal.write(UpscalerListReport(UpscalerLibrary(settings)).output(asJSON: json), to: .standardOutput) }
            try await cancellingOnInterrupt { try await upscale(settings) }
        } catch {
            CommandFailure(error).end()
        }
    }

    /// The request that the flags make.
    func request(for pictures: [InputPicture]) -> GenerationRequest {
        var request = GenerationRequest(prompt: "")
        request.sourcePictures = pictures
        request.upscaling.mode = .plain
        request.upscaling.upscaler = upscaler
        request.upscaling.scale = scale ?? request.upscaling.scale
        (request.upscaling.width, request.upscaling.height) = (width ?? 0, height ?? 0)
        request.upscaling.crops = !keepsAll
        if let secondUpscaler {
            (request.upscaling.secondUpscaler, request.upscaling.secondShare) = (secondUpscaler, secondShare ?? 0.5)
        }
        return request
    }

    private func settings() throws -> EaselSettings {
        var options = try SettingsOptions.parse(device.flatMap { ["--device", $0] })
        options.folders = folders
        var settings = try options.load()
        if let precision { settings.openvinoAccuracyPerComponent.decode = precision }
        return settings
    }

    private func upscale(_ settings: EaselSettings) async throws {
        let began = ContinuousClock.now
        let progress = ProgressReporter(ProgressReporter.style(quiet: quiet))
        // Errors too start on a clean line.
        defer { progress.finish() }
        let folders = UserFolders()
        let paths = try files.flatMap { name throws(CommandFailure) in try PictureFlags.files(folders.path(name), named: name) }
        let destination = try OutputDestination(output, format: format, count: paths.count, onNote: progress.note)
        try refuseToReplace(paths, destination)
        let opener = try ModelOpener(settings, onNote: Terminal.note)
        // Unknown names show before anything is read.
        try opener.upscalers.validate(upscaler, field: .upscaler)
        if let secondUpscaler { try opener.upscalers.validate(secondUpscaler, field: .secondUpscaler) }

        var report = UpscaleReport(upscaler: upscaler)
        // Told at the end: what fails for one picture must not lose the next.
        var failures: [CommandFailure] = []
        for (index, path) in paths.enumerated() {
            if paths.count > 1 { progress.note("Picture \(index + 1) of \(paths.count): \(path.lastPathComponent)") }
            do {
                let file = try InputFile(path)
                let request = request(for: [file.picture])
                var result = try await opener.upscaling(inputPictures: InputFiles(file))
                    .enlarge([request]) { progress.report($0) }[0]
                progress.finish()
                result.writePostprocessing(for: request, version: "Easel \(Version.current)")
                for warning in result.warnings { progress.warn(warning.description) }
                let picture = result.pictures[0]
                if picture.alpha != nil, destination.format == .jpeg {
                    progress.warn("JPEG has no transparency: \(path.lastPathComponent) was laid over white.")
                }
                let saved = try destination.save(
                    picture, index: index, of: paths.count, named: path.lastPathComponent.deletingPathExtension + suffix)
                if let detour = saved.detour { failures.append(CommandFailure(.cannotWrite, detour)) }
                report.add(result, from: path, savedAt: saved.path)
                if !json, destination.place != .standardOutput { Terminal.write("\(saved.path)\n", to: .standardOutput) }
            } catch {
                let failure = CommandFailure(error)
                if failure.reason == .interrupted || paths.count == 1 { throw failure }
                progress.warn("\(path.lastPathComponent) was left out. \(failure.description)")
                failures.append(failure)
            }
        }
        if json {
            report.total = (ContinuousClock.now - began).seconds
            Terminal.write(jsonLine(report) + "\n", to: .standardOutput)
        }
        if let first = failures.first {
            throw CommandFailure(first.reason, failures.map(\.description).joined(separator: "\n"))
        }
    }

    /// Ending that is put behind a file's name: `-4x`, `-1920x1080`, `-1920w`.
    private var suffix: String {
        switch (width, height) {
        case (let width?, let height?): "-\(width)x\(height)"
        case (let width?, nil): "-\(width)w"
        case (nil, let height?): "-\(height)h"
        case (nil, nil): "-\((scale ?? Upscaling().scale).short)x"
        }
    }

    /// A picture that is still to be read must not be replaced by a result.
    private func refuseToReplace(_ paths: [String], _ destination: OutputDestination) throws(CommandFailure) {
        for index in paths.indices {
            guard let file = destination.chosenFile(index, of: paths.count), let identity = FileIdentity(file.path) else { continue }
            if let source = paths.first(where: { FileIdentity($0) == identity }) {
                throw CommandFailure(
                    .usage, "--output \(output) would replace the picture \"\(source)\" itself. Give another name.")
            }
        }
    }
}
