import Generation
import ImageProcessing
import Tensors

/// A source picture, and its mask, in the form that the networks take, and all that is needed to finish the drawn picture.
///
/// The order of work is A1111 1.10's (`modules/processing.py`, `StableDiffusionProcessingImg2Img`).
struct PreparedSource {
    /// The picture to encode, `[1, 3, height, width]`, −1…1.
    let planes: NDArray
    /// The picture as an inpainting checkpoint sees it, of the same form; nil for all others.
    let maskedPlanes: NDArray?
    /// The places that are drawn anew, `[1, 1, height/8, width/8]`: 1 is drawn, 0 stays; nil draws all.
    let latentMask: NDArray?
    /// The same as an inpainting checkpoint is told it; nil for all ones.
    let conditioningMask: NDArray?
    /// Notices for the user.
    private(set) var notices: [Notice] = []

    private let mask: InpaintingMask?
    private let inpainting: Inpainting
    /// The picture that the result is laid over; nil where nothing is laid over.
    private let base: RGBImage?
    /// The picture whose colours the result gets; nil where it keeps its own.
    private let colors: RGBImage?

    /// - Parameters:
    ///   - recipe: the size that is drawn, and how picture and mask are used.
    ///   - scaleFactor: pixels for each of the latents.
    ///   - isMaskedShown: whether the checkpoint was made for inpainting, and sees the picture behind its mask.
    init(_ picture: InputImage, mask given: InputImage?, _ recipe: Recipe, scaleFactor: Int, isMaskedShown: Bool) {
        let size = PictureSize(width: recipe.width, height: recipe.height)
        let options = recipe.imageToImage
        inpainting = recipe.inpainting
        let extends = inpainting.extends
        let flat = picture.flattened(on: options.background)
        let original = flat.extended(by: extends)
        let hasMask = given != nil || extends != Margins()
        let mode = hasMask && options.resizeMode == .latent ? .just : options.resizeMode
        if mode != options.resizeMode {
            notices.append(Notice(.resizeModeChanged, "Resize mode latent does not go with a mask: the picture was stretched instead."))
        }
        let made = InpaintingMask.made(from: given, picture: flat.size, recipe)
        mask = made.mask
        notices += made.notices

        if let mask {
            var drawn = mask.drawn(original)
            if inpainting.content != .original { drawn = drawn.filled(under: mask.working) }
            planes = drawn.planes
            maskedPlanes = isMaskedShown ? mask.concealing(planes, weight: Double(inpainting.maskWeight)) : nil
            latentMask = mask.latents(scaleFactor: scaleFactor, rounded: inpainting.roundsMask && !inpainting.soft.isOn)
            conditioningMask = mask.channel(scaleFactor: scaleFactor)
            base = inpainting.overlaysOriginal ? mask.base(original) : nil
            colors = options.correctsColors ? drawn : nil
        } else {
            let prepared = mode == .latent ? original.aligned(to: scaleFactor) : original.resized(to: size, mode: mode)
            planes = prepared.planes
            colors = options.correctsColors ? prepared : nil
            // Everything is masked, and hidden as far as the weight says.
            maskedPlanes = isMaskedShown ? planes.map { $0 * (1 - recipe.inpainting.maskWeight) } : nil
            (latentMask, conditioningMask, base) = (nil, nil, nil)
        }
    }

    /// The latents to start from.
    /// - Parameters:
    ///   - latents: `planes`, encoded.
    ///   - latentShape: of what is drawn, `[channels, height, width]`.
    ///   - noise: gives the first noise of the picture's seed, `[1] + latentShape`.
    func start(_ latents: NDArray, latentShape: [Int], noise: () -> NDArray) -> NDArray {
        var latents = resized(latents, to: latentShape)
        guard let latentMask else { return latents }
        let drawn = NDArray.stackedChannels(.init(repeating: latentMask, count: latentShape[0]))
        let content: NDArray
        switch inpainting.content {
        case .fill, .original: return latents
        case .noise: content = noise()
        case .nothing: content = NDArray(repeating: 0, shape: latents.shape)
        }
        for index in latents.values.indices {
            latents.values[index] = latents.values[index] * (1 - drawn.values[index]) + content.values[index] * drawn.values[index]
        }
        return latents
    }

    /// Latents of a picture of another size, stretched to what is drawn.
    func resized(_ latents: NDArray, to shape: [Int]) -> NDArray {
        guard latents.shape.dropFirst() != shape[...] else { return latents }
        return latents.interpolated(height: shape[1], width: shape[2], by: .bilinear)
    }

    /// The drawn picture with the source's colours, if they are wanted, and with the source laid over it where nothing is drawn anew.
    /// - Parameters:
    ///   - latents: of the drawn picture, `[1, channels, height, width]`.
    ///   - start: what `start` gave; the same shape.
    func finished(_ drawn: RGBImage, latents: @autoclosure () -> NDArray, start: @autoclosure () -> NDArray) -> RGBImage {
        let matched = colors.map { drawn.colorMatched(to: $0) } ?? drawn
        guard let mask, let base else { return matched }
        let soft = inpainting.soft
        return (soft.isOn ? mask.revealing(latents(), since: start(), soft) : mask).composed(matched, over: base)
    }
}
