/// A picture: 8-bit red, green, blue; rows from top to bottom, no padding.
public struct RGBImage: Sendable, Hashable {
    /// Pixels in a row.
    public let width: Int
    /// Rows of pixels.
    public let height: Int
    /// `width · height · 3` bytes.
    public let pixels: [UInt8]

    /// - Precondition: `pixels` holds `width · height · 3` bytes.
    public init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(width > 0 && height > 0 && pixels.count == width * height * 3, "\(pixels.count) bytes do not fill \(width)×\(height)")
        self.width = width
        self.height = height
        self.pixels = pixels
    }
}
