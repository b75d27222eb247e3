public import Generation

extension RGBImage {
    /// A mixture with another picture: this one without `share` of it, and that much of the other. Fractions are cut off.
    ///
    /// Source: Pillow `libImaging/Blend.c`.
    /// - Parameter share: 0 to 1.
    /// - Precondition: the pictures have one size.
    public func blended(with other: RGBImage, share: Float) -> RGBImage {
        precondition(size == other.size)
        return RGBImage(width: width, height: height) { blend in
            pixels.withUnsafeBufferPointer { mine in
                other.pixels.withUnsafeBufferPointer { its in
                    for index in blend.indices {
                        blend[index] = UInt8(clamping: Int(Float(mine[index]) + share * (Float(its[index]) - Float(mine[index]))))
                    }
                }
            }
        }
    }
}
