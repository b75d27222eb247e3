public import Files
public import FoundationEssentials
public import Generation
public import ImageCodecs
public import Jobs
import Sampling
public import Settings

/// `POST /sdapi/v1/txt2img`, read: what to draw, and how to answer.
public struct TextToImageRequest: Sendable {
    /// The pictures to draw, within the limits of the server.
    public let job: JobRequest
    /// The format of the pictures: PNG unless the settings, or `override_settings.samples_format`, say otherwise.
    public let format: ImageFormat
    /// Whether the answer has the pictures.
    public let sendsImages: Bool
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
    public init(body: Data, _ context: RequestContext) throws(APIError) {
        try self.init(RequestFields(body: body), context)
    }

    init(_ given: RequestFields, _ context: RequestContext) throws(APIError) {
        let namesModel = try given.object("override_settings")?["sd_model_checkpoint"] ?? .null != .null
        let infotext = try InfotextFields(given.text("infotext") ?? "", models: namesModel ? nil : context.models)
        let fields = given.filled(from: infotext.fields)
        if try fields.flag("enable_hr") ?? false {
            throw APIError(
                .notImplemented, field: "enable_hr",
                "Easel has no second pass at a higher resolution yet. Send enable_hr: false, and the size that you want.")
        }
        if fields["init_images"] != nil { throw .imageToImage(field: "init_images") }

        let overrides = try OverriddenSettings(given.object("override_settings"), filledFrom: infotext.settings, context)
        let defaults = overrides.settings.requests
        var generation = GenerationRequest(prompt: "", defaults)
        generation.steps = Self.steps
        generation.scheduleCounting = defaults.scheduleCounting ?? .a1111
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
        generation.fillEta(defaults)
        generation.tiling = try fields.tiling

        job = try context.job(
            generation, model: overrides.changes["model"] ?? context.models.current, runs: fields.whole("n_iter") ?? 1,
            previewInterval: defaults.previewSteps, names: .a1111)
        try fields.check(Self.fields)
        format = defaults.imageFormat
        sendsImages = try fields.flag("send_images") ?? true
        ignored = try IgnoredFields.names(in: fields) + overrides.ignored
        overriddenNames = overrides.names.filter { fields[$0.key] == nil }
        notes = infotext.notes
        settingChanges = try fields.flag("override_settings_restore_afterwards") ?? true ? [:] : overrides.changes
        parameters = fields.filled(from: Self.defaults).values
    }

    /// An error as this client reads it: with its own name for the field.
    public func named(_ error: InvalidRequest) -> InvalidRequest {
        error.named(overriddenNames[error.field] ?? error.field)
    }

    private static let defaults = Dictionary(uniqueKeysWithValues: fields.compactMap { field in field.standard.map { (field.name, $0) } })
}

extension RequestFields {
    /// `sampler_name`, or else `sampler_index`, perhaps with a schedule fused to it; `scheduler` comes before that.
    fileprivate var samplerAndSchedule: (Sampler, Schedule) {
        get throws(APIError) {
            let named = try text("sampler_name") ?? ""
            let field = named.isEmpty ? "sampler_index" : "sampler_name"
            let name = try named.isEmpty ? text("sampler_index") ?? "" : named
            guard let sampler = SamplerName(name.isEmpty ? Sampler.euler.name : name) else {
                let known = Sampler.all.map(\.name)
                throw invalid(
                    field, .unknownChoice(name, of: known),
                    "There is no sampler \"\(name.clipped)\". Use \(known.joined(separator: ", ")).")
            }
            let scheduler = try text("scheduler") ?? ""
            if scheduler.isEmpty { return (sampler.sampler, sampler.schedule ?? .automatic) }
            guard let schedule = Schedule(name: scheduler) else {
                let known = Schedule.all.map(\.name)
                throw invalid(
                    "scheduler", .unknownChoice(scheduler, of: known),
                    "There is no scheduler \"\(scheduler.clipped)\". Use \(known.joined(separator: ", ")).")
            }
            // A client that always sends "Automatic" may still have the schedule in the sampler's name.
            if schedule == .automatic { return (sampler.sampler, sampler.schedule ?? .automatic) }
            return (sampler.sampler, schedule)
        }
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

extension APIError {
    /// - Parameter field: that has the picture to begin with.
    static func imageToImage(field: String) -> APIError {
        APIError(
            .notImplemented, field: field,
            "Easel cannot begin with a picture yet: image-to-image and inpainting are to come. Use text to image.")
    }
}
