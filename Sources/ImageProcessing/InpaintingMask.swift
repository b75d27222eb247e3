public import Generation
public import Tensors

/// A mask as inpainting needs it: in the size that is drawn, in latents, and laid over the finished picture.
///
/// Source: A1111 `modules/processing.py`, `StableDiffusionProcessingImg2Img`.
public struct InpaintingMask: Sendable, Hashable {
    /// The mask in the size that is drawn: 255 is drawn anew.
    public let working: GrayImage
    /// How much of the new picture is seen in the answer, 0…255, in the answer's size.
    public internal(set) var overlay: GrayImage
    /// The part of the picture that is drawn; nil for the whole.
    public let box: PixelBox?
    /// How the whole picture gets the size that is drawn.
    private let mode: ResizeMode

    /// Prepares to draw the whole picture. The answer has the size that is drawn.
    /// - Parameters:
    ///   - mask: blurred already; in the picture's size.
    ///   - size: what is drawn; at least 8 pixels a side.
    ///   - mode: how the picture gets that size, and the mask with it. `.latent` is taken for `.just`.
    public init(whole mask: GrayImage, size: PictureSize, mode: ResizeMode) {
        working = mask.resized(to: size, mode: mode)
        overlay = GrayImage(width: size.width, height: size.height, pixels: working.pixels.map { UInt8(clamping: 2 * Int($0)) })
        box = nil
        self.mode = mode
    }

    /// Prepares to draw the part around what is masked, enlarged to the size that is drawn. The answer has the picture's size.
    /// - Parameters:
    ///   - mask: blurred already; in the picture's size.
    ///   - padding: pixels around what is masked that are shown to the model.
    ///   - size: what is drawn; at least 8 pixels a side.
    /// - Returns: nil when nothing is masked.
    public init?(onlyMasked mask: GrayImage, padding: Int, size: PictureSize) {
        guard let lit = mask.litBox else { return nil }
        let box = lit.padded(by: padding, in: mask.size).grown(toProportionsOf: size, in: mask.size)
        working = mask.cropped(to: box).resized(to: size, mode: .fill)
        overlay = mask
        self.box = box
        mode = .fill
    }

    /// The picture over which the new one is laid: the whole, in the answer's size.
    public func base(_ picture: RGBImage) -> RGBImage { box == nil ? picture.resized(to: working.size, mode: mode) : picture }

    /// The part of the picture that is drawn, in the size that is drawn.
    /// - Precondition: the picture has the size that the mask had.
    public func drawn(_ picture: RGBImage) -> RGBImage {
        (box.map(picture.cropped) ?? picture).resized(to: working.size, mode: mode)
    }

    /// The answer: the new picture where the mask is white, the old one where it is black, and between them a blend.
    /// - Parameters:
    ///   - new: what was drawn, in any size.
    ///   - base: what `base(_:)` gave.
    /// - Precondition: `base` has the size of `overlay`.
    public func composed(_ new: RGBImage, over base: RGBImage) -> RGBImage {
        precondition(base.size == overlay.size)
        let box = box ?? PixelBox(x: 0..<base.width, y: 0..<base.height)
        let new = new.resized(to: box.size, mode: .crop).placed(on: base.size, left: box.x.lowerBound, top: box.y.lowerBound)
        return RGBImage(width: base.width, height: base.height) { blend in
            new.pixels.withUnsafeBufferPointer { new in
                base.pixels.withUnsafeBufferPointer { old in
                    overlay.pixels.withUnsafeBufferPointer { opacities in
                        for index in blend.indices {
                            let opacity = UInt32(opacities[index / 3])
                            // Divided by 255 and rounded; there are no halves.
                            let sum = UInt32(new[index]) * opacity + UInt32(old[index]) * (255 - opacity)
                            blend[index] = UInt8(truncatingIfNeeded: (sum + 127) / 255)
                        }
                    }
                }
            }
        }
    }

    /// The mask in latents, `[1, 1, height/f, width/f]`: 1 is drawn anew, 0 is kept.
    /// - Parameters:
    ///   - scaleFactor: f, pixels for each of the latents; 8 for the VAEs of Stable Diffusion.
    ///   - rounded: whether values between 0 and 1 become the nearer of both.
    public func latents(scaleFactor: Int = 8, rounded: Bool = true) -> NDArray {
        let size = PictureSize(width: working.width / scaleFactor, height: working.height / scaleFactor)
        let small = working.resized(to: size, filter: .bicubic)
        let values = small.pixels.map { Float($0) / 255 }
        return NDArray(shape: [1, 1, small.height, small.width], values: rounded ? values.map { $0.rounded(.toNearestOrEven) } : values)
    }

    /// The mask channel of checkpoints made for inpainting, `[1, 1, height/f, width/f]`: one pixel of each f × f, 0 or 1.
    /// - Parameter scaleFactor: f, pixels for each of the latents.
    public func channel(scaleFactor: Int = 8) -> NDArray {
        let (width, height) = (working.width / scaleFactor, working.height / scaleFactor)
        let values = (0..<height).flatMap { y in
            (0..<width).map { x in Float(working.pixels[scaleFactor * (y * working.width + x)] / 128) }
        }
        return NDArray(shape: [1, 1, height, width], values: values)
    }

    /// A picture with mid-gray under the mask: what checkpoints made for inpainting are shown.
    /// - Parameters:
    ///   - planes: the drawn part of the picture, `[1, 3, height, width]`, −1…1.
    ///   - weight: how much of what is masked is hidden, 0…1.
    /// - Precondition: `planes` has the size that is drawn.
    public func concealing(_ planes: NDArray, weight: Double = 1) -> NDArray {
        precondition(planes.shape == [1, 3, working.height, working.width])
        let (count, weight) = (working.pixels.count, Float(weight))
        var concealed = planes
        concealed.values.withUnsafeMutableBufferPointer { values in
            for (index, value) in working.pixels.enumerated() {
                let kept: Float = value >= 128 ? 0 : 1
                for position in stride(from: index, to: 3 * count, by: count) {
                    values[position] = values[position] * (1 - weight) + values[position] * kept * weight
                }
            }
        }
        return concealed
    }
}
