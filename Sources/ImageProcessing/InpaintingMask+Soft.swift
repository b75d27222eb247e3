import Glibc
public import Generation
public import Tensors

extension InpaintingMask {
    /// The mask with an overlay that shows the new picture as far as its latents have moved away from the old ones.
    ///
    /// Source: A1111 1.10 `extensions-builtin/soft-inpainting`, `apply_adaptive_masks`.
    /// - Parameters:
    ///   - drawn: the new picture's latents, `[1, channels, height/f, width/f]`.
    ///   - source: the latents that drawing began with; the same shape.
    ///   - options: `influence`, `threshold`, `thresholdContrast` and, with an influence, `preservation`.
    /// - Precondition: the shapes are those of the size that is drawn.
    public func revealing(_ drawn: NDArray, since source: NDArray, _ options: SoftInpainting) -> InpaintingMask {
        precondition(drawn.shape == source.shape && drawn.shape[0] == 1)
        let (height, width) = (drawn.shape[2], drawn.shape[3])
        let moved = WeightedWindow.largest.filtered(Self.distances(drawn, source), width: width)
        let calmed = WeightedWindow.middle.filtered(moved, width: width)
        let mask = latents(scaleFactor: working.width / width, rounded: false).values
        let (influence, threshold, contrast) = (
            Double(options.influence), Double(options.threshold), Double(options.thresholdContrast)
        )
        let opacities = zip(calmed, mask).map { distance, mask -> UInt8 in
            let kept = 0.5 * (1 - influence) + (1 - pow(Double(mask), Double(options.preservation) / 2)) * influence
            let half = threshold * kept / (1.00001 - kept)
            // Nothing is shown where nothing moved, however low the threshold.
            let relative = distance == 0 ? 0 : distance / half
            let hidden = 1 / (1 + pow(relative, contrast))
            return UInt8(255 * (1 - hidden.smootherStep))
        }
        let size = PictureSize(width: working.width, height: working.height)
        let shown = GrayImage(width: width, height: height, pixels: opacities).resized(to: size, mode: .fill).gaussianBlurred(radius: 4)
        var revealing = self
        revealing.overlay = box.map {
            shown.resized(to: $0.size, mode: .crop).placed(on: overlay.size, left: $0.x.lowerBound, top: $0.y.lowerBound)
        } ?? shown
        return revealing
    }

    /// The length of the difference at each position, over all channels.
    private static func distances(_ one: NDArray, _ other: NDArray) -> [Double] {
        let area = one.shape[2] * one.shape[3]
        return (0..<area).map { position in
            stride(from: position, to: one.values.count, by: area).reduce(0.0) { sum, index in
                let difference = Double(one.values[index]) - Double(other.values[index])
                return sum + difference * difference
            }.squareRoot()
        }
    }
}

/// A filter that takes the mean of a part of the values around each position, sorted and weighted by their nearness.
struct WeightedWindow {
    /// The part of the sorted values, as shares of the sum of all weights.
    let part: ClosedRange<Double>

    /// Takes the largest tenth.
    static let largest = WeightedWindow(part: 0.9...1)
    /// Takes the middle half.
    static let middle = WeightedWindow(part: 0.25...0.75)

    private static let reach = 2
    /// The weights of 5 × 5 positions: a bell that is 1 in the middle and 0 three positions away.
    private static let weights: [Double] = {
        func bell(_ squares: Int) -> Double { exp(-Double(squares) / 2.25) }
        let end = bell((reach + 1) * (reach + 1))
        return (-reach...reach).flatMap { y in
            (-reach...reach).map { x in max((bell(x * x + y * y) - end) / (1 - end), 0) }
        }
    }()

    /// Filters values in rows of a width.
    func filtered(_ values: [Double], width: Int) -> [Double] {
        let (height, reach) = (values.count / width, Self.reach)
        return values.indices.map { index in
            let (column, row) = (index % width, index / width)
            var around: [(value: Double, weight: Double)] = []
            for y in max(row - reach, 0)...min(row + reach, height - 1) {
                for x in max(column - reach, 0)...min(column + reach, width - 1) {
                    around.append((values[y * width + x], Self.weights[(y - row + reach) * (2 * reach + 1) + x - column + reach]))
                }
            }
            return mean(of: around.sorted { $0.value < $1.value })
        }
    }

    /// The mean of the part, which has a width of 1 at least.
    private func mean(of sorted: [(value: Double, weight: Double)]) -> Double {
        let total = sorted.reduce(0) { $0 + $1.weight }
        var (lower, upper) = (total * part.lowerBound, total * part.upperBound)
        if upper - lower < 1 {
            let middle = (lower + upper) / 2
            (lower, upper) = (middle - 0.5, middle + 0.5)
            if upper > total { (lower, upper) = (total - 1, total) }
            if lower < 0 { (lower, upper) = (0, 1) }
        }
        var (start, sum, weight) = (0.0, 0.0, 0.0)
        for element in sorted {
            let inside = min(upper, start + element.weight) - max(lower, start)
            if inside > 0 {
                sum += element.value * inside
                weight += inside
            }
            start += element.weight
        }
        return weight > 0 ? sum / weight : 0
    }
}

extension Double {
    /// A smooth way from 0 at 0 to 1 at 1, which begins and ends without a slope or a bend.
    fileprivate var smootherStep: Double { self * self * self * (self * (self * 6 - 15) + 10) }
}
