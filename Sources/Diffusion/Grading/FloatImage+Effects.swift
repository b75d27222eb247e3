import Tensors

// Effects that are laid over the picture.
extension FloatImage {
    /// Darkens by the square of the distance from the centre. Source: SD.Next `_apply_vignette`.
    /// - Parameter strength: 1 leaves nothing in the corners.
    mutating func darkenCorners(by strength: Float) {
        let (rows, columns) = (Self.places(height), Self.places(width))
        for y in 0..<height {
            for x in 0..<width {
                let distance = rows[y] * rows[y] + columns[x] * columns[x]
                pixels[y * width + x] = (pixels[y * width + x] * max(0, 1 - strength * min(distance, 2) / 2)).unit
            }
        }
    }

    /// The places of a side's pixels, from −1 to 1.
    private static func places(_ count: Int) -> [Float] {
        count == 1 ? [-1] : (0..<count).map { (2 * Float($0) - Float(count - 1)) / Float(count - 1) }
    }

    /// Adds normal noise to every channel. Source: SD.Next `_apply_grain`, with PyTorch's numbers of the seed, plane after plane.
    /// - Parameter strength: 1 adds a standard deviation of a tenth.
    mutating func addGrain(_ strength: Float, seed: UInt64) {
        var generator = TorchGenerator(seed: seed)
        let count = pixels.count
        let noise = generator.normal(3 * count)
        for index in 0..<count {
            let grain = SIMD3(noise[index], noise[count + index], noise[2 * count + index])
            pixels[index] = (pixels[index] + grain * strength * 0.1).unit
        }
    }
}
