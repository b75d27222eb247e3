import Files
public import FoundationEssentials
import Generation
public import Jobs
import Settings

/// `POST /api/v1/jobs`, read. Nobody else's clients send this, so a field that does not exist is a mistake worth telling.
public struct JobSubmission: Sendable {
    /// The pictures to draw, within the limits of the server.
    public let job: JobRequest
    /// The picture files that came with the request, to be kept before the job is submitted.
    public let uploads: [UploadedPicture]
    /// The body in one spelling, whatever the order of its fields and the space between them.
    public let canonicalBody: Data
    /// Keys of fields that the request leaves out, and the model's own defaults fill: `steps`.
    public let modelDefaults: [String]

    /// - Parameter body: JSON.
    /// - Throws: `.malformedBody`; `.invalidValue` naming the field.
    public init(body: Data, _ context: RequestContext) throws(APIError) { try self.init(RequestFields(body: body), context) }

    /// - Throws: `.invalidValue` naming the field.
    init(_ fields: RequestFields, _ context: RequestContext) throws(APIError) {
        try fields.allow(only: Self.fields.map(\.name))
        canonicalBody = WebJSON.data(fields.values.filter { $0.value != .null })
        // Nothing is drawn: what would follow from a model is left out.
        let isPlain = try fields.word(GenerationField.upscalingMode.key, Upscaling.Mode.self) == .plain
        var summary = isPlain ? nil : context.models.models.first { $0.name == context.models.current }
        if !isPlain, let name = try fields.text("model") { summary = try context.models.named(name, field: "model") }

        var generation = GenerationRequest(prompt: "", context.settings.requests)
        generation.seed = context.randomSeed
        if let size = summary?.nativeSize { (generation.width, generation.height) = (size, size) }
        let defaults = summary?.defaults ?? ModelDefaults()
        let taken = defaults.fields { fields[$0.key] != nil }
        defaults.apply(taken, to: &generation)
        try fields.read(GenerationField.all, into: &generation)
        var pictures = RequestPictures(context)
        generation.sourcePictures = try pictures.list(RequestField.sourcePictures.name, of: fields)
        generation.mask = try pictures.one(RequestField.mask.name, of: fields)
        uploads = pictures.uploads
        try fields.nameUpscalers(in: &generation, context)
        try context.checkUpscaledSize(generation, pictures)
        if isPlain { generation.enlargeOnly() }
        let fitted = generation.upscaling.isOn ? [] : try fields.fit(&generation, pictures, model: summary)
        modelDefaults = taken.map(\.key).filter { !fitted.contains($0) }
        if generation.variationStrength > 0, try fields.seed(GenerationField.variationSeed.key) == nil {
            generation.variationSeed = .random(in: Seed.drawn)
        }
        generation.fillEta(context.settings.requests)

        let priority = try fields.whole("priority") ?? 0
        job = try context.job(
            generation, model: isPlain ? generation.upscaling.upscaler : summary?.name ?? context.models.current,
            runs: fields.whole("runs") ?? 1, priority: priority, previewInterval: fields.whole("preview_interval"), names: .easel)
        try fields.check(Self.fields)
    }

    static let priorities = -100...100

    /// The header `Idempotency-Key`, checked.
    /// - Throws: `.invalidValue` when it is empty or longer than 255 characters.
    public static func idempotencyKey(_ header: String?) throws(APIError) -> String? {
        guard let header else { return nil }
        guard (1...255).contains(header.utf8.count) else {
            throw APIError(
                .invalidValue, field: "Idempotency-Key", reason: .outOfRange(.init(header.utf8.count), from: 1, to: 255),
                "Idempotency-Key has \(header.utf8.count) bytes. Use 1 to 255.")
        }
        return header
    }
}

extension RequestFields {
    /// Gives the upscalers that a request names the names that the engine has for them.
    fileprivate func nameUpscalers(in generation: inout GenerationRequest, _ context: RequestContext) throws(APIError) {
        let names = context.upscalerNames
        if let name = try upscaler(GenerationField.upscaler.key, among: names) { generation.upscaling.upscaler = name }
        if let name = try upscaler(GenerationField.secondUpscaler.key, among: names) {
            generation.upscaling.secondUpscaler = name == UpscalerName.none ? "" : name
        }
        if let name = try upscaler(GenerationField.sourceUpscaler.key, among: names) { generation.imageToImage.upscaler = name }
        if let name = try upscaler(GenerationField.hiresUpscaler.key, among: context.hiresUpscalerNames) {
            generation.hires.upscaler = name
        }
    }

    /// Fills what follows from a source picture where the request does not say it: the size that it is best drawn anew in, with its
    /// margins, and more to draw for these.
    /// - Returns: the keys of fields that were filled.
    fileprivate func fit(
        _ generation: inout GenerationRequest, _ pictures: RequestPictures, model: ModelSummary?
    ) throws(APIError) -> Set<String> {
        guard let size = generation.sourcePictures.first.flatMap(pictures.size(of:)) else { return [] }
        var filled: Set<String> = []
        func fill(_ field: GenerationField, _ change: () -> Void) {
            guard self[field.key] == nil else { return }
            filled.insert(field.key)
            change()
        }
        let margins = generation.inpainting.extends
        if !generation.inpainting.onlyMasked {
            let drawn = size.extended(by: margins).drawable(
                with: model, width: try whole(GenerationField.width.key), height: try whole(GenerationField.height.key))
            fill(.width) { generation.width = drawn.width }
            fill(.height) { generation.height = drawn.height }
        }
        if margins != Margins() {
            let extending = Inpainting.extending(isForInpainting: model?.isForInpainting ?? false)
            fill(.strength) { generation.imageToImage.strength = extending.strength }
            fill(.maskedContent) { generation.inpainting.content = extending.content }
        }
        return filled
    }
}
