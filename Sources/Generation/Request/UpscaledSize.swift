/// The sizes of an enlarged picture: what an upscaler makes, and what is left when it is cut.
///
/// Source: A1111 1.10 `modules/upscaler.py` and `scripts/postprocessing_upscale.py`. A1111 floors sides that are said to eights as well,
/// and fills the rest with black; here they are exact.
public struct UpscaledSize: Sendable, Hashable {
    /// The size that the upscaler leaves; each side is at least 1.
    public let enlarged: PictureSize
    /// The size of the result: `enlarged`, or the part of it in the middle.
    public let final: PictureSize
    /// Whether the picture keeps its size, but for what is left of a multiple of 8: the upscaler works on it once all the same.
    public let isSame: Bool

    /// Enlarges by a factor, to whole multiples of 8 pixels; sides shorter than that are kept as they are.
    public init(of picture: PictureSize, factor: Double) {
        let scaled = picture.scaled(by: factor)
        let enlarged = PictureSize(width: Self.floored(scaled.width), height: Self.floored(scaled.height))
        self.init(enlarged: enlarged, final: enlarged, isSame: factor == 1)
    }

    private init(enlarged: PictureSize, final: PictureSize, isSame: Bool) {
        self.enlarged = enlarged
        self.final = final
        self.isSame = isSame
    }

    /// Enlarges as a recipe says: by a factor, or to a size. With one side, the other follows from the proportions; with both, the picture
    /// is enlarged to cover the size.
    public init(_ upscaling: Upscaling, of picture: PictureSize) {
        guard upscaling.hasSize else {
            self.init(of: picture, factor: upscaling.scale.asWritten)
            return
        }
        let (width, height) = (upscaling.width, upscaling.height)
        func following(_ side: Int, _ mine: Int, of its: Int, atLeast least: Int) -> Int {
            max(Self.floored(max(1, mine * side / its)), least)
        }
        let followsWidth = height == 0 || (width > 0 && width * picture.height >= height * picture.width)
        let enlarged = followsWidth
            ? PictureSize(width: width, height: following(width, picture.height, of: picture.width, atLeast: height))
            : PictureSize(width: following(height, picture.width, of: picture.height, atLeast: width), height: height)
        let isCut = upscaling.crops && upscaling.hasBothSides
        self.init(
            enlarged: enlarged, final: isCut ? PictureSize(width: width, height: height) : enlarged, isSame: enlarged == picture)
    }

    private static func floored(_ side: Int) -> Int { side < 8 ? side : side / 8 * 8 }

    /// Checks that a picture of these sizes can be made and opened again.
    /// - Parameter field: the request's field that leads to the size.
    public func validate(field: GenerationField) throws(InvalidRequest) {
        let (side, pixels) = (max(enlarged.width, enlarged.height), enlarged.width * enlarged.height)
        guard side <= Upscaling.largestSide, pixels <= Upscaling.mostPixels else {
            throw InvalidRequest(
                field: field.key,
                .outOfRange(.init(side), from: 1, to: .init(Upscaling.largestSide)),
                "The picture would become \(enlarged.text). Use a factor or a size that leaves each side within \(Upscaling.largestSide) "
                    + "pixels, and no more than \(Upscaling.mostPixels / 1_000_000) million pixels in all.")
        }
    }
}
