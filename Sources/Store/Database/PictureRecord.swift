import FoundationEssentials
import GRDB
import Generation
import ImageCodecs
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
    /// Its file below the pictures folder; nil: see `DataFolder.earlierName`.
    private(set) var file: String?
    /// `2026-11-28`
    private(set) var day: String
    private(set) var sampler: String?
    private(set) var steps: Int?
    private(set) var cfgScale: Double?
    /// Values that are searched; see `InfotextFacts`.
    private(set) var parameters: String
    private(set) var isFavourite = false

    enum CodingKeys: String, CodingKey {
        case job, place, width, height, seed, prompt, model, infotext, file, day, sampler, steps, parameters
        case cfgScale = "cfg_scale"
        case isFavourite = "is_favourite"
        case createdAt = "created_at"
        case negativePrompt = "negative_prompt"
        case byteCount = "byte_count"
    }

    /// - Parameters:
    ///   - request: of the job; says what the infotext does not.
    ///   - file: below the pictures folder.
    init(_ id: PictureID, _ picture: Picture<RGBImage>, of request: JobRequest, createdAt: Date, file: String, byteCount: Int) {
        job = id.job.description
        place = id.index
        self.createdAt = createdAt.timeIntervalSinceReferenceDate
        width = picture.content.width
        height = picture.content.height
        seed = Int64(bitPattern: picture.seed)
        prompt = picture.prompt
        negativePrompt = picture.negativePrompt
        model = request.model
        infotext = picture.wholeInfotext
        self.byteCount = byteCount
        self.file = file
        day = LocalTime(createdAt).day
        let facts = InfotextFacts(infotext)
        // A picture that was enlarged and not drawn has what its source says of itself, or nothing.
        let isDrawn = request.generation.upscaling.mode != .plain
        sampler = facts.sampler ?? (isDrawn ? GenerationField.sampler.infotext(of: request.generation) : nil)
        steps = facts.steps ?? (isDrawn ? request.generation.steps : nil)
        cfgScale = facts.cfgScale ?? (isDrawn ? Double(request.generation.cfgScale) : nil)
        parameters = facts.values
    }

    /// nil when no picture can have that name.
    var id: PictureID? { PictureID("\(job)-\(place)") }

    /// Its file below the pictures folder; nil when no picture can have its name.
    var path: String? { file ?? id.map(DataFolder.earlierName) }

    /// - Parameter albums: that it is in, in order.
    func picture(albums: [String]) -> GalleryPicture? {
        id.map { id in
            GalleryPicture(
                id: id, createdAt: Date(timeIntervalSinceReferenceDate: createdAt), model: model, sampler: sampler, steps: steps,
                isFavourite: isFavourite, albums: albums, file: file ?? DataFolder.earlierName(id),
                details: Picture(
                    PictureFile(size: PictureSize(width: width, height: height), byteCount: byteCount),
                    seed: UInt64(bitPattern: seed), prompt: prompt, negativePrompt: negativePrompt, infotext: infotext))
        }
    }
}

extension PictureID {
    /// Finds the row of `picture`.
    var condition: SQL { "picture.job = \(job.description) AND picture.place = \(index)" }
}
