import FoundationEssentials
import Generation
import ImageCodecs
import ImageProcessing

/// The pictures that A1111 appends behind each picture that was drawn with a mask: `return_mask` the mask as it was laid over the source,
/// `return_mask_composite` what was drawn, transparent where the source is seen.
///
/// Both are made anew from the request's pictures, so that no gallery keeps them.
struct ReturnedMasks {
    private let withMask: Bool
    private let withComposite: Bool
    private let recipe: Recipe
    private let mask: UploadedPicture?
    private let sources: [UploadedPicture]

    /// - Parameters:
    ///   - options: A1111's, by name.
    ///   - uploads: the pictures of the request.
    /// - Throws: `.invalidValue` for an option that is no flag.
    /// - Returns: nil when nothing is appended.
    init?(_ options: RequestFields, _ request: GenerationRequest, _ uploads: [UploadedPicture]) throws(APIError) {
        withMask = try options.flag("return_mask") ?? false
        withComposite = try options.flag("return_mask_composite") ?? false
        guard withMask || withComposite, request.mask != nil || request.inpainting.extends != Margins() else { return nil }
        recipe = request.recipe
        func upload(_ picture: InputPicture) -> UploadedPicture? { uploads.first { $0.picture == picture } }
        mask = request.mask.flatMap(upload)
        sources = request.sourcePictures.compactMap(upload)
    }

    /// Whether the mask is another than the one that was laid over the source.
    var isApproximate: Bool { recipe.inpainting.soft.isOn }

    /// The files behind a picture.
    /// - Parameters:
    ///   - picture: the drawn picture's file.
    ///   - index: its place in the batch.
    /// - Throws: `ImageCodecError`.
    func files(behind picture: Data, at index: Int, as format: ImageFormat) throws -> [Data] {
        guard !sources.isEmpty else { return [] }
        let source = try Self.image(sources[index % sources.count]).flattened(on: recipe.imageToImage.background)
        guard let mask = InpaintingMask.made(from: try mask.map(Self.image), picture: source.size, recipe).mask else { return [] }
        var files: [[UInt8]] = []
        if withMask { files.append(try mask.overlay.colored.encoded(as: format)) }
        if withComposite {
            let drawn = try DecodedImage(decoding: [UInt8](picture)).image
            let opacity = mask.overlay.resized(to: drawn.size, mode: .fill)
            let base = recipe.inpainting.overlaysOriginal ? mask.base(source.extended(by: recipe.inpainting.extends)) : nil
            files.append(try Self.uncovered(drawn, from: base, opacity).encoded(as: format, alpha: opacity.pixels))
        }
        return files.map { Data($0) }
    }

    private static func image(_ upload: UploadedPicture) throws -> InputImage { InputImage(try DecodedImage(decoding: upload.contents)) }

    /// The drawn colours without the source behind them; black where nothing is seen of them.
    private static func uncovered(_ drawn: RGBImage, from base: RGBImage?, _ opacity: GrayImage) -> RGBImage {
        let pixels = drawn.pixels.indices.map { index -> UInt8 in
            let (shown, color) = (Int(opacity.pixels[index / 3]), Int(drawn.pixels[index]))
            guard shown > 0 else { return 0 }
            guard let base else { return UInt8(color) }
            return UInt8(clamping: ((color - Int(base.pixels[index])) * 255 + Int(base.pixels[index]) * shown + shown / 2) / shown)
        }
        return RGBImage(width: drawn.width, height: drawn.height, pixels: pixels)
    }
}

extension GrayImage {
    /// The same brightness in all three colours.
    fileprivate var colored: RGBImage { RGBImage(width: width, height: height, pixels: pixels.flatMap { [$0, $0, $0] }) }
}
