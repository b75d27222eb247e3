import Files
import Generation
import Settings

// What `/img2img` has beyond `/txt2img`.
extension A1111Request {
    /// Fields of Easel's that A1111's API has under names of its own, by key.
    static let pictureNames: [String: String] = [
        GenerationField.strength.key: "denoising_strength", GenerationField.noiseMultiplier.key: "initial_noise_multiplier",
        GenerationField.invertsMask.key: "inpainting_mask_invert", GenerationField.onlyMasked.key: "inpaint_full_res",
        GenerationField.padding.key: "inpaint_full_res_padding", GenerationField.maskedContent.key: "inpainting_fill",
        RequestField.sourcePictures.name: "init_images",
    ]

    /// Fields that are read as Easel's are, with A1111's names.
    static let pictureShared: [GenerationField] = [
        .strength, .noiseMultiplier, .invertsMask, .onlyMasked, .padding, .roundsMask, .softInpainting,
    ] + GenerationField.softNumbers + GenerationField.extends

    static let pictureFields: [RequestField] = pictureShared.map { field in
        RequestField(
            pictureNames[field.key] ?? field.key, Schema(field.form), field.meaning,
            standard: field.value(in: pictureDefaults).map(JSONValue.init))
    } + [
        RequestField(
            "init_images", .list(of: .text), "the pictures to begin with, as base64 or data URLs; several are a batch with one each",
            isRequired: true),
        RequestField(
            "resize_mode", .whole(0...3),
            "how a picture gets the size that is drawn: 0 stretched, 1 cut, 2 filled up from its edges, 3 stretched as latents",
            standard: .integer(0)),
        RequestField(
            "mask", Schema(["type": .array([.string("string"), .string("null")])]),
            "white is drawn anew, for all pictures; a transparent picture counts by its opacity", standard: .null),
        RequestField(
            "mask_blur", .whole(0...64), "how far the mask's edge is blurred, in pixels; comes before the next two", standard: .null),
        RequestField("mask_blur_x", .whole(0...64), "the same across; the larger of both counts", standard: .integer(4)),
        RequestField("mask_blur_y", .whole(0...64), "the same down", standard: .integer(4)),
        RequestField(
            "inpainting_fill", .whole(0...3),
            "what is under the mask at first: 0 the colours around it, 1 the picture, 2 noise, 3 nothing", standard: .integer(0)),
        RequestField("include_init_images", .flag, "whether the answer repeats the pictures", standard: .bool(false)),
        RequestField("latent_mask", .any, "has no effect; is named in info.extra_generation_params", standard: .null),
        RequestField("image_cfg_scale", .number, "has no effect", standard: .null),
        RequestField(
            "script_name", .text,
            "SD upscale enlarges the picture, and draws it anew in tiles of width and height; other scripts that draw from pictures are "
                + "refused, naming what to send instead",
            standard: .null),
        RequestField(
            "script_args", .list(of: .any), "of SD upscale: [null, overlap of tiles in pixels, upscaler by name or number, factor]",
            standard: .array([])),
    ]

    /// A1111's defaults.
    private static let pictureDefaults: GenerationRequest = {
        var request = GenerationRequest(prompt: "")
        (request.inpainting.onlyMasked, request.inpainting.padding, request.inpainting.content) = (true, 0, .fill)
        return request
    }()

    /// Options of A1111's that requests have as fields of Easel's.
    static let pictureOptions: KeyValuePairs<String, GenerationField> = [
        "img2img_fix_steps": .fixesSteps, "initial_noise_multiplier": .noiseMultiplier, "img2img_extra_noise": .extraNoise,
        "img2img_color_correction": .correctsColors, "img2img_background_color": .background, "inpainting_mask_weight": .maskWeight,
        "overlay_inpaint": .overlaysOriginal, "upscaler_for_img2img": .sourceUpscaler,
    ]
    /// Options of A1111's that append pictures to the answer.
    static let maskOptions = ["return_mask", "return_mask_composite"]

    /// A1111's script in `alwayson_scripts`, and the fields that its `args` are, in their order.
    static let softScript = (name: "soft inpainting", fields: [GenerationField.softInpainting] + GenerationField.softNumbers)

    /// Reads the pictures, and how they are used.
    /// - Parameter options: A1111's options for this request, which its fields come before.
    /// - Returns: notes for the client, in sentences.
    static func readPictures(
        _ fields: RequestFields, options: RequestFields, _ context: RequestContext, into generation: inout GenerationRequest,
        _ pictures: inout RequestPictures
    ) throws(APIError) -> [String] {
        let script = try fields.text("script_name") ?? ""
        if let refusal = APIError.script(script) { throw refusal }
        generation.sourcePictures = try pictures.list("init_images", of: fields)
        guard !generation.sourcePictures.isEmpty else {
            throw fields.missing("init_images", "There is no picture to begin with. Send init_images: [\"<base64>\"].")
        }
        generation.mask = try pictures.one("mask", of: fields)
        let count = generation.sourcePictures.count
        if count > 1 {
            guard generation.batchSize == 1 || count <= generation.batchSize else {
                throw fields.invalid(
                    "init_images", ErrorReason(.tooManyPictures, ["value": .init(count), "max": .init(generation.batchSize)]),
                    "\(count) pictures do not fit batch_size \(generation.batchSize). Leave batch_size out.")
            }
            generation.batchSize = count
        }

        generation.imageToImage = pictureDefaults.imageToImage
        generation.inpainting = pictureDefaults.inpainting
        for (name, field) in pictureOptions { try options.readChecked(field, as: name, into: &generation) }
        if let upscaler = try options.upscaler("upscaler_for_img2img", among: context.upscalerNames) {
            generation.imageToImage.upscaler = upscaler
        }
        try readSoftScript(fields, into: &generation)
        try fields.read(pictureShared, as: pictureNames, into: &generation)
        generation.imageToImage.resizeMode = try fields.numbered("resize_mode") { ResizeMode(number: $0) } ?? .just
        generation.inpainting.content = try fields.numbered("inpainting_fill") { number in
            MaskedContent.allCases.indices.contains(number) ? MaskedContent.allCases[number] : nil
        } ?? pictureDefaults.inpainting.content

        if script.lowercased() == sdUpscale {
            try readUpscaling(fields, context, into: &generation)
            try context.checkUpscaledSize(generation, pictures, names: [GenerationField.upscaleScale.key: "script_args"])
        }

        if let blur = try fields.whole("mask_blur") {
            generation.inpainting.blur = blur
            return []
        }
        let (across, down) = (try fields.whole("mask_blur_x") ?? 4, try fields.whole("mask_blur_y") ?? 4)
        generation.inpainting.blur = max(across, down)
        return across == down || generation.mask == nil
            ? [] : ["A mask's edge is blurred equally in both directions here: by \(max(across, down)), the larger of both."]
    }
}

extension A1111Request {
    /// Reads the script of soft inpainting, whose name counts in any case.
    private static func readSoftScript(_ fields: RequestFields, into generation: inout GenerationRequest) throws(APIError) {
        guard let scripts = try fields.object("alwayson_scripts"),
            let (name, script) = scripts.values.first(where: { $0.key.lowercased() == softScript.name })
        else { return }
        guard case .object(let object) = script, case .array(let arguments)? = object["args"] else {
            throw fields.invalid(
                "alwayson_scripts", ErrorReason(.invalidValue),
                "alwayson_scripts.\(name.clipped) has no args. It looks like {\"args\": [true, 1, 0.5, 4, 0, 0.5, 2]}.")
        }
        let values = Dictionary(uniqueKeysWithValues: arguments.enumerated().map { ("args[\($0)]", $1) })
        let numbered = RequestFields(values, prefix: "alwayson_scripts.\(name.clipped).")
        for (index, field) in softScript.fields.enumerated() { try numbered.readChecked(field, as: "args[\(index)]", into: &generation) }
    }
}

extension RequestFields {
    /// Reads a field under another name, in whose errors it goes.
    func readChecked(_ field: GenerationField, as name: String, into generation: inout GenerationRequest) throws(APIError) {
        try read([field], as: [field.key: name], into: &generation)
        do throws(InvalidRequest) {
            try field.validate(generation)
        } catch {
            throw invalid(name, error.errorReason, error.description)
        }
    }

    /// A word for which A1111 has a number, 0 to 3.
    fileprivate func numbered<Word>(_ name: String, _ word: (Int) -> Word?) throws(APIError) -> Word? {
        guard let number = try whole(name) else { return nil }
        guard let word = word(number) else {
            throw invalid(name, .outOfRange(.init(number), from: 0, to: 3), "\(name) \(number) is out of range. Use 0 to 3.")
        }
        return word
    }
}
