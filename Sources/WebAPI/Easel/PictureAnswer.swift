public import FoundationEssentials
public import Generation
import ImageCodecs
public import Jobs

/// The quality that a picture is asked for in: `?quality=80`.
public enum PictureQuality {
    /// From the smallest file to the best picture.
    public static let range = 0...100

    /// - Parameter text: as it stands in the query; nil and empty text are the usual.
    /// - Throws: `.invalidValue`.
    public static func read(_ text: String?) throws(APIError) -> Int {
        guard let text, !text.isEmpty else { return ImageFormat.usualQuality }
        guard let quality = Int(text), range.contains(quality) else {
            throw APIError(
                .invalidValue, field: "quality",
                reason: .outOfRange(
                    Int(text).map { .init($0) } ?? .init(text), from: .init(range.lowerBound), to: .init(range.upperBound)),
                "quality cannot be \"\(text.clipped)\". Use a whole number from 0 to 100.")
        }
        return quality
    }
}

/// A picture of the gallery, as `GET /api/v1/images/{id}` tells of it.
public struct PictureAnswer: Codable, Sendable {
    /// Job and place in it: `JOB-0`.
    public var id: String
    /// The job that it was drawn for.
    public var job: String
    /// Address of the PNG file on this server, from `/`.
    public var url: String
    /// Address of a small WebP picture, from `/`.
    public var thumbnailURL: String
    /// In pixels.
    public var width: Int
    /// In pixels.
    public var height: Int
    /// Seed of this picture.
    public var seed: UInt64
    /// Prompt with its styles, and with what was drawn for its wildcards.
    public var prompt: String
    /// Negative prompt, likewise.
    public var negativePrompt: String
    /// Name of the model that drew it.
    public var model: String
    /// Name of the sampler; null where the picture's parameters do not say.
    @OrNull public var sampler: String?
    /// Number of steps; null where the picture's parameters do not say.
    @OrNull public var steps: Int?
    /// Whether it is a favourite.
    public var isFavourite: Bool
    /// Names of the albums that it is in, in order.
    public var albums: [String]
    /// Place among the pictures of its job, from 0.
    public var place: Int
    /// Its file below the server's folder of pictures: `2026-11-28/0001-4063967448-cat-face.png`.
    public var file: String
    /// The parameters as they stand in the file.
    public var infotext: String
    /// When it was stored.
    public var createdAt: Date

    /// Tells of a picture, however it is held.
    public init<Content>(
        _ id: PictureID, _ picture: Picture<Content>, size: PictureSize, model: String, createdAt: Date, sampler: String?, steps: Int?,
        isFavourite: Bool, albums: [String], file: String
    ) {
        self.id = id.description
        job = id.job.description
        url = PictureAddress.file(id)
        thumbnailURL = PictureAddress.thumbnail(id)
        (width, height) = (size.width, size.height)
        seed = picture.seed
        prompt = picture.prompt
        negativePrompt = picture.negativePrompt
        self.model = model
        infotext = picture.infotext
        self.createdAt = createdAt
        self.sampler = sampler
        self.steps = steps
        self.isFavourite = isFavourite
        self.albums = albums
        place = id.index
        self.file = file
    }

    private enum CodingKeys: String, CodingKey {
        case id, job, url, width, height, seed, prompt, model, infotext, sampler, steps, albums, place, file
        case isFavourite = "is_favourite"
        case thumbnailURL = "thumbnail_url"
        case negativePrompt = "negative_prompt"
        case createdAt = "created_at"
    }
}
