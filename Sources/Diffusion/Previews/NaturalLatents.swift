public import Tensors

/// Latents with the statistics of a picture's: as much of large shapes as of small ones, where noise has small ones only.
public enum NaturalLatents {
    /// - Parameters:
    ///   - shape: `[channels, height, width]`.
    ///   - seed: the same one gives the same latents everywhere.
    /// - Returns: `[1, channels, height, width]`; each channel has the mean 0 and the standard deviation 1, as latents are scaled in
    ///   training.
    public static func make(shape: [Int], seed: UInt64) -> NDArray {
        var generator = TorchGenerator(seed: seed)
        let (height, width) = (shape[1], shape[2])
        let planes = (0..<shape[0]).map { _ in plane(height: height, width: width, &generator) }
        return NDArray(shape: [1] + shape, values: planes.flatMap(\.self))
    }

    /// Octaves of noise of equal strength, each half as fine as the one before: the amplitudes of natural pictures fall with 1/frequency.
    private static func plane(height: Int, width: Int, _ generator: inout TorchGenerator) -> [Float] {
        var sum = [Float](repeating: 0, count: height * width)
        var spacing = 1
        while spacing <= max(height, width) {
            let columns = width / spacing + 2
            let grid = generator.normal((height / spacing + 2) * columns)
            for y in 0..<height {
                for x in 0..<width { sum[y * width + x] += interpolated(grid, columns, x, y, spacing) }
            }
            spacing *= 2
        }
        let mean = sum.reduce(0, +) / Float(sum.count)
        let deviation = (sum.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(sum.count)).squareRoot()
        return sum.map { ($0 - mean) / max(deviation, .leastNormalMagnitude) }
    }

    /// Between the four points of the grid around a place.
    private static func interpolated(_ grid: [Float], _ columns: Int, _ x: Int, _ y: Int, _ spacing: Int) -> Float {
        let (column, row) = (x / spacing, y / spacing)
        let (right, down) = (Float(x % spacing) / Float(spacing), Float(y % spacing) / Float(spacing))
        let corner = row * columns + column
        let above = grid[corner] + right * (grid[corner + 1] - grid[corner])
        let below = grid[corner + columns] + right * (grid[corner + columns + 1] - grid[corner + columns])
        return above + down * (below - above)
    }
}
