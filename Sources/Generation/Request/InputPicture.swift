/// A picture file that a request draws from, named by its content. The bytes lie elsewhere, so that a stored job stays small.
public struct InputPicture: Sendable, Hashable {
    /// The SHA-256 of the file's bytes: 64 lowercase hexadecimal digits.
    public let sha256: String

    /// - Parameter sha256: 64 hexadecimal digits.
    /// - Returns: nil for any other text.
    public init?(sha256: String) {
        let digits = sha256.lowercased()
        guard digits.utf8.count == 64, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }) else {
            return nil
        }
        self.sha256 = digits
    }
}

extension InputPicture: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let picture = InputPicture(sha256: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "A SHA-256 has 64 hexadecimal digits.")
        }
        self = picture
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(sha256)
    }
}

/// The pixels of an input picture.
public struct InputImage: Sendable, Hashable {
    /// The colours, turned as the file's orientation says, not multiplied by `alpha`.
    public var image: RGBImage
    /// How opaque each pixel is, 0 ... 255, `width · height` bytes; nil for a picture without transparency.
    public var alpha: [UInt8]?
    /// The text that says how the picture was made; nil when its file has none.
    public var parameters: String?

    /// - Precondition: `alpha` is nil or has a byte for each pixel.
    public init(_ image: RGBImage, alpha: [UInt8]? = nil, parameters: String? = nil) {
        precondition(alpha.map { $0.count == image.width * image.height } ?? true, "alpha does not fill the picture")
        self.image = image
        self.alpha = alpha
        self.parameters = parameters
    }

    /// The picture laid over a colour: (c · alpha + background · (255 - alpha)) / 255 in each channel, to the nearest whole number.
    public func flattened(on background: RGBColor = .white) -> RGBImage {
        guard let alpha else { return image }
        var pixels = image.pixels
        for pixel in alpha.indices {
            let opacity = UInt32(alpha[pixel])
            func lay(_ channel: Int, over behind: UInt8) {
                let sum = UInt32(pixels[pixel * 3 + channel]) * opacity + UInt32(behind) * (255 - opacity)
                pixels[pixel * 3 + channel] = UInt8((sum + 127) / 255)
            }
            lay(0, over: background.red)
            lay(1, over: background.green)
            lay(2, over: background.blue)
        }
        return RGBImage(width: image.width, height: image.height, pixels: pixels)
    }
}

extension InvalidRequest {
    /// The refusal of an input picture that is not there, or not any more.
    public static func missingInput(_ picture: InputPicture) -> InvalidRequest {
        InvalidRequest(
            field: "source_pictures", ErrorReason(.missingInput, ["id": .init(picture.sha256)]),
            "There is no input picture \(picture.sha256.prefix(12))… any more: send it again.")
    }
}

/// Gives the pixels of input pictures.
public protocol InputPictureSource: Sendable {
    /// Reads a picture.
    /// - Throws: `InvalidRequest` when the picture is not there or cannot be read.
    func image(of picture: InputPicture) throws(InvalidRequest) -> InputImage
}
