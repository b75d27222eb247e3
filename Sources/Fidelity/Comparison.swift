public import Generation

/// Two pictures and their difference, side by side for a person to look at.
public struct Comparison: Sendable, Hashable {
    /// How many times greater differences are drawn than they are, unless said otherwise. Fixed, so that comparisons can be
    /// compared: one step of 255 is just visible on black then, and 26 steps are as bright as can be.
    public static let defaultAmplification = 10

    public let amplification: Int
    /// Reference, candidate and, for each channel, their amplified distance: three times as wide as a picture.
    public let image: RGBImage

    /// - Precondition: both pictures have the same size, and `amplification` is positive.
    public init(of reference: RGBImage, and candidate: RGBImage, amplification: Int = defaultAmplification) {
        let (width, height) = (reference.width, reference.height)
        precondition(width == candidate.width && height == candidate.height, "pictures of different size have no difference")
        precondition(amplification > 0, "an amplification of \(amplification) shows nothing")
        // Beyond 255 all that differs is white.
        let factor = min(amplification, 255)
        let difference = zip(reference.pixels, candidate.pixels).map { left, right in
            UInt8(min(255, factor * (left > right ? Int(left - right) : Int(right - left))))
        }
        var pixels: [UInt8] = []
        pixels.reserveCapacity(3 * reference.pixels.count)
        for row in 0..<height {
            let bytes = 3 * width * row..<3 * width * (row + 1)
            pixels += reference.pixels[bytes]
            pixels += candidate.pixels[bytes]
            pixels += difference[bytes]
        }
        self.amplification = amplification
        image = RGBImage(width: 3 * width, height: height, pixels: pixels)
    }
}
