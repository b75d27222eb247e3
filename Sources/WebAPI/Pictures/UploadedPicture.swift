public import Generation
import ImageCodecs

/// A picture file that came with a request, and was read.
public struct UploadedPicture: Sendable {
    /// The file's name by its content.
    public let picture: InputPicture
    /// All bytes of the file.
    public let contents: [UInt8]
    /// Width and height in pixels, turned upright.
    public let size: PictureSize
    /// Whether the file has transparency.
    public let hasAlpha: Bool
    /// Whether some of its pixels are not opaque.
    public let isTransparent: Bool
    /// The format of the file.
    public let format: ImageFormat
    /// The text that says how the picture was made; nil when there is none.
    public let parameters: String?

    /// Reads a file.
    /// - Parameters:
    ///   - picture: its name by its content.
    ///   - field: named in errors: `source_pictures[0]`.
    ///   - pixelLimit: the most pixels.
    /// - Throws: `.invalidValue` for what is no picture, is damaged or too large.
    public init(_ contents: [UInt8], named picture: InputPicture, field: String?, pixelLimit: Int) throws(APIError) {
        do throws(ImageCodecError) {
            let decoded = try DecodedImage(decoding: contents, pixelLimit: pixelLimit)
            self.picture = picture
            self.contents = contents
            size = decoded.size
            hasAlpha = decoded.alpha != nil
            isTransparent = decoded.alpha?.contains { $0 < 255 } ?? false
            format = decoded.format
            parameters = decoded.parameters
        } catch {
            throw .unreadablePicture(error, field: field)
        }
    }
}

extension APIError {
    /// The refusal of what is no picture.
    static func unreadablePicture(_ error: ImageCodecError, field: String?) -> APIError {
        let name = field.map { $0 + ": " } ?? ""
        return APIError(.invalidValue, field: field, reason: error.errorReason, name + error.description)
    }
}

/// The answer to `POST /api/v1/inputs`, with 201.
public struct InputAnswer: Codable, Sendable {
    /// The SHA-256 of the file, which jobs name it by.
    public var id: String
    /// Pixels, turned upright.
    public var width: Int
    /// Pixels, turned upright.
    public var height: Int
    /// Whether the file has transparency.
    public var hasAlpha: Bool
    /// `png`, `jpeg` or `webp`.
    public var format: String
    /// The text that says how the picture was made; null when there is none.
    @OrNull public var parameters: String?
    /// Where the file is fetched from, beginning with `/`.
    public var url: String

    /// Tells of a file that was kept.
    public init(_ upload: UploadedPicture) {
        id = upload.picture.sha256
        (width, height) = (upload.size.width, upload.size.height)
        hasAlpha = upload.hasAlpha
        format = upload.format.rawValue
        parameters = upload.parameters
        url = Self.address(upload.picture)
    }

    /// Where a file is fetched from, beginning with `/`.
    public static func address(_ picture: InputPicture) -> String { "/api/v1/inputs/\(picture.sha256)" }

    private enum CodingKeys: String, CodingKey { case id, width, height, hasAlpha = "has_alpha", format, parameters, url }
}

extension PictureSize {
    /// The size in which a picture of this size is best drawn anew with a model; see `drawable(nativeSize:width:height:)`.
    func drawable(with model: ModelSummary?, width: Int? = nil, height: Int? = nil) -> PictureSize {
        drawable(nativeSize: model?.nativeSize ?? 512, width: width, height: height)
    }
}
