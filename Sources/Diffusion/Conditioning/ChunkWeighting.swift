import Generation
import Tensors

extension NDArray {
    /// Weighs the positions of encoded chunks.
    ///
    /// With `original`, each chunk is scaled by itself so that the mean over all its numbers is what it was before. Where the weights leave
    /// a mean of zero, nothing can restore it, and the chunk stays as the weights left it.
    /// - Parameters:
    ///   - weights: for each chunk, one for each position.
    /// - Returns: self unchanged, to the last bit, where every weight of a chunk is 1.
    /// - Precondition: the shape is `[chunks, positions, width]`, and there are as many weights.
    ///
    /// Source: A1111 1.10 `modules/sd_emphasis.py`; reference numbers in Tests/Fixtures/encoding.
    func weighted(by weights: [[Float]], _ emphasis: Emphasis) -> NDArray {
        precondition(
            shape.count == 3 && shape[0] == weights.count && weights.allSatisfy { $0.count == shape[1] },
            "\(weights.map(\.count)) weights do not fit the shape \(shape)")
        guard emphasis.appliesWeights else { return self }
        var result = self
        let (width, chunkLength) = (shape[2], shape[1] * shape[2])
        for (index, chunkWeights) in weights.enumerated() where chunkWeights.contains(where: { $0 != 1 }) {
            let chunk = index * chunkLength..<(index + 1) * chunkLength
            for (position, weight) in chunkWeights.enumerated() {
                for place in chunk.lowerBound + position * width..<chunk.lowerBound + (position + 1) * width {
                    result.values[place] *= weight
                }
            }
            guard emphasis == .original else { continue }
            let (before, after) = (Self.sum(values[chunk]), Self.sum(result.values[chunk]))
            let factor = Float(before / after)
            guard factor.isFinite else { continue }
            for place in chunk { result.values[place] *= factor }
        }
        return result
    }

    /// In double precision: the numbers of a chunk nearly cancel, and the error of their sum would scale all of them.
    private static func sum(_ values: ArraySlice<Float>) -> Double { values.reduce(0) { $0 + Double($1) } }
}
