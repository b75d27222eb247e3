public import Generation

/// A picture of 8-bit channels: rows from top to bottom, the channels of a pixel side by side, no padding.
public protocol Raster: Sendable, Hashable {
    /// Bytes of a pixel.
    static var channels: Int { get }
    /// Pixels in a row.
    var width: Int { get }
    /// Rows of pixels.
    var height: Int { get }
    /// `width · height · channels` bytes.
    var pixels: [UInt8] { get }
    /// - Precondition: `pixels` holds `width · height · channels` bytes.
    init(width: Int, height: Int, pixels: [UInt8])
}

extension RGBImage: Raster {
    /// Red, green and blue.
    public static var channels: Int { 3 }
}

extension GrayImage: Raster {
    /// Gray alone.
    public static var channels: Int { 1 }
}

extension Raster {
    /// Width and height.
    public var size: PictureSize { PictureSize(width: width, height: height) }

    /// A part of the picture.
    /// - Precondition: `box` is not empty and lies within the picture.
    public func cropped(to box: PixelBox) -> Self {
        precondition(box.x.lowerBound >= 0 && box.x.upperBound <= width && box.y.lowerBound >= 0 && box.y.upperBound <= height)
        return placed(on: box.size, left: -box.x.lowerBound, top: -box.y.lowerBound)
    }

    /// The picture on a black canvas; what sticks out is cut off.
    /// - Parameters:
    ///   - left: the column of the canvas where the picture begins; may be negative.
    ///   - top: the row of the canvas where the picture begins; may be negative.
    public func placed(on canvas: PictureSize, left: Int, top: Int) -> Self {
        let columns = max(0, left)..<max(0, left, min(canvas.width, left + width))
        let rows = columns.isEmpty ? 0..<0 : max(0, top)..<max(0, top, min(canvas.height, top + height))
        let channels = Self.channels
        return Self(width: canvas.width, height: canvas.height) { target in
            target.initialize(repeating: 0)
            pixels.withUnsafeBufferPointer { source in
                for y in rows {
                    let from = ((y - top) * width + columns.lowerBound - left) * channels
                    let to = (y * canvas.width + columns.lowerBound) * channels
                    let count = columns.count * channels
                    _ = target[to..<to + count].update(fromContentsOf: source[from..<from + count])
                }
            }
        }
    }
}

/// Loops see bytes and numbers only, so that they are fast even where the kind of picture is not known to the compiler.
extension Raster {
    /// - Parameter fill: writes each of `width · height · channels` bytes.
    init(width: Int, height: Int, filling fill: (UnsafeMutableBufferPointer<UInt8>) -> Void) {
        let count = width * height * Self.channels
        let pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            fill(UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
            initialized = count
        }
        self.init(width: width, height: height, pixels: pixels)
    }

    /// The picture with each row made anew.
    /// - Parameter transform: gets a row and writes each byte of the new one.
    func mapRows(width newWidth: Int, _ transform: (UnsafeBufferPointer<UInt8>, UnsafeMutableBufferPointer<UInt8>) -> Void) -> Self {
        let (length, newLength) = (width * Self.channels, newWidth * Self.channels)
        return Self(width: newWidth, height: height) { target in
            pixels.withUnsafeBufferPointer { source in
                for y in 0..<height {
                    transform(
                        UnsafeBufferPointer(rebasing: source[y * length..<(y + 1) * length]),
                        UnsafeMutableBufferPointer(rebasing: target[y * newLength..<(y + 1) * newLength]))
                }
            }
        }
    }

    /// Rows as columns.
    var transposed: Self {
        let (width, height, channels) = (width, height, Self.channels)
        return Self(width: height, height: width) { target in
            pixels.withUnsafeBufferPointer { source in
                for x in 0..<width {
                    for y in 0..<height {
                        let (from, to) = ((y * width + x) * channels, (x * height + y) * channels)
                        for channel in 0..<channels { target[to + channel] = source[from + channel] }
                    }
                }
            }
        }
    }
}
