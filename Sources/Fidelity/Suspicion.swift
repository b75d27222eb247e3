public import Generation

/// A sign in a picture, or in how it came about, that a device may have gone wrong.
public enum Suspicion: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The stage answered with numbers that are infinite or not numbers, and did its part again elsewhere.
    case nonFinite(Stage)
    /// All pixels are nearly the same, as in the black pictures of an overflow.
    case flat(standardDeviation: Double)

    /// A picture is suspicious when in no channel the values, 0 … 255, have a standard deviation of this much.
    ///
    /// A subject on a plain white background is far above it: one that fills a hundredth of the picture and is 100 steps darker
    /// makes 10. Only a picture of nothing at all stays below, and since somebody may have asked for one, it is not refused:
    /// it makes the monitor look, no more.
    public static let leastStandardDeviation = 1.0

    /// Looks at a finished picture; nil when nothing is wrong.
    public init?(picture: RGBImage) {
        let deviation = picture.greatestStandardDeviation
        guard deviation < Self.leastStandardDeviation else { return nil }
        self = .flat(standardDeviation: deviation)
    }

    /// The network that is wrong for certain. A flat picture proves nothing.
    public var culprit: Stage? {
        switch self {
        case .nonFinite(let stage): stage
        case .flat: nil
        }
    }

    public var description: String {
        switch self {
        case .nonFinite(let stage): "numbers of the \(stage.label) are not finite"
        case .flat(let deviation): "all pixels are nearly equal (standard deviation \(deviation.significant(2)) of 255)"
        }
    }
}

extension RGBImage {
    /// The standard deviation of the channel that varies most.
    fileprivate var greatestStandardDeviation: Double {
        let variances = pixels.withUnsafeBufferPointer { pixels in
            (0..<3).map { channel in
                var (sum, squares) = (0, 0)
                for index in stride(from: channel, to: pixels.count, by: 3) {
                    let value = Int(pixels[index])
                    sum += value
                    squares += value * value
                }
                let count = Double(pixels.count / 3)
                let mean = Double(sum) / count
                return Double(squares) / count - mean * mean
            }
        }
        return variances.reduce(0, max).squareRoot()
    }
}
