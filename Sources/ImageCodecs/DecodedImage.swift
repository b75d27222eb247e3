internal import CImageCodecs
public import Generation

/// A picture file, read.
public struct DecodedImage: Sendable, Hashable {
    /// The colours, 8 bits each: 16-bit channels are scaled, grey and palettes written out, CMYK converted without a profile.
    public let image: RGBImage
    /// How opaque each pixel is, 0 ... 255, `width · height` bytes; nil when the file has no transparency.
    /// The colours are not multiplied by it.
    public let alpha: [UInt8]?
    /// The text that says how the picture was made; see `Infotext`.
    public let parameters: String?
    /// The format of the file, told by its first bytes.
    public let format: ImageFormat

    /// Reads a PNG, JPEG or WebP file of at most 16,384 pixels a side and 100 million in all.
    /// - Throws: `.unknownFormat`, or `.undecodable` when the file is damaged, cut off, too large or an animation.
    public init(decoding file: [UInt8]) throws(ImageCodecError) {
        guard let format = ImageFormat(signatureOf: file) else { throw .unknownFormat }
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
            return decode(start, bytes.count, &decoded, &message)
        }
        defer { decoded_image_free(decoded) }
        guard succeeded else { throw .undecodable(format, reason: message.string) }

        let pixels = decoded.pixels.array
        let (width, height) = (Int(decoded.width), Int(decoded.height))
        self.format = format
        if decoded.channels == 4 {
            image = RGBImage(width: width, height: height, pixels: Self.colours(ofRGBA: pixels))
            alpha = stride(from: 3, to: pixels.count, by: 4).map { pixels[$0] }
        } else {
            image = RGBImage(width: width, height: height, pixels: pixels)
            alpha = nil
        }
        if decoded.parameters.data != nil {
            let text = decoded.parameters.array
            parameters = decoded.parameters_are_utf8 ? String(decoding: text, as: UTF8.self) : String(latin1: text)
        } else if decoded.exif.data != nil {
            parameters = ExifUserComment.text(in: decoded.exif.array)
        } else {
            parameters = nil
        }
    }

    private static func colours(ofRGBA pixels: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: pixels.count / 4 * 3) { colours, count in
            for pixel in 0..<pixels.count / 4 {
                for channel in 0..<3 { colours.initializeElement(at: pixel * 3 + channel, to: pixels[pixel * 4 + channel]) }
            }
            count = pixels.count / 4 * 3
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
