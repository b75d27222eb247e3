import Generation

/// A picture in floating point: what grading works on, so that it rounds once, at the end.
struct FloatImage: Sendable, Equatable {
    let width: Int
    let height: Int
    /// Red, green and blue, 0…1; rows from top to bottom.
    var pixels: [SIMD3<Float>]

    init(_ image: RGBImage) {
        width = image.width
        height = image.height
        let bytes = image.pixels
        pixels = stride(from: 0, to: bytes.count, by: 3).map { start in
            let pixel = SIMD3(bytes[start], bytes[start + 1], bytes[start + 2])
            return SIMD3<Float>(pixel) / 255
        }
    }

    /// The picture in 8 bits, each value the nearest. What has not been changed comes back as it was, bit for bit.
    var rounded: RGBImage {
        let bytes = [UInt8](unsafeUninitializedCapacity: 3 * pixels.count) { buffer, initialized in
            for (index, pixel) in pixels.enumerated() {
                let scaled = (pixel.unit * 255).rounded(.toNearestOrEven)
                for channel in 0..<3 { buffer[3 * index + channel] = UInt8(scaled[channel]) }
            }
            initialized = 3 * pixels.count
        }
        return RGBImage(width: width, height: height, pixels: bytes)
    }

    /// Changes each pixel by itself, and clips it to 0…1.
    mutating func change(_ transform: (SIMD3<Float>) -> SIMD3<Float>) {
        for index in pixels.indices { pixels[index] = transform(pixels[index]).unit }
    }
}

extension SIMD3<Float> {
    /// Clipped to 0…1.
    var unit: Self { clamped(lowerBound: .zero, upperBound: .one) }

    /// Each lane by itself.
    func map(_ transform: (Float) -> Float) -> Self { Self(transform(x), transform(y), transform(z)) }
}
