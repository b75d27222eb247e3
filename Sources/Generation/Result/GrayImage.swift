/// A picture of one 8-bit channel, such as a mask; rows from top to bottom, no padding.
public struct GrayImage: Sendable, Hashable {
    /// Pixels in a row.
    public let width: Int
    /// Rows of pixels.
    public let height: Int
    /// `width · height` bytes.
    public let pixels: [UInt8]

    /// - Precondition: `pixels` holds `width · height` bytes.
    public init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(width > 0 && height > 0 && pixels.count == width * height, "\(pixels.count) bytes do not fill \(width)×\(height)")
        self.width = width
        self.height = height
        self.pixels = pixels
    }
}
