public import Generation

extension RGBImage {
    /// The picture with what lies under the mask replaced by the colours around it, as A1111's masked content "fill" does.
    ///
    /// The part that is not masked is blurred in six widths; each layer is laid over the wider ones, and the part itself over all.
    /// Source: A1111 `modules/masking.py`, `fill`; Pillow `libImaging/Paste.c`, `Convert.c` and `AlphaComposite.c` at 9.5.0, whose 8-bit
    /// roundings are kept.
    /// - Parameter mask: 255 where the picture is replaced.
    /// - Precondition: the mask has the picture's size.
    public func filled(under mask: GrayImage) -> RGBImage {
        precondition(size == mask.size)
        let visible = PremultipliedImage(self, opacity: mask.inverted)
        var colors = [UInt8](repeating: 0, count: pixels.count)
        var opacities = [UInt8](repeating: 0, count: mask.pixels.count)
        for (radius, repetitions) in [(256, 1), (64, 1), (16, 2), (4, 4), (2, 2), (0, 1)] {
            visible.gaussianBlurred(radius: radius).pixels.withUnsafeBufferPointer { layer in
                colors.withUnsafeMutableBufferPointer { colors in
                    opacities.withUnsafeMutableBufferPointer { opacities in
                        for index in 0..<opacities.count where layer[4 * index + 3] != 0 {
                            let above = UInt32(layer[4 * index + 3])
                            for _ in 0..<repetitions {
                                let sum = above * 255 + UInt32(opacities[index]) * (255 - above)
                                // Seven bits more than the colours have.
                                let share = above * 255 * 255 << 7 / sum
                                for channel in 0..<3 {
                                    let color = min(255, 255 * UInt32(layer[4 * index + channel]) / above)
                                    let mixed = color * share + UInt32(colors[3 * index + channel]) * (255 << 7 - share)
                                    colors[3 * index + channel] = UInt8(truncatingIfNeeded: dividedBy255(mixed, bits: 7))
                                }
                                opacities[index] = UInt8(truncatingIfNeeded: dividedBy255(sum))
                            }
                        }
                    }
                }
            }
        }
        return RGBImage(width: width, height: height, pixels: colors)
    }
}

/// Red, green and blue, each multiplied by the opacity, and the opacity.
private struct PremultipliedImage: Raster {
    static let channels = 4
    let width: Int
    let height: Int
    let pixels: [UInt8]

    init(width: Int, height: Int, pixels: [UInt8]) {
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    init(_ image: RGBImage, opacity: GrayImage) {
        self.init(width: image.width, height: image.height) { target in
            for index in 0..<image.width * image.height {
                let alpha = opacity.pixels[index]
                for channel in 0..<3 {
                    let color = image.pixels[3 * index + channel]
                    target[4 * index + channel] = UInt8(truncatingIfNeeded: dividedBy255(UInt32(color) * UInt32(alpha)))
                }
                target[4 * index + 3] = alpha
            }
        }
    }
}

/// A number of up to 255², with that many bits behind the point, divided by 255 and rounded to a whole number.
private func dividedBy255(_ number: UInt32, bits: UInt32 = 0) -> UInt32 {
    let rounded = number + 128 << bits
    return ((rounded >> 8) + rounded) >> (8 + bits)
}
