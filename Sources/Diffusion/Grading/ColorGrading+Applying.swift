public import Generation

extension ColorGrading {
    /// Grades a picture; at the defaults it comes back as it is.
    /// - Parameter seed: the picture's seed. The same seed draws the same grain.
    ///
    /// Source: SD.Next `modules/processing_grading.py` and kornia 0.9.0, which it calls; reference numbers in Tests/Fixtures/grading.
    /// SD.Next cuts fractions off in the end and draws grain that no seed decides; here values are rounded, and grain is the seed's.
    public func applied(to image: RGBImage, seed: UInt64) -> RGBImage {
        guard self != ColorGrading() else { return image }
        var picture = FloatImage(image)
        apply(to: &picture, seed: seed)
        return picture.rounded
    }

    /// Makes each change whose value is not its default. The order is part of the look.
    func apply(to picture: inout FloatImage, seed: UInt64) {
        let usual = ColorGrading()
        if brightness != 0 { picture.brighten(by: brightness) }
        if contrast != 0 { picture.scale(by: 1 + contrast) }
        if saturation != 0 { picture.saturate(by: 1 + saturation) }
        if hue != 0 { picture.turnHues(halfCircles: hue) }
        if gamma != 1 { picture.raise(toPower: gamma) }
        if sharpness != 0 { picture.sharpen(by: 1 + 4 * sharpness) }
        if colorTemperature != usual.colorTemperature { picture.light(kelvins: colorTemperature) }
        if shadows != 0 || midtones != 0 || highlights != 0 {
            picture.adjustTones(shadows: shadows, midtones: midtones, highlights: highlights)
        }
        if equalizingLimit > 0 { picture.equalizeLightness(limit: equalizingLimit, grid: equalizingGrid) }
        if shadowsTint != usual.shadowsTint || highlightsTint != usual.highlightsTint {
            picture.tint(shadows: shadowsTint, highlights: highlightsTint, balance: tintBalance)
        }
        if vignette > 0 { picture.darkenCorners(by: vignette) }
        if grain > 0 { picture.addGrain(grain, seed: seed) }
    }
}
