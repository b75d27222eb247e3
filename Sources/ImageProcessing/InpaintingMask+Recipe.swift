public import Generation

extension InpaintingMask {
    /// The mask that a recipe draws with.
    ///
    /// - Parameters:
    ///   - given: white where the picture is drawn anew; nil for a mask of what is drawn around the picture, if anything is.
    ///   - picture: the source picture's size, without what is drawn around it.
    ///   - recipe: the size that is drawn, and how the mask is used.
    /// - Returns: nil for the mask when the whole picture is drawn anew; notices for the user.
    public static func made(
        from given: InputImage?, picture: PictureSize, _ recipe: Recipe
    ) -> (mask: InpaintingMask?, notices: [Notice]) {
        let (inpainting, size) = (recipe.inpainting, PictureSize(width: recipe.width, height: recipe.height))
        let whole = picture.extended(by: inpainting.extends)
        var notices: [Notice] = []
        var drawn: GrayImage?
        if let given {
            var mask = GrayImage(mask: given.image, alpha: given.alpha)
            if mask.size != whole {
                notices.append(Notice(
                    .maskResized, ["from": .text(mask.size.text), "to": .text(whole.text)],
                    "The mask of \(mask.size.text) was brought to the picture's size, \(whole.text)."))
                mask = mask.fitted(to: whole)
            }
            drawn = inpainting.isInverted ? mask.inverted : mask
        } else if inpainting.extends != Margins() {
            // Twice the blur keeps the seam out of sight.
            drawn = inpainting.extends.mask(around: picture, overlap: 2 * inpainting.blur)
        }
        guard let blurred = drawn?.blurred(horizontal: inpainting.blur, vertical: inpainting.blur) else { return (nil, notices) }
        guard inpainting.onlyMasked else {
            // Latents of another size than the picture's cannot be laid over it.
            let mode = recipe.imageToImage.resizeMode
            return (InpaintingMask(whole: blurred, size: size, mode: mode == .latent ? .just : mode), notices)
        }
        let mask = InpaintingMask(onlyMasked: blurred, padding: inpainting.padding, size: size)
        if mask == nil { notices.append(Notice(.emptyMask, "The mask marks nothing: the whole picture was drawn anew.")) }
        return (mask, notices)
    }
}
