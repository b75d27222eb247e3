import Checkpoints
import Generation
import Tensors

/// The passes of an upscaler on the way to a size: how often it works, and on what.
///
/// Source: A1111 1.10 `modules/upscaler.py`. It repeats the network up to three times until the picture is large enough, whatever size that
/// leads to.
struct UpscalerPasses: Sendable, Hashable {
    /// One pass of the network over the picture.
    struct Pass: Sendable, Hashable {
        /// The size that the picture is brought to before the pass; mostly it has it.
        let size: PictureSize
        /// The number of tiles.
        let tileCount: Int
    }

    /// In order; none where the picture is large enough as it is.
    private(set) var passes: [Pass] = []
    /// Whether the picture is made smaller before the last pass, because the result would be too large otherwise.
    private(set) var isShrunk = false

    /// Tiles of all passes.
    var tileCount: Int { passes.reduce(0) { $0 + $1.tileCount } }

    init(from picture: PictureSize, to wanted: UpscaledSize, by configuration: UpscalerConfiguration) {
        let (scale, target) = (configuration.scale, wanted.enlarged)
        var size = picture
        for number in 0..<3 {
            if size.width >= target.width, size.height >= target.height, number > 0 || !wanted.isSame { break }
            if size.width * size.height * scale * scale > Upscaling.mostPixels {
                let enough = PictureSize(
                    width: min(size.width, (target.width + scale - 1) / scale),
                    height: min(size.height, (target.height + scale - 1) / scale))
                isShrunk = isShrunk || enough != size
                size = enough
            }
            passes.append(Pass(size: size, tileCount: UpscaleStage.plan(for: size, configuration).count))
            if scale == 1 { break }
            size = PictureSize(width: size.width * scale, height: size.height * scale)
        }
    }
}
