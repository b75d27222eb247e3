import Files
import Foundation
import Generation
import ImageCodecs
import ImageProcessing
import Jobs
import Settings
import Testing
import TestSupport

@testable import WebAPI

/// Files of Tests/Fixtures/images/inputs.
enum InputFile {
    static func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: Fixture.url("images/inputs/\(name)"))) }
    static func base64(_ name: String) throws -> String { Data(try bytes(name)).base64EncodedString() }

    static func gray(_ width: Int, _ height: Int, _ value: UInt8 = 128) throws -> [UInt8] {
        try RGBImage(width: width, height: height, pixels: Array(repeating: value, count: width * height * 3)).encoded(as: .png)
    }
}

func imageToImage(_ fields: [String: JSONValue], _ changes: [String: String] = [:]) throws -> A1111Request {
    try A1111Request(body: WebJSON.data(fields), context(changes), kind: .imageToImage)
}

private let someSoftness: SoftInpainting = {
    var soft = SoftInpainting()
    (soft.isOn, soft.bias, soft.preservation, soft.contrast) = (true, 2, 1, 8)
    (soft.influence, soft.threshold, soft.thresholdContrast) = (0.25, 0.75, 3)
    return soft
}()

@Suite("A1111's img2img")
struct ImageToImageTests {
    private func given(_ more: String) throws -> [String: JSONValue] {
        let picture = try InputFile.base64("orientation-6.jpg")
        guard case .object(let fields) = try json(more.replacing("PICTURE", with: picture)) else { return [:] }
        return fields.merging(["init_images": .array([.string(picture)])]) { mine, _ in mine }
    }

    @Test("A1111's defaults, which are not Easel's")
    func defaults() throws {
        let request = try imageToImage(given("{}"))
        let generation = request.job.generation
        #expect((generation.width, generation.height, generation.steps) == (512, 512, 50))
        #expect((generation.imageToImage.strength, generation.imageToImage.resizeMode) == (0.75, .just))
        let inpainting = generation.inpainting
        #expect((inpainting.blur, inpainting.content, inpainting.onlyMasked, inpainting.padding) == (4, .fill, true, 0))
        #expect(!inpainting.isInverted && inpainting.roundsMask && generation.mask == nil)
        #expect(generation.sourcePictures == [InputPicture(contents: try InputFile.bytes("orientation-6.jpg"))])
        #expect(request.uploads.map(\.picture) == generation.sourcePictures)
        // Turned upright.
        #expect(request.uploads.map(\.size) == [PictureSize(width: 16, height: 32)])
        #expect(request.parameters["init_images"] == .null && request.parameters["denoising_strength"] == .number(0.75))
        #expect(request.ignored == [])
    }

    private static let cases: [(String, @Sendable (GenerationRequest) -> Bool)] = [
        (#"{"resize_mode": 2}"#, { $0.imageToImage.resizeMode == .fill }), (#"{"resize_mode": 3}"#, { $0.imageToImage.resizeMode == .latent }),
        (#"{"denoising_strength": 0.3}"#, { $0.imageToImage.strength == 0.3 }),
        (#"{"mask": ""}"#, { $0.mask == nil }), (#"{"mask": "data:image/jpeg;base64,PICTURE"}"#, { $0.mask == $0.sourcePictures[0] }),
        (#"{"mask_blur": 0}"#, { $0.inpainting.blur == 0 }), (#"{"mask_blur_x": 7}"#, { $0.inpainting.blur == 7 }),
        (#"{"mask_blur_x": 2, "mask_blur_y": 1}"#, { $0.inpainting.blur == 2 }),
        (#"{"mask_blur": 3, "mask_blur_x": 7, "mask_blur_y": 7}"#, { $0.inpainting.blur == 3 }),
        (#"{"inpainting_fill": 1}"#, { $0.inpainting.content == .original }), (#"{"inpainting_fill": 2}"#, { $0.inpainting.content == .noise }),
        (#"{"inpainting_fill": 3}"#, { $0.inpainting.content == .nothing }),
        (#"{"inpaint_full_res": false}"#, { !$0.inpainting.onlyMasked }), (#"{"inpaint_full_res": 0}"#, { !$0.inpainting.onlyMasked }),
        (#"{"inpaint_full_res_padding": 32}"#, { $0.inpainting.padding == 32 }),
        (#"{"inpainting_mask_invert": 1}"#, { $0.inpainting.isInverted }), (#"{"inpainting_mask_invert": true}"#, { $0.inpainting.isInverted }),
        (#"{"initial_noise_multiplier": 0.5}"#, { $0.imageToImage.noiseMultiplier == 0.5 }),
        (#"{"mask_round": false}"#, { !$0.inpainting.roundsMask }), (#"{"extend_left": 64}"#, { $0.inpainting.extends.left == 64 }),
        (#"{"override_settings": {"img2img_fix_steps": true}}"#, { $0.imageToImage.fixesSteps }),
        (#"{"override_settings": {"initial_noise_multiplier": 0.5}}"#, { $0.imageToImage.noiseMultiplier == 0.5 }),
        (#"{"initial_noise_multiplier": 1, "override_settings": {"initial_noise_multiplier": 0.5}}"#,
            { $0.imageToImage.noiseMultiplier == 1 }),
        (#"{"override_settings": {"img2img_extra_noise": 0.1}}"#, { $0.imageToImage.extraNoise == 0.1 }),
        (#"{"override_settings": {"img2img_color_correction": true}}"#, { $0.imageToImage.correctsColors }),
        (##"{"override_settings": {"img2img_background_color": "#ff0000"}}"##, { $0.imageToImage.background.text == "#ff0000" }),
        (#"{"override_settings": {"inpainting_mask_weight": 0.5}}"#, { $0.inpainting.maskWeight == 0.5 }),
        (#"{"override_settings": {"overlay_inpaint": false, "return_mask": false, "upscaler_for_img2img": "None"}}"#,
            { !$0.inpainting.overlaysOriginal }),
        (#"{"alwayson_scripts": {"Soft Inpainting": {"args": [true, 2, 1, 8, 0.25, 0.75, 3]}}}"#, { $0.inpainting.soft == someSoftness }),
        (#"{"alwayson_scripts": {"soft inpainting": {"args": [true]}}}"#,
            { $0.inpainting.soft.isOn && $0.inpainting.soft.contrast == 4 }),
        (#"{"alwayson_scripts": {"Soft inpainting": {"args": []}}}"#, { !$0.inpainting.soft.isOn }),
        (#"{"alwayson_scripts": {"Soft Inpainting": {"args": [true, 2]}}, "soft_inpainting": false, "soft_bias": 3}"#,
            { !$0.inpainting.soft.isOn && $0.inpainting.soft.bias == 3 }),
        (#"{"soft_inpainting": true, "soft_threshold_contrast": 0}"#,
            { $0.inpainting.soft.isOn && $0.inpainting.soft.thresholdContrast == 0 }),
    ]

    @Test("every field is read", arguments: cases.indices)
    func fields(_ index: Int) throws {
        let (more, holds) = Self.cases[index]
        let request = try imageToImage(given(more))
        #expect(holds(request.job.generation), "\(more)")
        #expect(request.ignored == [], "\(more)")
    }

    @Test("what is wrong is told with A1111's names", arguments: [
        (#"{"init_images": null}"#, 422, "init_images"), (#"{"init_images": []}"#, 422, "init_images"),
        (#"{"init_images": ["PICTURE", "%%%"], "batch_size": 2}"#, 422, "init_images[1]"),
        (#"{"init_images": ["https://example.org/a.png"]}"#, 422, "init_images[0]"),
        (#"{"init_images": ["aGVsbG8="]}"#, 422, "init_images[0]"), (#"{"init_images": ["R0lGODlh"]}"#, 422, "init_images[0]"),
        (#"{"init_images": 5}"#, 422, "init_images"),
        // Nobody has sent it.
        (#"{"init_images": ["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]}"#, 422, "init_images[0]"),
        (#"{"mask": "bm90aGluZw=="}"#, 422, "mask"), (#"{"denoising_strength": 1.1}"#, 422, "denoising_strength"),
        (#"{"resize_mode": 4}"#, 422, "resize_mode"), (#"{"inpainting_fill": 4}"#, 422, "inpainting_fill"),
        (#"{"inpaint_full_res": "maybe"}"#, 422, "inpaint_full_res"), (#"{"mask_blur": 65}"#, 422, "mask_blur"),
        (#"{"override_settings": {"initial_noise_multiplier": 2}}"#, 422, "override_settings.initial_noise_multiplier"),
        (#"{"alwayson_scripts": {"Soft Inpainting": {}}}"#, 422, "alwayson_scripts"),
        (#"{"alwayson_scripts": {"Soft Inpainting": {"args": [true, 1, 0.5, 0]}}}"#, 422, "alwayson_scripts.Soft Inpainting.args[3]"),
        (#"{"alwayson_scripts": {"Soft Inpainting": {"args": ["perhaps"]}}}"#, 422, "alwayson_scripts.Soft Inpainting.args[0]"),
        (#"{"soft_influence": 2}"#, 422, "soft_influence"),
        (#"{"override_settings": {"return_mask": 3}}"#, 422, "override_settings.return_mask"),
        (#"{"script_name": "Outpainting mk2"}"#, 501, "script_name"), (#"{"script_name": "Ultimate SD upscale"}"#, 501, "script_name"),
    ])
    func refusals(_ more: String, status: Int, field: String) throws {
        let error = refusal { _ = try imageToImage(given(more)) }
        #expect(error?.kind.status == status && error?.field == field, "\(more): \(String(describing: error))")
    }

    @Test("a GIF is named, and a picture over the limit is refused by its header")
    func kinds() throws {
        let gif = refusal { _ = try imageToImage(["init_images": .array([.string(try InputFile.base64("animated.gif"))])]) }
        #expect(gif?.message == "init_images[0]: This is a GIF. Use PNG, JPEG or WebP.")
        #expect(gif?.reason == ErrorReason(.unsupportedPicture, ["name": "GIF"]))
        let large = refusal { _ = try imageToImage(given("{}"), ["max_input_pixels": "511"]) }
        #expect(large?.field == "init_images[0]" && large?.errorName == .damagedPicture)
        _ = try imageToImage(given("{}"), ["max_input_pixels": "512"])
    }

    @Test("several pictures are a batch with one each, and an equal one comes once", arguments: [
        ("{}", 3), (#"{"batch_size": 3}"#, 3), (#"{"batch_size": 8}"#, 3), (#"{"batch_size": 2}"#, nil),
    ] as [(String, Int?)])
    func several(_ more: String, batchSize: Int?) throws {
        var fields = try given(more)
        fields["init_images"] = .array(try ["alpha.png", "grey.png", "alpha.png"].map { .string(try InputFile.base64($0)) })
        guard let batchSize else {
            #expect(refusal { _ = try imageToImage(fields) }?.field == "init_images")
            return
        }
        let request = try imageToImage(fields)
        #expect(request.job.generation.batchSize == batchSize)
        #expect(request.job.generation.sourcePictures.count == 3 && request.uploads.count == 2)
        #expect(request.job.generation.sourcePictures[0] == request.job.generation.sourcePictures[2])
        #expect(refusal { _ = try imageToImage(fields, ["max_pictures": "2"]) }?.field == "init_images")
    }

    @Test("what has no effect is named; different blurs are told of")
    func ignored() throws {
        let request = try imageToImage(given(
            #"{"latent_mask": "x", "mask": "PICTURE", "mask_blur_x": 1, "script_name": "x", "alwayson_scripts": {"ADetailer": {}}}"#))
        #expect(request.ignored == ["latent_mask", "script_name", "alwayson_scripts.ADetailer"])
        let answer = try A1111Answer(request, pictures: [], model: nil, finishedAt: .now, version: "")
        #expect(try json(answer.info)["extra_generation_params"]?["Warnings"]
            == .string("A mask's edge is blurred equally in both directions here: by 4, the larger of both."))
    }

    @Test("the answer has the pictures of the request only when they are wanted", arguments: [true, false])
    func answer(isWanted: Bool) throws {
        let fields = try given(#"{"include_init_images": \#(isWanted), "mask": "PICTURE", "denoising_strength": 0.6}"#)
        var model = twoModels.models[1]
        model.isForInpainting = isWanted
        let answer = try A1111Answer(try imageToImage(fields), pictures: [], model: model, finishedAt: .now, version: "")
        #expect(answer.parameters["init_images"] == (isWanted ? fields["init_images"] : .null))
        #expect(answer.parameters["mask"] == (isWanted ? fields["mask"] : .null))
        let info = try json(answer.info)
        #expect(info["denoising_strength"] == .number(0.6))
        #expect(info["is_using_inpainting_conditioning"] == .bool(isWanted))
    }

    @Test("the server's options are those of a request that says nothing else", arguments: [
        ("{}", 0.4, false), (#"{"override_settings": {"overlay_inpaint": true, "img2img_extra_noise": 0.1}}"#, 0.1, true),
    ] as [(String, Float, Bool)])
    func options(_ more: String, extraNoise: Float, overlaysOriginal: Bool) throws {
        var kept = IdleOptions()
        let changes: [String: JSONValue] = ["img2img_extra_noise": .number(0.4), "overlay_inpaint": .bool(false), "n_rows": .integer(2)]
        #expect(try kept.change(changes) == ["n_rows"])
        #expect(refusal { _ = try kept.change(["inpainting_mask_weight": .number(2)]) }?.field == "inpainting_mask_weight")
        #expect(refusal { _ = try kept.change(["img2img_background_color": .string("mauve")]) }?.field == "img2img_background_color")
        var context = try context()
        context.pictureOptions = kept.ofPictures
        let generation = try A1111Request(body: WebJSON.data(given(more)), context, kind: .imageToImage).job.generation
        #expect(generation.imageToImage.extraNoise == extraNoise && generation.inpainting.overlaysOriginal == overlaysOriginal)
        // All others have A1111's defaults, which are Easel's.
        #expect(generation.imageToImage.background == .white && generation.imageToImage.noiseMultiplier == 1)
    }

    @Test("the mask and what was drawn under it follow each picture, as they are wanted", arguments: [
        ([], true, 1), (["return_mask"], true, 2), (["return_mask_composite"], true, 2),
        (["return_mask", "return_mask_composite"], true, 3),
        (["return_mask", "return_mask_composite"], false, 1),
    ] as [([String], Bool, Int)])
    func returnedMasks(options: [String], hasMask: Bool, count: Int) throws {
        let size = PictureSize(width: 32, height: 16)
        let white = RGBImage(width: 32, height: 16, pixels: (0..<32 * 16 * 3).map { $0 / 3 % 32 < 16 ? 255 : 0 })
        let source = try InputFile.gray(32, 16, 100), text = Data(source).base64EncodedString()
        var fields: [String: JSONValue] = [
            "init_images": .array([.string(text), .string(text)]), "width": .integer(32), "height": .integer(16),
            "inpaint_full_res": .bool(false), "mask_blur": .integer(2),
            "override_settings": .object(Dictionary(uniqueKeysWithValues: options.map { ($0, .bool(true)) })),
        ]
        if hasMask { fields["mask"] = .string(Data(try white.encoded(as: .png)).base64EncodedString()) }
        let request = try imageToImage(fields)
        #expect(request.ignored.isEmpty)

        // What was drawn is 200 everywhere; the source is seen through.
        let mask = try #require(InpaintingMask.made(from: InputImage(white), picture: size, request.job.generation.recipe).mask)
        let drawn = RGBImage(width: 32, height: 16, pixels: .init(repeating: 200, count: 32 * 16 * 3))
        let base = RGBImage(width: 32, height: 16, pixels: .init(repeating: 100, count: 32 * 16 * 3))
        let file = Data(try mask.composed(drawn, over: base).encoded(as: .png))
        let picture = Picture(file, seed: 1, prompt: "", negativePrompt: "", infotext: "")
        let answer = try A1111Answer(request, pictures: [picture, picture], model: nil, finishedAt: .now, version: "")
        #expect(answer.images.count == 2 * count)
        #expect(Data(base64Encoded: answer.images[0]) == file && Data(base64Encoded: answer.images[count]) == file)
        let masks = try answer.images.dropFirst(count + 1).map {
            try DecodedImage(decoding: [UInt8](try #require(Data(base64Encoded: $0))))
        }
        if count > 1, options[0] == "return_mask" {
            #expect(GrayImage(mask: masks[0].image, alpha: nil) == mask.overlay && masks[0].alpha == nil)
        }
        if count > 1, options.last == "return_mask_composite" {
            let composite = try #require(masks.last)
            #expect(composite.alpha == mask.overlay.pixels)
            for (index, opacity) in mask.overlay.pixels.enumerated() {
                // As much as 8 bits can tell of what was faint.
                let tolerance = opacity == 0 ? 0 : 1 + 255 / Int(opacity)
                #expect(abs(Int(composite.image.pixels[3 * index]) - (opacity == 0 ? 0 : 200)) <= tolerance)
            }
        }
    }

    @Test("an infotext gives back the use of the pictures, and what it leaves out is as A1111's page has it")
    func infotext() throws {
        var written = GenerationRequest(prompt: "x")
        let picture = InputPicture(contents: [1])
        (written.sourcePictures, written.mask) = ([picture], picture)
        written.imageToImage.strength = 0.55
        written.imageToImage.resizeMode = .crop
        (written.imageToImage.noiseMultiplier, written.imageToImage.extraNoise) = (0.8, 0.05)
        (written.imageToImage.fixesSteps, written.imageToImage.correctsColors) = (true, true)
        written.imageToImage.upscaler = "4x-Sharp"
        written.inpainting.blur = 9
        (written.inpainting.isInverted, written.inpainting.onlyMasked, written.inpainting.padding) = (true, true, 48)
        (written.inpainting.content, written.inpainting.maskWeight) = (.noise, 0.5)
        (written.inpainting.roundsMask, written.inpainting.overlaysOriginal) = (false, false)
        written.inpainting.soft = someSoftness
        let fields = GenerationField.all.compactMap { field in field.infotext(of: written).map { "\(field.name): \($0)" } }
        let text = "x\n" + fields.joined(separator: ", ")
        let read = try imageToImage(given("{}").merging(["infotext": .string(text)]) { mine, _ in mine })
        #expect(read.job.generation.imageToImage == written.imageToImage)
        #expect(read.job.generation.inpainting == written.inpainting)
        #expect(read.ignored == [])

        let plain = try imageToImage(given(#"{"infotext": "x\nSteps: 3, Sampler: Euler", "denoising_strength": 0.4}"#)).job.generation
        #expect((plain.inpainting.onlyMasked, plain.inpainting.padding, plain.inpainting.content) == (false, 32, .original))
        #expect(plain.imageToImage.strength == 0.4)
        // A text alone is drawn from a picture's text as before.
        #expect(try textToImage(WebJSON.text(["infotext": text])).ignored == [])
    }
}

@Suite("Source pictures in Easel's own API")
struct SourcePictureTests {
    private static let sent = InputPicture(contents: [7])

    private func submission(_ fields: [String: JSONValue], isForInpainting: Bool = false) throws -> JobSubmission {
        var context = try context()
        context.inputSize = { $0 == Self.sent ? PictureSize(width: 1000, height: 500) : nil }
        context.models = ModelCatalog([
            ModelSummary(
                name: "demo", sha256: nil, file: "demo", isLoaded: true, nativeSize: 512, isForInpainting: isForInpainting,
                defaults: someDefaults),
        ], current: "demo")
        return try JobSubmission(body: WebJSON.data(fields), context)
    }

    @Test("the picture's proportions are the size that is not said, in the model's own area", arguments: [
        ("{}", 720, 360), (#"{"width": 256}"#, 256, 128), (#"{"height": 256}"#, 512, 256), (#"{"width": 64, "height": 640}"#, 64, 640),
        (#"{"extend_left": 1000}"#, 1024, 256), (#"{"only_masked": true}"#, 512, 768),
    ])
    func size(_ more: String, width: Int, height: Int) throws {
        guard case .object(var fields) = try json(more) else { return }
        fields["source_pictures"] = .string(Self.sent.sha256)
        let submission = try submission(fields)
        #expect((submission.job.generation.width, submission.job.generation.height) == (width, height))
        #expect(submission.job.generation.sourcePictures == [Self.sent] && submission.uploads.isEmpty)
        // It is not the model's default that stands there.
        #expect(submission.modelDefaults.contains("width") == (width == 512 && height == 768))
    }

    @Test("what is drawn around a picture begins with noise, or with the colours around it for an inpainting model", arguments: [
        (false, #"{}"#, 0.9, .noise), (true, #"{}"#, 1, .fill), (true, #"{"strength": 0.5, "masked_content": "nothing"}"#, 0.5, .nothing),
    ] as [(Bool, String, Float, MaskedContent)])
    func extended(isForInpainting: Bool, more: String, strength: Float, content: MaskedContent) throws {
        guard case .object(var fields) = try json(more) else { return }
        (fields["source_pictures"], fields["extend_top"]) = (.array([.string(Self.sent.sha256)]), .integer(64))
        let generation = try submission(fields, isForInpainting: isForInpainting).job.generation
        #expect((generation.imageToImage.strength, generation.inpainting.content) == (strength, content))
    }

    @Test("files, data URLs and ids can stand side by side; the answer names all by their ids")
    func mixed() throws {
        let file = try InputFile.base64("alpha.png")
        let submission = try submission([
            "source_pictures": .array([.string(Self.sent.sha256), .string("data:image/png;base64," + file)]), "batch_size": 2,
            "mask": .string(file),
        ])
        let picture = InputPicture(contents: try InputFile.bytes("alpha.png"))
        #expect(submission.job.generation.sourcePictures == [Self.sent, picture] && submission.job.generation.mask == picture)
        #expect(submission.uploads.map(\.picture) == [picture] && submission.uploads[0].hasAlpha)
        let answer = try json(WebJSON.text(JobAnswer(Job(submission.job))))
        #expect(answer["request"]?["source_pictures"] == .array([.string(Self.sent.sha256), .string(picture.sha256)]))
        #expect(answer["request"]?["mask"] == .string(picture.sha256))
    }

    @Test("what is wrong is told with the field and the place in it", arguments: [
        (#"{"source_pictures": ["SENT", "bm8="], "batch_size": 2}"#, "source_pictures[1]", .unreadablePicture),
        (#"{"source_pictures": "%"}"#, "source_pictures[0]", .unreadablePicture),
        (#"{"source_pictures": "0000000000000000000000000000000000000000000000000000000000000000"}"#, "source_pictures[0]", .missingInput),
        (#"{"source_pictures": ["SENT"], "mask": "x"}"#, "mask", .unreadablePicture),
        (#"{"mask": "SENT"}"#, "mask", .invalidValue), (#"{"source_pictures": ["SENT", "SENT"]}"#, "source_pictures", .invalidValue),
        (#"{"source_pictures": "SENT", "mask": "SENT", "extend_top": 8}"#, "mask", .conflictingFields),
        (#"{"source_pictures": {}}"#, "source_pictures", .wrongType),
    ] as [(String, String, ErrorReason.Name)])
    func refusals(_ body: String, field: String, reason: ErrorReason.Name) throws {
        guard case .object(let fields) = try json(body.replacing("SENT", with: Self.sent.sha256)) else { return }
        let error = refusal { _ = try submission(fields) }
        #expect(error?.kind == .invalidValue && error?.field == field && error?.errorName == reason, "\(String(describing: error))")
    }
}

@Suite("OpenAI's edits and variations")
struct ImageEditTests {
    private static let boundary = "----x"

    private struct Part {
        var name: String
        var contents: [UInt8]
        var fileName: String? = "a.png"
    }

    private func form(_ parts: [Part]) -> Data {
        var body: [UInt8] = []
        for part in parts {
            let file = part.fileName.map { #"; filename="\#($0)""# } ?? ""
            body += Array("--\(Self.boundary)\r\nContent-Disposition: form-data; name=\"\(part.name)\"\(file)\r\n\r\n".utf8)
            body += part.contents + Array("\r\n".utf8)
        }
        return Data(body + Array("--\(Self.boundary)--\r\n".utf8))
    }

    private func edit(
        _ files: [(String, [UInt8])], _ texts: [(String, String)] = [("prompt", "x")], kind: ImageGenerationRequest.Kind = .edit,
        isForInpainting: Bool = false
    ) throws -> ImageGenerationRequest {
        var context = try context()
        context.models = ModelCatalog([
            ModelSummary(name: "demo", sha256: nil, file: "demo", isLoaded: true, nativeSize: 64, isForInpainting: isForInpainting),
        ], current: "demo")
        let parts = files.map { Part(name: $0, contents: $1) } + texts.map { Part(name: $0, contents: Array($1.utf8), fileName: nil) }
        return try ImageGenerationRequest(
            body: form(parts), contentType: "multipart/form-data; boundary=\(Self.boundary)", context, kind: kind)
    }

    /// Whether the engine draws anew where the file is transparent, or where it is white.
    private enum Repainted { case transparent, white, all }

    @Test("what is transparent in the mask is drawn anew, in a mask without transparency what is white; else the picture's own", arguments: [
        ("plain", "mask-openai.png", .transparent, 0.9, .original), ("plain", "mask-grey.png", .white, 0.9, .original),
        ("plain", nil, .all, 0.75, .original), ("alpha.png", nil, .transparent, 0.9, .fill),
    ] as [(String, String?, Repainted, Float, MaskedContent)])
    private func masks(picture: String, mask: String?, repainted: Repainted, strength: Float, content: MaskedContent) throws {
        let size = try mask.map { try DecodedImage(decoding: InputFile.bytes($0)).size } ?? PictureSize(width: 32, height: 16)
        let file = try picture == "plain" ? InputFile.gray(size.width, size.height) : InputFile.bytes(picture)
        let request = try edit([("image", file)] + (try mask.map { [("mask", try InputFile.bytes($0))] } ?? []))
        let generation = request.job.generation
        #expect((generation.mask == nil) == (repainted == .all))
        #expect(generation.inpainting.isInverted == (repainted == .transparent))
        #expect((generation.imageToImage.strength, generation.inpainting.content) == (strength, content))
        #expect(!generation.inpainting.onlyMasked && generation.inpainting.blur == 4)
        #expect(request.notes.isEmpty == (repainted != .white))
        #expect(generation.sourcePictures == [InputPicture(contents: file)])
    }

    @Test("an inpainting model draws all of the mask anew; what is said comes first", arguments: [
        ([], 1), ([("strength", "0.2")], 0.2), ([("denoising_strength", "0.3")], 0.3), ([("strength", "0.2"), ("denoising_strength", "0.3")], 0.2),
    ] as [([(String, String)], Float)])
    func strength(_ texts: [(String, String)], strength: Float) throws {
        let file = try InputFile.gray(32, 32)
        let request = try edit([("image", file), ("mask", file)], [("prompt", "x")] + texts, isForInpainting: true)
        #expect(request.job.generation.imageToImage.strength == strength)
        let faithful = try edit([("image", file)], [("prompt", "x"), ("input_fidelity", "high")])
        #expect(faithful.job.generation.imageToImage.strength == 0.5)
    }

    @Test("the size is the picture's, no larger than the model draws, or the one that is said", arguments: [
        (32, 16, nil, 32, 16, .just), (256, 64, nil, 128, 32, .just), (256, 64, "auto", 128, 32, .just), (256, 64, "96x80", 96, 80, .crop),
    ] as [(Int, Int, String?, Int, Int, ResizeMode)])
    func sizes(width: Int, height: Int, said: String?, drawnWidth: Int, drawnHeight: Int, mode: ResizeMode) throws {
        let request = try edit([("image[]", try InputFile.gray(width, height))], [("prompt", "x")] + (said.map { [("size", $0)] } ?? []))
        let generation = request.job.generation
        #expect((generation.width, generation.height, generation.imageToImage.resizeMode) == (drawnWidth, drawnHeight, mode))
    }

    @Test("of several pictures the first is drawn from, and a note says so; other parts have no effect")
    func several() throws {
        let (first, second) = (try InputFile.gray(16, 16), try InputFile.gray(16, 16, 7))
        let request = try edit(
            [("image[]", first), ("image[]", second), ("unknown", [1])],
            [("prompt", "été"), ("n", "3"), ("model", "gpt-image-1"), ("size", "auto"), ("steps", "4"), ("moderation", "low")])
        #expect(request.job.generation.sourcePictures == [InputPicture(contents: first)] && request.uploads.count == 1)
        #expect(request.notes == ["Only the first of 2 pictures was used."])
        #expect((request.job.generation.prompt, request.job.runs, request.job.generation.steps) == ("été", 3, 4))
        #expect((request.delivery, request.job.model) == (.base64, "demo"))
    }

    @Test("a variation has no prompt and a strength of 0.6")
    func variation() throws {
        let request = try edit([("image", try InputFile.bytes("alpha.png"))], [("n", "2")], kind: .variation)
        #expect((request.job.generation.prompt, request.job.generation.imageToImage.strength, request.job.runs) == ("", 0.6, 2))
        #expect(request.job.generation.mask == nil)
    }

    @Test("JSON has the pictures as data URLs", arguments: [
        #"{"prompt": "x", "image": "data:image/png;base64,FILE"}"#, #"{"prompt": "x", "image": ["FILE"]}"#,
        #"{"prompt": "x", "images": [{"image_url": "data:image/png;base64,FILE"}], "mask": {"image_url": "FILE"}}"#,
    ])
    func json(_ body: String) throws {
        let file = try InputFile.gray(16, 16)
        let text = body.replacing("FILE", with: Data(file).base64EncodedString())
        let request = try ImageGenerationRequest(body: Data(text.utf8), contentType: "application/json", context(), kind: .edit)
        #expect(request.job.generation.sourcePictures == [InputPicture(contents: file)])
        #expect((request.job.generation.mask != nil) == body.contains("mask"))
    }

    @Test("what is wrong is told with its field")
    func refusals() throws {
        let file = try InputFile.gray(32, 32)
        #expect(refusal { _ = try edit([]) }?.field == "image")
        #expect(refusal { _ = try edit([("image", file)], []) }?.field == "prompt")
        #expect(refusal { _ = try edit([("image", Array("text".utf8))]) }?.field == "image")
        #expect(refusal { _ = try edit([("image", file), ("mask", [1, 2])]) }?.field == "mask")
        #expect(refusal { _ = try edit([("image", file), ("mask", try InputFile.gray(32, 16))]) }?.field == "mask")
        _ = try edit([("image", file), ("mask", try InputFile.gray(64, 64))])
        for (name, value) in [("background", "transparent"), ("partial_images", "4"), ("n", "11"), ("size", "65x64"), ("strength", "2")] {
            #expect(refusal { _ = try edit([("image", file)], [("prompt", "x"), (name, value)]) }?.field == name, "\(name)")
        }
        #expect(refusal { _ = try edit([("image", file)], [("stream", "true")], kind: .variation) }?.field == "stream")
        let address = Data(#"{"prompt": "x", "images": [{"file_id": "file-1"}]}"#.utf8)
        #expect(refusal { _ = try ImageGenerationRequest(body: address, context(), kind: .edit) }?.field == "images[0]")
    }
}

@Suite("Bodies with several parts")
struct MultipartFormTests {
    private func parts(_ body: String, _ contentType: String = "multipart/form-data; boundary=b") throws -> [MultipartForm.Part] {
        try MultipartForm(Array(body.utf8), contentType: contentType).parts
    }

    @Test("parts come with their names, whatever is in them")
    func parts() throws {
        let body = "preamble\r\n--b \r\ncontent-disposition: form-data; name=\"a\"\r\n\r\n\r\n--bx\r\n--\r\n--b\r\nX: y\r\n"
            + "Content-Disposition: FORM-DATA; filename=\"c;d\\\"e.png\"; name=image[]\r\nContent-Type: image/png\r\n\r\n\r\n--b--\r\nrest"
        let parts = try parts(body, #"Multipart/Form-Data; charset=utf-8; Boundary="b""#)
        #expect(parts.map(\.name) == ["a", "image[]"] && parts.map(\.fileName) == [nil, "c;d\"e.png"])
        #expect(parts.map { String(decoding: $0.contents, as: UTF8.self) } == ["\r\n--bx\r\n--", ""])
    }

    @Test("what is not one is refused", arguments: [
        "", "--b", "--b\r\n", "--b\r\n\r\n--b--", "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nno end",
        "--b\r\nContent-Disposition: form-data\r\n\r\n\r\n--b--", "--b\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\n\r\n--b--",
        "--b\r\nContent-Disposition: form-data; name=\"\"\r\n\r\n\r\n--b--", "--bb--", "--b\nContent-Disposition: form-data; name=a\n\nx\n--b--",
        "--b\r\n" + String(repeating: "x", count: 8193) + "\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n--b--",
        String(repeating: "--b\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n", count: 33) + "--b--",
    ])
    func malformed(_ body: String) {
        #expect(refusal { _ = try parts(body) }?.kind == .malformedBody)
    }

    @Test("a boundary has 1 to 70 characters", arguments: [
        "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=" + String(repeating: "b", count: 71),
    ])
    func boundaries(_ contentType: String) {
        #expect(refusal { _ = try parts("--b--", contentType) }?.kind == .malformedBody)
        #expect(!MultipartForm.isAnnounced(by: "multipart/mixed") && MultipartForm.isAnnounced(by: "Multipart/form-data;boundary=b"))
    }

    @Test("32 parts are enough")
    func most() throws {
        let part = "--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n"
        #expect(try parts(String(repeating: part, count: 32) + "--b--").count == 32)
    }
}
