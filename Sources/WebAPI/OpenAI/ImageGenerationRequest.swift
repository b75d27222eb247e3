import Files
public import FoundationEssentials
public import Generation
public import ImageCodecs
public import Jobs
import Sampling
import Settings

/// `POST /v1/images/generations`, read. Easel's extensions are `negative_prompt`, `steps`, `cfg_scale`, `seed` and `sampler`;
/// fields that only OpenAI's models know, such as `quality`, have no effect.
public struct ImageGenerationRequest: Sendable {
    public enum Delivery: String, Sendable, CaseIterable {
        case base64 = "b64_json", url
    }

    public let job: JobRequest
    public let format: ImageFormat
    public let delivery: Delivery
    /// The quality of JPEG and WebP: 0…100.
    public let quality: Int
    /// How the answer comes as events while it is drawn; nil: whole, when it is done.
    public let stream: ImageStreamForm?

    /// - Parameter body: JSON.
    /// - Throws: `.malformedBody`; `.invalidValue` naming the field; `.notFound` for an unknown model, as OpenAI does.
    public init(body: Data, _ context: RequestContext) throws(APIError) {
        let fields = try RequestFields(body: body)
        guard let prompt = try fields.text("prompt") else {
            throw fields.missing("prompt", "There is no prompt. Send one: {\"prompt\": \"a red apple\"}.")
        }
        var generation = GenerationRequest(prompt: prompt, context.settings.requests)
        (generation.width, generation.height) = try fields.size
        generation.seed = context.randomSeed
        try fields.read(Self.extensions, into: &generation)
        let count = try fields.whole("n") ?? 1
        var previewInterval: Int?

        let named = try fields.text("model")
        let isStreamed = try fields.flag("stream") ?? false
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
            if form.partialImages > 0 { previewInterval = form.previewInterval(steps: generation.steps) }
            stream = form
        } else {
            stream = nil
        }
        try fields.check(Self.fields)
        job = try context.job(
            generation, model: Self.model(named, context.models), runs: count, previewInterval: previewInterval, names: .openAI)
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
    /// `512x768`; 512×512 for `auto` and nothing.
    fileprivate var size: (width: Int, height: Int) {
        get throws(APIError) {
            guard let text = try text("size"), text != "auto" else { return (512, 512) }
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

extension APIError {
    /// The answer to `POST /v1/images/edits` and `/v1/images/variations`.
    public static let editing = APIError.imageToImage(field: "image")
}
