public import Generation

/// Two pictures and their difference, side by side for a person to look at.
public struct Comparison: Sendable, Hashable {
    /// How many times greater differences are drawn than they are, unless said otherwise. Fixed, so that comparisons can be
    /// compared: one step of 255 is just visible on black then, and 26 steps are as bright as can be.
    public static let defaultAmplification = 10

    /// The picture as the reference draws it.
    public let reference: RGBImage
    /// The picture that is compared with the reference.
    public let candidate: RGBImage
    /// How many times greater the difference is drawn than it is.
    public let amplification: Int
    /// For each channel, how far the pictures are apart, amplified.
    public let difference: RGBImage

    /// - Precondition: both pictures have the same size, and `amplification` is positive.
    public init(of reference: RGBImage, and candidate: RGBImage, amplification: Int = defaultAmplification) {
        precondition(
            reference.width == candidate.width && reference.height == candidate.height, "pictures of different size have no difference")
        precondition(amplification > 0, "an amplification of \(amplification) shows nothing")
        // Beyond 255 all that differs is white.
        let factor = min(amplification, 255)
        let distances = zip(reference.pixels, candidate.pixels).map { left, right in
            UInt8(min(255, factor * (left > right ? Int(left - right) : Int(right - left))))
        }
        self.reference = reference
        self.candidate = candidate
        self.amplification = amplification
        difference = RGBImage(width: reference.width, height: reference.height, pixels: distances)
    }

    /// Reference, candidate and difference: three times as wide as a picture.
    public var image: RGBImage {
        let (width, height) = (reference.width, reference.height)
        var pixels: [UInt8] = []
        pixels.reserveCapacity(3 * reference.pixels.count)
        for row in 0..<height {
            let bytes = 3 * width * row..<3 * width * (row + 1)
            for picture in [reference, candidate, difference] { pixels += picture.pixels[bytes] }
        }
        return RGBImage(width: 3 * width, height: height, pixels: pixels)
    }

    /// The report that the two pictures give on the candidate.
    /// - Parameter stages: what is known of the networks that drew it.
    public func report(stages: [StageFidelity] = [], bounds: FidelityBounds = .init()) -> FidelityReport {
        FidelityReport(
            stages: stages, picture: PictureDistance(from: reference, to: candidate), suspicion: Suspicion(picture: candidate),
            bounds: bounds)
    }
}
