public import FoundationEssentials
import Generation
import ImageCodecs
public import Jobs

/// The quality that a picture is asked for in: `?quality=80`.
public enum PictureQuality {
    public static let range = 0...100

    /// - Parameter text: as it stands in the query; nil and empty text are the usual.
    /// - Throws: `.invalidValue`.
    public static func read(_ text: String?) throws(APIError) -> Int {
        guard let text, !text.isEmpty else { return ImageFormat.usualQuality }
        guard let quality = Int(text), range.contains(quality) else {
            throw APIError(.invalidValue, field: "quality", "quality cannot be \"\(text.clipped)\". Use a whole number from 0 to 100.")
        }
        return quality
    }
}

/// A picture of the gallery, as `GET /api/v1/images/{id}` tells of it.
public struct PictureAnswer: Codable, Sendable {
    public var id: String
    /// The job that it was drawn for.
    public var job: String
    public var url: String
    public var thumbnailURL: String
    public var width: Int
    public var height: Int
    public var seed: UInt64
    public var prompt: String
    public var negativePrompt: String
    public var model: String
    /// The parameters as they stand in the file.
    public var infotext: String
    public var createdAt: Date

    public init(
        _ picture: PictureID, width: Int, height: Int, seed: UInt64, prompt: String, negativePrompt: String, model: String,
        infotext: String,
        createdAt: Date
    ) {
        id = picture.description
        job = picture.job.description
        url = PictureAddress.file(picture)
        thumbnailURL = PictureAddress.thumbnail(picture)
        self.width = width
        self.height = height
        self.seed = seed
        self.prompt = prompt
        self.negativePrompt = negativePrompt
        self.model = model
        self.infotext = infotext
        self.createdAt = createdAt
    }

    private enum CodingKeys: String, CodingKey {
        case id, job, url, width, height, seed, prompt, model, infotext
        case thumbnailURL = "thumbnail_url"
        case negativePrompt = "negative_prompt"
        case createdAt = "created_at"
    }
}
