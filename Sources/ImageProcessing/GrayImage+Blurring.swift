import Glibc
public import Generation

extension GrayImage {
    /// The mask with soft edges, bit for bit as OpenCV's `GaussianBlur` makes it in A1111: first along rows, then along columns.
    /// - Parameters:
    ///   - horizontal: the standard deviation along rows in pixels; 0 leaves them as they are.
    ///   - vertical: the same along columns.
    /// - Precondition: neither is negative.
    public func blurred(horizontal: Int, vertical: Int) -> GrayImage {
        precondition(horizontal >= 0 && vertical >= 0)
        let wide = horizontal == 0 ? self : blurredRows(Self.gaussianTaps(deviation: horizontal))
        return vertical == 0 ? wide : wide.transposed.blurredRows(Self.gaussianTaps(deviation: vertical)).transposed
    }

    /// A bell of 2·⌊2.5σ + 0.5⌋ + 1 whole numbers with the sum 256. From the outside in, each takes over the rounding error of the one
    /// before it, and the middle takes what is left.
    static func gaussianTaps(deviation: Int) -> [UInt16] {
        let radius = Int(2.5 * Double(deviation) + 0.5)
        let bell = (-radius...radius).map { exp(Double(-$0 * $0) / Double(2 * deviation * deviation)) }
        let sum = bell.reduce(0, +)
        var error = 0.0
        let side = bell.prefix(radius).map { value in
            let exact = value / sum * 256 + error
            let whole = exact.rounded(.toNearestOrEven)
            error = exact - whole
            return UInt16(whole)
        }
        return side + [256 - 2 * side.reduce(0, +)] + side.reversed()
    }

    /// Beyond the edges, the row is mirrored; the edge itself does not come twice.
    private func blurredRows(_ taps: [UInt16]) -> GrayImage {
        let (width, radius) = (width, taps.count / 2)
        let period = max(2 * (width - 1), 1)
        let sources = (-radius..<width + radius).map { position in
            let distance = abs(position) % period
            return min(distance, period - distance)
        }
        var padded = [UInt8](repeating: 0, count: sources.count)
        // 255 · 256 and a half fit into 16 bits.
        var sums = [UInt16](repeating: 0, count: width)
        return mapRows(width: width) { row, result in
            padded.withUnsafeMutableBufferPointer { padded in
                sums.withUnsafeMutableBufferPointer { sums in
                    for index in sources.indices { padded[index] = row[sources[index]] }
                    sums.update(repeating: 128)
                    for (shift, tap) in taps.enumerated() where tap != 0 {
                        let shifted = UnsafeMutableBufferPointer(rebasing: padded[shift..<shift + width])
                        for x in 0..<width { sums[x] &+= UInt16(shifted[x]) &* tap }
                    }
                    for x in 0..<width { result[x] = UInt8(sums[x] >> 8) }
                }
            }
        }
    }
}
