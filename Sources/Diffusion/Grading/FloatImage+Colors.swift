import Glibc

// Changes of the whole picture.
extension FloatImage {
    /// Adds to every channel. Source: kornia `adjust_brightness`.
    mutating func brighten(by amount: Float) { change { $0 + amount } }

    /// Scales every channel, so that black stays. Source: kornia `adjust_contrast`.
    mutating func scale(by factor: Float) { change { $0 * factor } }

    /// Scales saturation as HSV has it; hue and the greatest channel stay. Source: kornia `adjust_saturation`.
    /// - Parameter factor: 0 leaves the greatest channel in all three.
    mutating func saturate(by factor: Float) {
        change { pixel in
            let (greatest, least) = (pixel.max(), pixel.min())
            guard greatest > least else { return pixel }
            let spread = greatest - least
            let saturation = min(max(spread / (greatest + 1e-8) * factor, 0), 1)
            return (pixel - least) * (greatest * saturation / spread) + (greatest - greatest * saturation)
        }
    }

    /// Turns hues in HSV, from red over green to blue. Source: kornia `adjust_hue`.
    mutating func turnHues(halfCircles: Float) {
        change { pixel in
            let (greatest, least) = (pixel.max(), pixel.min())
            // Grey has no hue.
            guard greatest > least else { return pixel }
            let spread = greatest - least
            // In sixths of a circle, from red.
            let hue =
                if pixel.x == greatest {
                    (pixel.y - pixel.z) / spread
                } else if pixel.y == greatest {
                    2 + (pixel.z - pixel.x) / spread
                } else {
                    4 + (pixel.x - pixel.y) / spread
                }
            return Self.pixel(hue: hue + 3 * halfCircles, greatest: greatest, spread: spread)
        }
    }

    /// The colour of a hue.
    /// - Parameter hue: in sixths of a circle, from red; whole circles count for nothing.
    private static func pixel(hue: Float, greatest: Float, spread: Float) -> SIMD3<Float> {
        // Each channel is greatest for a third of the circle, least for another, and goes straight from one to the other between them.
        SIMD3(5, 3, 1).map { start in
            let place = start + hue
            let position = place - 6 * (place / 6).rounded(.down)
            return greatest - spread * max(0, min(position, 4 - position, 1))
        }
    }

    /// Raises every channel to a power. Source: kornia `adjust_gamma`.
    mutating func raise(toPower gamma: Float) { change { $0.map { pow($0, gamma) } } }

    /// Moves each pixel away from the mean of its neighbourhood, in which it counts five times; pixels at the edges stay.
    /// Source: kornia `sharpness`.
    /// - Parameter factor: 1 leaves the picture as it is, 0 leaves the mean.
    mutating func sharpen(by factor: Float) {
        guard width > 2, height > 2 else { return }
        let original = pixels
        for y in 1..<height - 1 {
            for x in 1..<width - 1 {
                let index = y * width + x
                var sum = 4 * original[index]
                for row in [index - width, index, index + width] { sum += original[row - 1] + original[row] + original[row + 1] }
                let mean = (sum / 13).unit
                pixels[index] = (mean + (original[index] - mean) * factor).unit
            }
        }
    }

    /// Scales the channels as if the picture had been taken in another light than that of 6500 kelvins.
    /// - Parameter kelvins: 1000…40000.
    mutating func light(kelvins: Float) {
        let scale = LightColor.scale(kelvins: Double(kelvins))
        change { $0 * scale }
    }
}
