public import Generation

/// Masks: white is drawn anew, black is kept.
extension GrayImage {
    /// Reads a mask from a picture: its opacity where the picture is not opaque everywhere, else its brightness.
    ///
    /// Source: A1111 `modules/processing.py`, `create_binary_mask`.
    /// - Parameters:
    ///   - alpha: how opaque each pixel is, `width · height` bytes; nil for an opaque picture.
    ///   - rounded: whether opacities above 128 become 255 and others 0. Brightness stays as it is.
    /// - Precondition: `alpha` is nil or has `width · height` bytes.
    public init(mask image: RGBImage, alpha: [UInt8]?, rounded: Bool = true) {
        if let alpha, alpha.contains(where: { $0 != 255 }) {
            self.init(width: image.width, height: image.height, pixels: rounded ? alpha.map { $0 > 128 ? 255 : 0 } : alpha)
        } else {
            self.init(width: image.width, height: image.height) { gray in
                image.pixels.withUnsafeBufferPointer { colors in
                    for index in gray.indices {
                        let red = 19595 * UInt32(colors[3 * index])
                        let green = 38470 * UInt32(colors[3 * index + 1])
                        let blue = 7471 * UInt32(colors[3 * index + 2])
                        gray[index] = UInt8(truncatingIfNeeded: (red + green + blue + 32768) >> 16)
                    }
                }
            }
        }
    }

    /// Black for white and white for black.
    public var inverted: GrayImage { GrayImage(width: width, height: height, pixels: pixels.map { 255 - $0 }) }

    /// The mask in the size of the picture to which it belongs. One of two values keeps them.
    /// - Precondition: width and height are at least 1.
    public func fitted(to size: PictureSize) -> GrayImage {
        if size == self.size { return self }
        let other = pixels.first { $0 != pixels[0] }
        let hasTwoValues = pixels.allSatisfy { $0 == pixels[0] || $0 == other }
        return resized(to: size, filter: hasTwoValues ? .nearest : .lanczos)
    }

    /// The smallest box around all that is not black; nil when nothing is.
    public var litBox: PixelBox? {
        let rows = (0..<height).filter { y in pixels[y * width..<(y + 1) * width].contains { $0 != 0 } }
        guard let top = rows.first, let bottom = rows.last else { return nil }
        var (left, right) = (width, -1)
        for y in rows {
            let row = pixels[y * width..<(y + 1) * width]
            if let first = row.firstIndex(where: { $0 != 0 }), let last = row.lastIndex(where: { $0 != 0 }) {
                left = min(left, first - y * width)
                right = max(right, last - y * width)
            }
        }
        return PixelBox(x: left..<right + 1, y: top..<bottom + 1)
    }
}
