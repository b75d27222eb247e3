/// The positions of an axis, each as a weighted sum of positions that lie side by side on the axis as it was.
struct AxisWeights {
    /// The first position as it was, for each new one.
    private(set) var starts: [Int] = []
    /// The weights of all new positions, one after another.
    private(set) var weights: [Double] = []
    /// Where the weights of each new position begin; then their number.
    private(set) var offsets = [0]

    /// - Parameters:
    ///   - window: the new positions that are wanted.
    ///   - entry: the first position as it was, and the weights from there.
    init(_ window: Range<Int>, _ entry: (Int) -> (start: Int, weights: [Double])) {
        starts.reserveCapacity(window.count)
        offsets.reserveCapacity(window.count + 1)
        for index in window {
            let entry = entry(index)
            starts.append(entry.start)
            weights += entry.weights
            offsets.append(weights.count)
        }
    }

    /// Pillow's weights, which are also those of PyTorch's `interpolate` with antialiasing.
    /// - Parameter window: the new positions that are wanted.
    init(from old: Int, to new: Int, filter: ResamplingFilter, window: Range<Int>) {
        let scale = Double(old) / Double(new)
        guard filter != .nearest else {
            // Pillow adds step by step, and so do its roundings.
            var center = scale * 0.5
            for _ in 0..<window.lowerBound { center += scale }
            self.init(window) { _ in
                defer { center += scale }
                return (min(Int(center), old - 1), [1])
            }
            return
        }
        let widening = max(scale, 1)
        let support = filter.support * widening
        self.init(window) { index in
            let center = (Double(index) + 0.5) * scale
            let range = max(Int(center - support + 0.5), 0)..<min(Int(center + support + 0.5), old)
            let weights = range.map { filter.weight((Double($0) - center + 0.5) * (1 / widening)) }
            let sum = weights.reduce(0, +)
            return (range.lowerBound, sum == 0 ? weights : weights.map { $0 * (1 / sum) })
        }
    }
}
