import FoundationEssentials
import GRDB
import Generation
import Jobs

/// A picture's row.
struct PictureRecord: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "picture"
    /// Pictures that are neither deleted nor without their file.
    static let isShown: SQL = "picture.deleted_at IS NULL AND picture.is_missing = 0"

    private(set) var job: String
    private(set) var place: Int
    private(set) var createdAt: Double
    private(set) var width: Int
    private(set) var height: Int
    /// The bits of the unsigned number.
    private(set) var seed: Int64
    private(set) var prompt: String
    private(set) var negativePrompt: String
    private(set) var model: String
    private(set) var infotext: String
    private(set) var byteCount: Int

    enum CodingKeys: String, CodingKey {
        case job, place, width, height, seed, prompt, model, infotext
        case createdAt = "created_at"
        case negativePrompt = "negative_prompt"
        case byteCount = "byte_count"
    }

    init(_ id: PictureID, _ picture: Picture<RGBImage>, model: String, createdAt: Date, byteCount: Int) {
        job = id.job.description
        place = id.index
        self.createdAt = createdAt.timeIntervalSinceReferenceDate
        width = picture.content.width
        height = picture.content.height
        seed = Int64(bitPattern: picture.seed)
        prompt = picture.prompt
        negativePrompt = picture.negativePrompt
        self.model = model
        infotext = picture.infotext
        self.byteCount = byteCount
    }

    /// nil when no picture can have that name.
    var id: PictureID? { PictureID("\(job)-\(place)") }

    var picture: GalleryPicture? {
        id.map { id in
            GalleryPicture(
                id: id, createdAt: Date(timeIntervalSinceReferenceDate: createdAt), model: model,
                details: Picture(
                    PictureFile(size: PictureSize(width: width, height: height), byteCount: byteCount),
                    seed: UInt64(bitPattern: seed), prompt: prompt, negativePrompt: negativePrompt, infotext: infotext))
        }
    }
}

extension PictureID {
    /// Finds the row.
    var condition: SQL { "picture.job = \(job.description) AND picture.place = \(index)" }
}
