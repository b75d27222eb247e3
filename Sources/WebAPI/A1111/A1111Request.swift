public import Files
public import FoundationEssentials
public import Generation
import ImageCodecs
public import Jobs
import Sampling
import Settings

/// `POST /sdapi/v1/txt2img` or `/img2img`, read: what to draw, and how to answer.
public struct A1111Request: Sendable {
    /// The routes that draw. Raw values are the last parts of their paths.
    public enum Kind: String, Sendable, CaseIterable {
        case textToImage = "txt2img", imageToImage = "img2img"
    }

    /// The route that was called.
    public let kind: Kind
    /// The pictures to draw, within the limits of the server.
    public let job: JobRequest
    /// The picture files that came with the request, to be kept before the job is submitted.
    public let uploads: [UploadedPicture]
    /// The format of the pictures: PNG unless the settings, or `override_settings.samples_format`, say otherwise.
    public let format: ImageFormat
    /// Whether the answer has the pictures.
    public let sendsImages: Bool
    /// Masks that follow each picture in the answer.
    let returnedMasks: ReturnedMasks?
    /// Fields that ask for something which has no effect here, by name.
    public let ignored: [String]
    /// Other notes for the client, in sentences.
    let notes: [String]
    /// Texts by key for `LiveSettings.change`: with `override_settings_restore_afterwards: false`, `override_settings` stay.
    public let settingChanges: [String: String]
    /// The names of fields in `override_settings`, by their names in errors.
    private let overriddenNames: [String: String]
    /// The request, with A1111's default where it says nothing: what the answer repeats as `parameters`.
    public let parameters: [String: JSONValue]

    /// - Parameter body: JSON.
    /// - Throws: `.malformedBody`; `.invalidValue` naming the field; `.notImplemented`.
    public init(body: Data, _ context: RequestContext, kind: Kind = .textToImage) throws(APIError) {
        try self.init(RequestFields(body: body), context, kind)
    }

    private init(_ given: RequestFields, _ context: RequestContext, _ kind: Kind) throws(APIError) {
        self.kind = kind
        let takesPictures = kind == .imageToImage
        let namesModel = try given.object("override_settings")?["sd_model_checkpoint"] ?? .null != .null
        let infotext = try InfotextFields(
            given.text("infotext") ?? "", models: namesModel ? nil : context.models, takesPictures: takesPictures)
        let fields = given.filled(from: infotext.fields)
        if !takesPictures, let images = fields["init_images"], images != .array([]) {
            throw fields.invalid(
                "init_images", ErrorReason(.invalidValue),
                "/sdapi/v1/txt2img draws from a text alone. Send init_images to /sdapi/v1/img2img.")
        }

        let overrides = try OverriddenSettings(
            given.object("override_settings"), filledFrom: infotext.settings, takesPictures: takesPictures, context)
        let requests = overrides.settings.requests
        var generation = GenerationRequest(prompt: "", requests)
        generation.steps = Self.steps
        generation.scheduleCounting = requests.scheduleCounting ?? .a1111
        generation.noise = overrides.noise ?? generation.noise
        generation.seed = context.randomSeed
        try fields.read(Self.shared, into: &generation)
        (generation.sampler, generation.schedule) = try fields.samplerAndSchedule
        if generation.variationStrength > 0, try fields.seed(GenerationField.variationSeed.key) == nil {
            generation.variationSeed = .random(in: Seed.drawn)
        }
        // A1111 takes no effect for 0 and -1.
        if let width = try fields.whole("seed_resize_from_w"), let height = try fields.whole("seed_resize_from_h"), width > 0, height > 0 {
            generation.seedResizedFrom = PictureSize(width: width, height: height)
        }
        generation.fillEta(requests)
        generation.tiling = try fields.tiling
        var pictures = RequestPictures(context)
        let pictureNotes = try takesPictures
            ? Self.readPictures(fields, options: overrides.ofPictures, context, into: &generation, &pictures) : []
        uploads = pictures.uploads
        if !takesPictures { try Self.readHires(fields, context, into: &generation) }

        job = try context.job(
            generation, model: overrides.changes["model"] ?? context.models.current, runs: fields.whole("n_iter") ?? 1,
            previewInterval: requests.previewSteps, names: .a1111)
        let table = Self.fields(of: kind)
        try fields.check(table)
        format = requests.imageFormat
        sendsImages = try fields.flag("send_images") ?? true
        returnedMasks = takesPictures ? try ReturnedMasks(overrides.ofPictures, generation, pictures.uploads) : nil
        ignored = try IgnoredFields.names(in: fields, takesPictures: takesPictures) + overrides.ignored
        overriddenNames = overrides.names.filter { fields[$0.key] == nil }
        notes = infotext.notes + pictureNotes
        settingChanges = try fields.flag("override_settings_restore_afterwards") ?? true ? [:] : overrides.changes
        let defaults = table.compactMap { field in field.standard.map { (field.name, $0) } }
        var parameters = fields.filled(from: Dictionary(uniqueKeysWithValues: defaults)).values
        if takesPictures, try fields.flag("include_init_images") != true {
            (parameters["init_images"], parameters["mask"]) = (.null, .null)
        }
        self.parameters = parameters
    }

    /// An error as this client reads it: with its own name for the field.
    public func named(_ error: InvalidRequest) -> InvalidRequest {
        error.named(overriddenNames[error.field] ?? error.field)
    }
}

extension RequestFields {
    /// `sampler_name`, or else `sampler_index`, perhaps with a schedule fused to it; `scheduler` comes before that.
    fileprivate var samplerAndSchedule: (Sampler, Schedule) {
        get throws(APIError) {
            let field = try text("sampler_name") ?? "" == "" ? "sampler_index" : "sampler_name"
            let sampler = try text(field) ?? "" == "" ? SamplerName(.euler) : try sampler(field) ?? SamplerName(.euler)
            let schedule = try text("scheduler") ?? "" == "" ? nil : try schedule("scheduler")
            // A client that always sends "Automatic" may still have the schedule in the sampler's name.
            guard let schedule, schedule != .automatic else { return (sampler.sampler, sampler.schedule ?? .automatic) }
            return (sampler.sampler, schedule)
        }
    }

    /// A schedule by any of its names; nil for nothing.
    func schedule(_ name: String) throws(APIError) -> Schedule? {
        guard let text = try text(name) else { return nil }
        if let schedule = Schedule(name: text) { return schedule }
        let names = Schedule.all.map(\.name)
        throw invalid(
            name, .unknownChoice(text, of: names), "There is no scheduler \"\(text.clipped)\". Use \(names.joined(separator: ", ")).")
    }

    /// `tiling`: true for all edges, as A1111 has it, or one of Easel's words.
    fileprivate var tiling: Tiling {
        get throws(APIError) {
            let key = GenerationField.tiling.key
            if case .string(let text)? = self[key], !["true", "false"].contains(text.lowercased()) {
                return try word(key, Tiling.self) ?? Tiling.none
            }
            return try flag(key) ?? false ? .both : Tiling.none
        }
    }
}
