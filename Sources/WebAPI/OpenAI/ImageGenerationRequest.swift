import Files
public import FoundationEssentials
public import Generation
import ImageCodecs
public import Jobs
import Sampling
import Settings

/// `POST /v1/images/generations`, `/edits` or `/variations`, read. Easel's extensions are `negative_prompt`, `steps`, `cfg_scale`, `seed` and
/// `sampler`, and for pictures from pictures `strength`, `mask_blur` and `masked_content`; fields that only OpenAI's models know, such as
/// `quality`, have no effect.
public struct ImageGenerationRequest: Sendable {
    public enum Delivery: String, Sendable, CaseIterable {
        case base64 = "b64_json", url
    }

    /// The routes that draw. Raw values are the last parts of their paths.
    public enum Kind: String, Sendable, CaseIterable {
        case generation = "generations", edit = "edits", variation = "variations"
    }

    public let job: JobRequest
    /// The picture files that came with the request, to be kept before the job is submitted.
    public let uploads: [UploadedPicture]
    /// How the request was understood where OpenAI would do something else, in sentences.
    public let notes: [String]
    public let format: ImageFormat
    public let delivery: Delivery
    /// The quality of JPEG and WebP: 0…100.
    public let quality: Int
    /// How the answer comes as events while it is drawn; nil: whole, when it is done.
    public let stream: ImageStreamForm?

    /// - Parameters:
    ///   - body: JSON, or a form with files where drawing begins with a picture.
    ///   - contentType: the header that says which of them.
    /// - Throws: `.malformedBody`; `.invalidValue` naming the field; `.notFound` for an unknown model, as OpenAI does.
    public init(
        body: Data, contentType: String? = nil, _ context: RequestContext, kind: Kind = .generation
    ) throws(APIError) {
        let fields: RequestFields
        var sent = SentPictures()
        if kind != .generation, let contentType, MultipartForm.isAnnounced(by: contentType) {
            (fields, sent) = SentPictures.read(try MultipartForm([UInt8](body), contentType: contentType))
        } else {
            fields = try RequestFields(body: body)
            if kind != .generation { sent = try SentPictures(fields) }
        }
        let prompt = try fields.text("prompt") ?? (kind == .variation ? "" : nil)
        guard let prompt else {
            throw fields.missing("prompt", "There is no prompt. Send one: {\"prompt\": \"a red apple\"}.")
        }
        let named = try fields.text("model")
        let model = try Self.model(named, context.models)
        var generation = GenerationRequest(prompt: prompt, context.settings.requests)
        generation.seed = context.randomSeed
        if kind == .generation {
            (generation.width, generation.height) = try fields.size ?? (512, 512)
            (uploads, notes) = ([], [])
        } else {
            var pictures = RequestPictures(context)
            notes = try sent.apply(
                kind, fields, to: &generation, &pictures, model: context.models.models.first { $0.name == model })
            uploads = pictures.uploads
        }
        try fields.read(Self.extensions(of: kind), into: &generation)
        let count = try fields.whole("n") ?? 1
        var previewInterval: Int?

        let isStreamed = try fields.flag("stream") ?? false
        guard !isStreamed || kind != .variation else {
            throw fields.invalid(
                "stream", ErrorReason(.invalidValue), "Variations cannot be streamed. Leave stream out, or use /v1/images/edits.")
        }
        let hasFiles = isStreamed || named?.hasPrefix("gpt-image") == true
        delivery = try fields.word("response_format") ?? (hasFiles ? .base64 : .url)
        quality = try fields.whole("output_compression") ?? ImageFormat.usualQuality
        format = try fields.word("output_format") ?? context.settings.requests.imageFormat
        if isStreamed {
            guard count == 1 else {
                throw fields.invalid(
                    "n", .outOfRange(.init(count), from: 1, to: 1),
                    "n is \(count), and a stream has one picture. Leave n out, or send stream: false.")
            }
            guard delivery == .base64 else {
                throw fields.invalid(
                    "response_format", .unknownChoice(delivery.rawValue, of: [Delivery.base64.rawValue]),
                    "response_format is url, and a stream has the pictures themselves. Leave it out, or send stream: false.")
            }
            let form = try ImageStreamForm(fields, format: format, generation)
            if form.partialImages > 0 { previewInterval = form.previewInterval(steps: generation.drawnSteps) }
            stream = form
        } else {
            stream = nil
        }
        try fields.check(Self.fields(of: kind))
        job = try context.job(
            generation, model: model, runs: count, previewInterval: previewInterval, names: .openAI)
    }

    /// Clients that know OpenAI only cannot be told another model's name: theirs stand for the current one.
    private static func model(_ name: String?, _ models: ModelCatalog) throws(APIError) -> String {
        guard let name, !name.isEmpty else { return models.current }
        if let model = models.find(name) { return model.name }
        if name.hasPrefix("dall-e") || name.hasPrefix("gpt-image") { return models.current }
        return try models.named(name, field: "model", kind: .notFound).name
    }
}

extension RequestFields {
    /// `512x768`; nil for `auto` and nothing.
    var size: (width: Int, height: Int)? {
        get throws(APIError) {
            guard let text = try text("size"), text != "auto", !text.isEmpty else { return nil }
            let sides = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
            guard sides.count == 2, let width = sides[0], let height = sides[1] else {
                throw invalid(
                    "size", .wrongForm(text, example: "512x512"),
                    "size cannot be \"\(text.clipped)\". Use width and height in pixels, such as 512x512, or auto.")
            }
            return (width, height)
        }
    }

    /// A sampler by any of its names, perhaps with a schedule fused to it.
    func sampler(_ name: String) throws(APIError) -> SamplerName? {
        guard let text = try text(name) else { return nil }
        if let sampler = SamplerName(text) { return sampler }
        let names = Sampler.all.map(\.name)
        throw invalid(
            name, .unknownChoice(text, of: names), "There is no sampler \"\(text.clipped)\". Use \(names.joined(separator: ", ")).")
    }
}

extension GenerationRequest {
    /// The steps that are done, which are fewer from a picture.
    fileprivate var drawnSteps: Int {
        guard !sourcePictures.isEmpty else { return recipe.steps }
        let (all, skipped) = recipe.imageToImage.steps(of: recipe.steps)
        return all - skipped
    }

    /// With what the settings say where a request says nothing.
    init(prompt: String, _ defaults: EaselSettings.RequestDefaults) {
        self.init(prompt: prompt)
        recipe.clipSkip = defaults.clipSkip
        recipe.emphasis = defaults.emphasis
        recipe.commaBacktrack = defaults.commaBacktrack
        recipe.padsConditionings = defaults.padsConditionings
        scheduleCounting = defaults.scheduleCounting ?? .sdnext
        for field in GenerationField.samplingOptions {
            if let value = field.value(in: defaults.options) { _ = field.set(value, in: &self) }
        }
    }

    /// Takes η from the settings where the request does not say it and the setting is not the sampler's own.
    mutating func fillEta(_ defaults: EaselSettings.RequestDefaults) {
        let sampler = recipe.sampler
        let (setting, usual) = sampler.takes(.uniform) ? (defaults.etaAncestral, 1.0) : (defaults.etaDDIM, 0.0)
        if recipe.samplerOptions.eta == nil, setting != usual, sampler.options.contains(.eta) {
            recipe.samplerOptions.eta = Float(setting)
        }
    }
}
