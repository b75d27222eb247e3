import Glibc

extension Raster {
    /// The picture blurred bit for bit as by Pillow's `GaussianBlur`: three means along rows, then three along columns, 8 bits in between.
    ///
    /// Source: Pillow `libImaging/BoxBlur.c` at 9.5.0.
    /// - Parameter radius: the standard deviation in pixels; 0 leaves the picture as it is.
    /// - Precondition: `radius` is not negative.
    public func gaussianBlurred(radius: Int) -> Self {
        precondition(radius >= 0)
        if radius == 0 { return self }
        let mean = BoxMean(deviation: Float(radius))
        func blurred(_ picture: Self) -> Self { (0..<3).reduce(picture) { picture, _ in picture.averagedRows(mean) } }
        return blurred(blurred(self).transposed).transposed
    }

    /// Beyond the edges, the edge itself is repeated.
    private func averagedRows(_ mean: BoxMean) -> Self {
        let (width, channels, reach) = (width, Self.channels, mean.radius + 1)
        var padded = [UInt32](repeating: 0, count: width + 2 * reach)
        return mapRows(width: width) { row, result in
            padded.withUnsafeMutableBufferPointer { padded in
                for channel in 0..<channels {
                    for x in 0..<padded.count { padded[x] = UInt32(row[min(max(x - reach, 0), width - 1) * channels + channel]) }
                    var sum = padded[1..<2 * reach].reduce(0, +)
                    for x in 0..<width {
                        let (before, after) = (padded[x], padded[x + 2 * reach])
                        let mean = sum &* mean.weight &+ (before &+ after) &* mean.endWeight &+ (1 << 23)
                        result[x * channels + channel] = UInt8(truncatingIfNeeded: mean >> 24)
                        sum = sum &+ after &- padded[x + 1]
                    }
                }
            }
        }
    }
}

/// The weighted mean over an odd number of pixels and a part of one more at either end. Three of them in a row have the standard
/// deviation that is asked for.
private struct BoxMean {
    /// Whole pixels before and after the centre.
    let radius: Int
    /// The weight of each whole pixel, in units of 2⁻²⁴.
    let weight: UInt32
    /// The weight of the pixels at both ends.
    let endWeight: UInt32

    /// Computes in single precision, as Pillow does.
    init(deviation: Float) {
        let variance = deviation * deviation / 3
        let length = Float((12 * Double(variance) + 1).squareRoot())
        let whole = ((length - 1) / 2).rounded(.down)
        let part = (2 * whole + 1) * (whole * (whole + 1) - 3 * variance) / (6 * (variance - (whole + 1) * (whole + 1)))
        let exact = whole + part
        radius = Int(exact)
        weight = UInt32(0x1p24 / (exact * 2 + 1))
        endWeight = (1 << 24 - UInt32(2 * radius + 1) * weight) / 2
    }
}
