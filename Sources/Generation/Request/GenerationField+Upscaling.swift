// Fields of enlarging. Names in infotexts are A1111's.
extension GenerationField {
    /// `upscaling`: whether source pictures are enlarged, and drawn anew in tiles.
    public static let upscalingMode = GenerationField(
        "upscaling", "Upscaling", \.recipe.upscaling.mode, .word, infotextText: { _ in nil },
        "whether source pictures are enlarged: not (off), without drawing (plain), or drawn anew in tiles (redraw)")
    /// `upscale_by`: how many times as large each side becomes.
    public static let upscaleScale = GenerationField(
        "upscale_by", "Postprocess upscale by", \.recipe.upscaling.scale, .number(0.1...8),
        infotextText: { $0.upscaling.isOn && !$0.upscaling.hasSize ? $0.upscaling.scale.short : nil },
        "how many times as large each side becomes; has no effect with upscale_width or upscale_height")
    /// `upscale_width`: width of the result in pixels.
    public static let upscaleWidth = GenerationField(
        "upscale_width", "Upscale width", \.recipe.upscaling.width, .whole(0...Upscaling.largestSide), infotextText: { _ in nil },
        "width of an enlarged picture in pixels; 0: follows from upscale_height or upscale_by")
    /// `upscale_height`: height of the result in pixels.
    public static let upscaleHeight = GenerationField(
        "upscale_height", "Postprocess upscale to", \.recipe.upscaling.height, .whole(0...Upscaling.largestSide),
        infotextText: { $0.upscaling.isOn && $0.upscaling.hasSize ? "\($0.upscaling.width)x\($0.upscaling.height)" : nil },
        "height of an enlarged picture in pixels; 0: follows from upscale_width or upscale_by")
    /// `upscale_crop`: whether a picture of another ratio is cut to size.
    public static let upscaleCrop = GenerationField(
        "upscale_crop", "Postprocess crop to", \.recipe.upscaling.crops, .flag,
        infotextText: { request in
            let upscaling = request.upscaling
            return upscaling.isOn && upscaling.crops && upscaling.hasBothSides ? "\(upscaling.width)x\(upscaling.height)" : nil
        },
        "whether a picture of another ratio is cut to upscale_width and upscale_height, instead of going beyond one of them")
    /// `upscaler`: how pictures are enlarged.
    public static let upscaler = GenerationField(
        "upscaler", "Postprocess upscaler", \.recipe.upscaling.upscaler, .text,
        infotextText: { $0.upscaling.isOn ? $0.upscaling.upscaler : nil },
        "how source pictures are enlarged: Lanczos, Nearest, or the name of an upscaler's file")
    /// `upscaler_2`: a second upscaler.
    public static let secondUpscaler = GenerationField(
        "upscaler_2", "Postprocess upscaler 2", \.recipe.upscaling.secondUpscaler, .text,
        infotextText: { $0.upscaling.isOn && $0.upscaling.secondShare > 0 ? $0.upscaling.secondUpscaler : nil },
        "a second upscaler whose result is mixed in; empty for none")
    /// `upscaler_2_visibility`: the share of the second upscaler's result.
    public static let secondUpscalerShare = GenerationField(
        "upscaler_2_visibility", "Postprocess upscaler 2 visibility", \.recipe.upscaling.secondShare, .number(0...1),
        infotextText: { $0.upscaling.isOn && $0.upscaling.secondShare > 0 ? $0.upscaling.secondShare.short : nil },
        "the share of the second upscaler's result, 0 to 1")
    /// `tile_overlap`: pixels that neighbouring tiles share.
    public static let tileOverlap = GenerationField(
        "tile_overlap", "SD upscale overlap", \.recipe.upscaling.tileOverlap, .whole(0...512),
        infotextText: { $0.upscaling.mode == .redraw ? "\($0.upscaling.tileOverlap)" : nil },
        "pixels that neighbouring tiles share at least when an enlarged picture is drawn anew")

    /// Fields of enlarging, in the order of infotexts.
    public static let upscaling = [
        upscalingMode, upscaleScale, upscaleWidth, upscaleHeight, upscaleCrop, upscaler, secondUpscaler, secondUpscalerShare, tileOverlap,
    ]
}

extension Upscaling {
    /// Largest width and height of an enlarged picture in pixels: that of PNG files that other programs open.
    public static let largestSide = 16384

    /// Most pixels of an enlarged picture: as many as are read of a picture that comes in.
    public static let mostPixels = 100_000_000

    /// Whether source pictures are enlarged.
    public var isOn: Bool { mode != .off }
    /// Whether the upscaler leaves pictures as they are: the name `None`.
    public var leavesPictures: Bool { upscaler.lowercased() == UpscalerName.none.lowercased() }
    /// The field that says how large pictures become.
    public var sizeField: GenerationField { width > 0 ? .upscaleWidth : height > 0 ? .upscaleHeight : .upscaleScale }
    /// Whether the size of the result is said, instead of how many times as large it becomes.
    public var hasSize: Bool { width > 0 || height > 0 }
    /// Whether both sides of the result are said.
    public var hasBothSides: Bool { width > 0 && height > 0 }
}
