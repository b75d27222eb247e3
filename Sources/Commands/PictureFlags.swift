import ArgumentParser
import Files
import FoundationEssentials
import Generation
import Hosting
import ImageCodecs

/// The options of pictures that drawing begins with.
struct PictureFlags: ParsableArguments {
    @Option(
        name: .customLong("image"),
        help: ArgumentHelp(
            "Begin with this picture: PNG, JPEG or WebP. May be repeated, or be a folder: each picture is drawn by itself.",
            valueName: "file-or-folder"))
    var images: [String] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How much of the picture is drawn anew, 0 to 1. 0.75 when left out, 0.9 with --extend.", valueName: "number"))
    var strength: Float?

    @Option(help: ArgumentHelp(
        "How a picture of another size gets the size that is drawn: just (stretched), crop, fill (its edges drawn out) or latent.",
        valueName: "mode"))
    var resizeMode = ResizeMode.just

    @Option(help: ArgumentHelp(
        "Draw anew only where this picture is white; a transparent picture counts by its opacity. A folder has a mask of each picture's "
            + "name.",
        valueName: "file-or-folder"))
    var mask: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("How far the mask's edge is blurred.", valueName: "pixels"))
    var maskBlur = 4

    @Option(help: ArgumentHelp(
        "What is under the mask at first: fill (the colours around it), original, noise or nothing. The picture when left out, noise with "
            + "--extend.",
        valueName: "content"))
    var maskedContent: MaskedContent?

    @Flag(help: "Draw anew where the mask is black.")
    var invertMask = false

    @Flag(help: "Draw the masked area alone, enlarged to --width and --height, and put it back into the picture.")
    var onlyMasked = false

    @Option(parsing: .unconditional, help: ArgumentHelp(
        "Pixels around the masked area that are drawn with it, with --only-masked.", valueName: "pixels"))
    var padding = 32

    @Flag(help: ArgumentHelp(
        "Draw grey parts of the mask as much anew as they are bright, without a visible edge; --mask-blur 16 or more suits it. Its "
            + "numbers are options: --option soft_preservation=1."))
    var softInpainting = false

    @Option(help: ArgumentHelp(
        "Draw more around the picture: pixels by side, such as left=128,top=64.", valueName: "side=pixels,…"))
    var extend: Margins?

    /// Whether drawing begins with a picture.
    var isUsed: Bool { !images.isEmpty }

    func validate() throws {
        if images.isEmpty, mask != nil || extend != nil {
            throw ValidationError("--\(mask != nil ? "mask" : "extend") needs a picture. Name one with --image.")
        }
        if mask != nil, extend != nil {
            throw ValidationError("--mask and --extend do not go together: --extend draws around the picture, and nothing in it.")
        }
    }

    /// Puts the options into a request.
    /// - Parameter isForInpainting: whether the model was made for inpainting, and draws best with all of the strength.
    func apply(to request: inout GenerationRequest, isForInpainting: Bool = false) {
        let extending = extend.map { _ in Inpainting.extending(isForInpainting: isForInpainting) }
        request.imageToImage.strength = strength ?? extending?.strength ?? 0.75
        request.imageToImage.resizeMode = resizeMode
        request.inpainting.blur = maskBlur
        request.inpainting.content = maskedContent ?? extending?.content ?? .original
        request.inpainting.isInverted = invertMask
        request.inpainting.onlyMasked = onlyMasked
        request.inpainting.padding = padding
        request.inpainting.soft.isOn = softInpainting
        if let extend { request.inpainting.extends = extend }
    }

    /// The pictures to begin with, in order, each with its mask.
    /// - Throws: `CommandFailure` for a file that is not there or cannot be read, and for a folder without pictures.
    func sources() throws(CommandFailure) -> [Source] {
        let folders = UserFolders()
        var sources: [Source] = []
        for name in images {
            let path = folders.path(name)
            for file in try Self.files(path, named: name) {
                let stem = file.lastPathComponent.deletingPathExtension
                sources.append(Source(name: stem, file: try InputFile(file), mask: try mask(of: file)))
            }
        }
        return sources
    }

    /// A picture to begin with.
    struct Source {
        /// The file's name without its ending.
        let name: String
        let file: InputFile
        let mask: InputFile?
    }

    static func files(_ path: String, named name: String) throws(CommandFailure) -> [String] {
        guard PathKind(path) == .folder else { return [path] }
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
        let files = names.filter { !$0.hasPrefix(".") && ImageFormat(fileExtension: $0.pathExtension) != nil }
        guard !files.isEmpty else {
            throw CommandFailure(.badInput, "There is no picture in \"\(name)\": it has no file that ends in .png, .jpg, .jpeg or .webp.")
        }
        return files.map { path + "/" + $0 }
    }

    /// The mask of a picture: the one that is named, or in a folder the one of the picture's name.
    private func mask(of picture: String) throws(CommandFailure) -> InputFile? {
        guard let mask else { return nil }
        let path = UserFolders().path(mask)
        guard PathKind(path) == .folder else { return try InputFile(path) }
        let files = try Self.files(path, named: mask)
        let name = picture.lastPathComponent.deletingPathExtension
        if files.count == 1 { return try InputFile(files[0]) }
        guard let file = files.first(where: { $0.lastPathComponent.deletingPathExtension == name }) else {
            throw CommandFailure(
                .badInput, "\"\(mask)\" has no mask for \(picture.lastPathComponent): a file called \(name).png is missing.")
        }
        return try InputFile(file)
    }
}

/// A picture file that was read.
struct InputFile {
    let picture: InputPicture
    let image: InputImage

    /// - Throws: `.badInput` when the file is not there or is no picture that can be read.
    init(_ path: String) throws(CommandFailure) {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try OpenFile.contents(of: path, atMost: Self.mostBytes)
        } catch {
            throw CommandFailure(.badInput, "Cannot read \"\(path)\": \(error.reason).")
        }
        do throws(ImageCodecError) {
            image = InputImage(try DecodedImage(decoding: bytes))
        } catch {
            throw CommandFailure(.badInput, "Cannot use \"\(path)\": \(error)")
        }
        picture = InputPicture(contents: bytes)
    }

    private static let mostBytes = 512 << 20
}

/// The input pictures of one command.
struct InputFiles: InputPictureSource {
    private var images: [InputPicture: InputImage] = [:]

    init(_ file: InputFile) { images[file.picture] = file.image }

    init(_ sources: [PictureFlags.Source]) {
        for source in sources {
            for file in [source.file, source.mask].compactMap(\.self) { images[file.picture] = file.image }
        }
    }

    func image(of picture: InputPicture) throws(InvalidRequest) -> InputImage {
        guard let image = images[picture] else { throw .missingInput(picture) }
        return image
    }
}
