import Files
public import FoundationEssentials
public import Generation
public import Jobs
import Settings

/// `POST /sdapi/v1/extra-single-image` or `/extra-batch-images`, read: which pictures to enlarge, and how.
public struct ExtrasRequest: Sendable {
    /// The routes that enlarge. Raw values are the last parts of their paths.
    public enum Kind: String, Sendable, CaseIterable {
        case single = "extra-single-image", batch = "extra-batch-images"
    }

    /// The pictures to enlarge, one after another in a batch.
    public let job: JobRequest
    /// The picture files that came with the request, to be kept before the job is submitted.
    public let uploads: [UploadedPicture]
    /// The format of the answer's pictures, as the settings have it.
    public let format: ImageFormat
    /// Notes on what the client asked for and does not get, in sentences.
    let notes: [String]

    /// - Parameter body: JSON.
    /// - Throws: `.malformedBody`; `.invalidValue` naming the field.
    public init(body: Data, _ context: RequestContext, kind: Kind = .single) throws(APIError) {
        let fields = try RequestFields(body: body)
        try fields.check(Self.fields(of: kind))
        var generation = GenerationRequest(prompt: "")
        generation.seed = context.randomSeed
        var pictures = RequestPictures(context)
        generation.sourcePictures = try Self.sources(kind, fields, &pictures)
        generation.upscaling = try Self.upscaling(fields, context)
        generation.enlargeOnly()
        uploads = pictures.uploads
        try context.checkUpscaledSize(generation, pictures, names: Self.names)
        job = try context.job(
            generation, model: generation.upscaling.upscaler, runs: 1, previewInterval: 0,
            names: RequestLimits.Names(batchSize: kind == .batch ? "imageList" : "image", others: Self.names))
        format = context.settings.requests.imageFormat
        var notes: [String] = []
        for name in Self.faceRestorers where try (fields.number(name) ?? 0) > 0 {
            notes.append("\(name) has no effect: Easel has no face restorers.")
        }
        self.notes = notes
    }

    private static func sources(
        _ kind: Kind, _ fields: RequestFields, _ pictures: inout RequestPictures
    ) throws(APIError) -> [InputPicture] {
        guard kind == .batch else {
            guard let picture = try pictures.one("image", of: fields) else {
                throw fields.missing("image", "There is no picture to enlarge. Send image: \"<base64>\".")
            }
            return [picture]
        }
        let form = "Send imageList: [{\"data\": \"<base64>\", \"name\": \"a.png\"}]."
        guard let list = fields["imageList"], list != .array([]) else {
            throw fields.missing("imageList", "There is no picture to enlarge. " + form)
        }
        guard case .array(let items) = list else { throw fields.invalid("imageList", ErrorReason(.invalidValue), form) }
        try pictures.check(count: items.count, of: "imageList")
        var sources: [InputPicture] = []
        for (index, item) in items.enumerated() {
            guard case .object(let item) = item, case .string(let text)? = item["data"], !text.isEmpty else {
                throw fields.invalid(
                    "imageList[\(index)]", ErrorReason(.invalidValue), "imageList[\(index)] has no picture under data. " + form)
            }
            sources.append(try pictures.add(text, field: "imageList[\(index)].data"))
        }
        return sources
    }

    private static func upscaling(_ fields: RequestFields, _ context: RequestContext) throws(APIError) -> Upscaling {
        var upscaling = Upscaling()
        let names = context.upscalerNames
        upscaling.upscaler = try fields.upscaler("upscaler_1", among: names) ?? UpscalerName.none
        let second = try fields.upscaler("upscaler_2", among: names) ?? UpscalerName.none
        let share = Float(try fields.number("extras_upscaler_2_visibility") ?? 0)
        if second != UpscalerName.none, share > 0, upscaling.upscaler != UpscalerName.none {
            (upscaling.secondUpscaler, upscaling.secondShare) = (second, share)
        }
        upscaling.crops = try fields.flag("upscaling_crop") ?? true
        if try fields.whole("resize_mode") == 1 {
            upscaling.width = try fields.whole("upscaling_resize_w") ?? 512
            upscaling.height = try fields.whole("upscaling_resize_h") ?? 512
        } else {
            upscaling.scale = Float(try fields.number("upscaling_resize") ?? 2)
        }
        return upscaling
    }
}

extension ExtrasRequest {
    /// A1111's names of Easel's fields.
    private static let names = [
        GenerationField.upscaleScale.key: "upscaling_resize", GenerationField.upscaleWidth.key: "upscaling_resize_w",
        GenerationField.upscaleHeight.key: "upscaling_resize_h",
    ]

    /// Fields that say how strongly faces are restored.
    private static let faceRestorers = ["gfpgan_visibility", "codeformer_visibility"]

    static func fields(of kind: Kind) -> [RequestField] {
        let pictures = kind == .single
            ? RequestField("image", .text, "the picture, as base64 or as a data URL", isRequired: true)
            : RequestField(
                "imageList",
                .list(of: .object([
                    "data": Schema.text.described("the picture, as base64 or as a data URL"),
                    "name": Schema.text.described("has no effect"),
                ], required: ["data"])),
                "the pictures", isRequired: true)
        return [pictures] + shared
    }

    private static let shared = [
        RequestField(
            "resize_mode", .whole(0...1), "how the size is said: 0 by upscaling_resize, 1 by upscaling_resize_w and upscaling_resize_h",
            standard: .integer(0)),
        RequestField(.upscaleScale, named: "upscaling_resize"),
        RequestField(
            "upscaling_resize_w", .whole(1...Upscaling.largestSide), "width of the result in pixels", standard: .integer(512)),
        RequestField(
            "upscaling_resize_h", .whole(1...Upscaling.largestSide), "height of the result in pixels", standard: .integer(512)),
        RequestField(
            "upscaling_crop", .flag, "whether a picture of another ratio is cut to width and height, instead of going beyond one of them",
            standard: .bool(true)),
        RequestField(
            "upscaler_1", .text, "how pictures are enlarged: a name of /sdapi/v1/upscalers; None leaves them as they are",
            standard: .string(UpscalerName.none)),
        RequestField("upscaler_2", .text, "a second upscaler, whose result is mixed in", standard: .string(UpscalerName.none)),
        RequestField("extras_upscaler_2_visibility", .number(0...1), "the share of the second upscaler's result", standard: .number(0)),
    ] + (faceRestorers + ["codeformer_weight"]).map {
        RequestField($0, .number(0...1), "has no effect: there are no face restorers; html_info says so", standard: .number(0))
    } + [
        RequestField("upscale_first", .flag, "has no effect: there are no face restorers", standard: .bool(false)),
        RequestField("show_extras_results", .flag, "has no effect: the answer always has the pictures", standard: .bool(true)),
    ]
}

extension RequestField {
    fileprivate init(_ field: GenerationField, named name: String) {
        self.init(name, Schema(field.form), field.meaning, standard: field.value(in: GenerationRequest(prompt: "")).map(JSONValue.init))
    }
}

extension GenerationRequest {
    /// Makes this a request that enlarges each of its source pictures, and draws nothing.
    mutating func enlargeOnly() {
        recipe.upscaling.mode = .plain
        batchSize = max(1, sourcePictures.count)
        // Progress and limits count steps.
        recipe.steps = 1
    }
}
