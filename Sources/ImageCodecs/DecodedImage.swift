internal import CImageCodecs
public import Generation

/// A picture file, read.
///
/// An animation gives its first frame, an animated PNG its default picture.
public struct DecodedImage: Sendable, Hashable {
    /// The colours, 8 bits each, turned upright as the file's Exif says: 16-bit channels are scaled to (v · 255 + 32767) / 65535,
    /// grey and palettes written out, CMYK converted without a profile. Colour profiles are ignored.
    public let image: RGBImage
    /// How opaque each pixel of `image` is, 0 ... 255, `width · height` bytes; nil when the file has no transparency.
    /// The colours are not multiplied by it.
    public let alpha: [UInt8]?
    /// The text that says how the picture was made; see `Infotext`.
    public let parameters: String?
    /// The format of the file, told by its first bytes.
    public let format: ImageFormat

    /// Width and height of `image`, in pixels.
    public var size: PictureSize { PictureSize(width: image.width, height: image.height) }

    /// Reads a PNG, JPEG or WebP file of at most 16,384 pixels a side.
    /// - Parameter pixelLimit: the most pixels in all. Width and height are checked in the file's header, before memory is taken
    ///   for the pixels: up to 8 bytes each, 11 for a progressive JPEG.
    /// - Throws: `.unknownFormat`, `.unsupportedFormat`, or `.undecodable` when the file is damaged, cut off or too large.
    public init(decoding file: [UInt8], pixelLimit: Int = 100_000_000) throws(ImageCodecError) {
        guard let format = ImageFormat(signatureOf: file) else {
            guard let name = UnsupportedFormat.name(signatureOf: file) else { throw .unknownFormat }
            throw .unsupportedFormat(name: name)
        }
        let decode =
            switch format {
            case .png: png_decode
            case .jpeg: jpeg_decode
            case .webp: webp_decode
            }
        var decoded = decoded_image()
        var message = image_message()
        let succeeded = file.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return false }
            return decode(start, bytes.count, UInt64(clamping: pixelLimit), &decoded, &message)
        }
        defer { decoded_image_free(decoded) }
        guard succeeded else { throw .undecodable(format, reason: message.string) }

        let (width, height, channels) = (Int(decoded.width), Int(decoded.height), Int(decoded.channels))
        let stored = UnsafeBufferPointer(start: decoded.pixels.data, count: decoded.pixels.length)
        let exif = decoded.exif.array
        let orientation = Orientation(exif: exif)
        func seen(_ taken: Range<Int>) -> [UInt8] {
            orientation.seen(stored, width: width, height: height, channels: channels, taking: taken)
        }
        let (seenWidth, seenHeight) = orientation.swapsSides ? (height, width) : (width, height)
        self.format = format
        image = RGBImage(width: seenWidth, height: seenHeight, pixels: seen(0..<3))
        alpha = channels == 4 ? seen(3..<4) : nil
        if decoded.parameters.data != nil {
            let text = decoded.parameters.array
            parameters = decoded.parameters_are_utf8 ? String(decoding: text, as: UTF8.self) : String(latin1: text)
        } else {
            parameters = ExifUserComment.text(in: exif)
        }
    }
}

extension image_bytes {
    /// A copy; empty when there is no data.
    var array: [UInt8] { Array(UnsafeBufferPointer(start: data, count: data == nil ? 0 : length)) }
}

extension image_message {
    var string: String {
        withUnsafeBytes(of: text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}

extension String {
    /// Latin-1: each byte is the scalar of that number.
    init(latin1 bytes: [UInt8]) {
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: bytes.lazy.map { Unicode.Scalar($0) })
        self.init(scalars)
    }

    /// nil when a character does not fit.
    var latin1: [UInt8]? {
        var bytes: [UInt8] = []
        for scalar in unicodeScalars {
            guard let byte = UInt8(exactly: scalar.value) else { return nil }
            bytes.append(byte)
        }
        return bytes
    }
}
