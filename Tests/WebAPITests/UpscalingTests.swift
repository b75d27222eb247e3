import Files
import Foundation
import Generation
import ImageCodecs
import Jobs
import Testing

@testable import WebAPI

@Suite("A1111's extras")
struct ExtrasTests {
    private func extras(
        _ more: String, _ kind: ExtrasRequest.Kind = .single, _ changes: [String: String] = [:]
    ) throws -> ExtrasRequest {
        let picture = Data(try InputFile.gray(64, 32)).base64EncodedString()
        var fields = try JSONDecoder().decode([String: JSONValue].self, from: Data(more.replacing("PICTURE", with: picture).utf8))
        if kind == .single, fields["image"] == nil { fields["image"] = .string(picture) }
        return try ExtrasRequest(body: WebJSON.data(fields), context(changes), kind: kind)
    }

    private static let cases: [(String, @Sendable (Upscaling) -> Bool)] = [
        ("{}", { $0.upscaler == "None" && $0.scale == 2 && $0.width == 0 && $0.crops }),
        (#"{"upscaler_1": "4x-sharp", "upscaling_resize": 3}"#, { $0.upscaler == "4x-Sharp" && $0.scale == 3 && !$0.hasSize }),
        (#"{"upscaler_1": "R-ESRGAN 2x+"}"#, { $0.upscaler == "RealESRGAN_x2plus" }),
        // The size counts in mode 1 only, and the factor in mode 0 only.
        (#"{"upscaler_1": "Lanczos", "upscaling_resize_w": 100, "upscaling_resize_h": 90}"#, { !$0.hasSize && $0.scale == 2 }),
        (#"{"upscaler_1": "Lanczos", "resize_mode": 1, "upscaling_resize_w": 100, "upscaling_resize_h": 90, "upscaling_resize": 3}"#,
         { ($0.width, $0.height, $0.crops) == (100, 90, true) }),
        (#"{"upscaler_1": "Lanczos", "resize_mode": 1, "upscaling_crop": false}"#, { ($0.width, $0.height, $0.crops) == (512, 512, false) }),
        (#"{"upscaler_1": "Lanczos", "upscaler_2": "nearest", "extras_upscaler_2_visibility": 0.25}"#,
         { $0.secondUpscaler == "Nearest" && $0.secondShare == 0.25 }),
        // Without a share or a name there is no second one.
        (#"{"upscaler_1": "Lanczos", "upscaler_2": "Nearest"}"#, { $0.secondUpscaler == "" && $0.secondShare == 0 }),
        (#"{"upscaler_1": "Lanczos", "upscaler_2": "None", "extras_upscaler_2_visibility": 1}"#, { $0.secondUpscaler == "" }),
    ]

    @Test("every field is read, and what is left out is A1111's default", arguments: cases.indices)
    func fields(index: Int) throws {
        let (body, isRight) = Self.cases[index]
        let request = try extras(body)
        let generation = request.job.generation
        #expect(isRight(generation.upscaling) && generation.upscaling.mode == .plain, "\(body): \(generation.upscaling)")
        #expect(request.job.model == generation.upscaling.upscaler && request.uploads.map(\.picture) == generation.sourcePictures)
        #expect((generation.batchSize, request.job.runs, generation.prompt) == (1, 1, ""))
    }

    @Test("what is wrong is told with A1111's names", arguments: [
        (#"{"image": ""}"#, "image", .missing), (#"{"image": "bm90aGluZw=="}"#, "image", .unreadablePicture),
        (#"{"upscaler_1": "R-ESRGAN 4x+"}"#, "upscaler_1", .unknownChoice),
        (#"{"upscaler_1": "Lanczos", "upscaler_2": "nope"}"#, "upscaler_2", .unknownChoice),
        (#"{"resize_mode": 2}"#, "resize_mode", .outOfRange), (#"{"upscaling_resize": 0}"#, "upscaling_resize", .outOfRange),
        (#"{"upscaling_resize": 8.5}"#, "upscaling_resize", .outOfRange),
        (#"{"upscaling_resize_w": 0, "resize_mode": 1}"#, "upscaling_resize_w", .outOfRange),
        (#"{"extras_upscaler_2_visibility": 1.5}"#, "extras_upscaler_2_visibility", .outOfRange),
        (#"{"gfpgan_visibility": "much"}"#, "gfpgan_visibility", .wrongType),
        // Covering the size takes a width of 32,768.
        (#"{"upscaler_1": "Lanczos", "resize_mode": 1, "upscaling_resize_w": 8, "upscaling_resize_h": 16384}"#, "upscaling_resize_w",
         .outOfRange),
    ] as [(String, String, ErrorReason.Name)])
    func refusals(_ body: String, field: String, reason: ErrorReason.Name) {
        let error = refusal { _ = try extras(body) }
        #expect(error?.field == field && error?.errorName == reason, "\(body): \(String(describing: error))")
    }

    @Test("an unknown upscaler is answered with those that there are, and a result over the limit before anything is done")
    func messages() {
        let unknown = refusal { _ = try extras(#"{"upscaler_1": "SwinIR 4x"}"#) }
        #expect(unknown?.message == "upscaler_1 cannot be \"SwinIR 4x\". Use None, Lanczos, Nearest, 4x-Sharp, RealESRGAN_x2plus.")
        let large = refusal { _ = try extras(#"{"upscaler_1": "Lanczos"}"#, .single, ["max_input_pixels": "8191"]) }
        #expect(large?.field == "upscaling_resize" && large?.errorName == .tooManyPixels)
        #expect(refusal { _ = try extras(#"{"upscaler_1": "Lanczos"}"#, .single, ["max_input_pixels": "8192"]) } == nil)
    }

    @Test("a batch enlarges each of its pictures, and names the one that cannot be read", arguments: [
        (#"{"imageList": [{"data": "PICTURE", "name": "a.png"}, {"data": "data:image/png;base64,PICTURE"}], "upscaler_1": "Lanczos"}"#, nil),
        ("{}", "imageList"), (#"{"imageList": []}"#, "imageList"), (#"{"imageList": "PICTURE"}"#, "imageList"),
        (#"{"imageList": ["PICTURE"]}"#, "imageList[0]"), (#"{"imageList": [{"name": "a.png"}]}"#, "imageList[0]"),
        (#"{"imageList": [{"data": "PICTURE"}, {"data": "%%%"}]}"#, "imageList[1].data"),
    ] as [(String, String?)])
    func batch(_ body: String, field: String?) throws {
        let error = refusal { _ = try extras(body, .batch) }
        #expect(error?.field == field, "\(String(describing: error))")
        guard field == nil else { return }
        let request = try extras(body, .batch)
        // The same file twice.
        #expect((request.job.generation.batchSize, request.uploads.count) == (2, 1))
        #expect(refusal { _ = try extras(body, .batch, ["max_pictures": "1"]) }?.field == "imageList")
    }

    @Test("html_info says what was done, and what was not, as HTML")
    func information() throws {
        let request = try extras(#"{"upscaler_1": "Lanczos", "upscaling_resize": 4, "gfpgan_visibility": 0.5, "codeformer_visibility": 0}"#)
        let picture = Picture(Data([1, 2, 3]), seed: 0)
        let answer = ExtrasAnswer(request, picture: picture, warnings: ["1 < 2 & \"3\""])
        #expect(answer.image == "AQID")
        #expect(answer.htmlInfo == "<p>Postprocess upscale by: 4, Postprocess upscaler: Lanczos</p>"
            + "<p>gfpgan_visibility has no effect: Easel has no face restorers.</p><p>1 &lt; 2 &amp; &quot;3&quot;</p>")
        #expect(ExtrasAnswer(try extras("{}"), picture: picture).htmlInfo == "")
    }
}

@Suite("Upscalers on other routes")
struct UpscalerRouteTests {
    private func given(_ more: String) throws -> [String: JSONValue] {
        let fields = try JSONDecoder().decode([String: JSONValue].self, from: Data(more.utf8))
        return fields.merging(["init_images": .array([.string(Data(try InputFile.gray(64, 32)).base64EncodedString())])]) { mine, _ in mine }
    }

    @Test("SD upscale enlarges, and draws anew in tiles of the request's size", arguments: [
        (#"{"script_name": "SD upscale"}"#, "None", 64, 2), (#"{"script_name": "sd upscale", "script_args": []}"#, "None", 64, 2),
        (#"{"script_name": "sd upscale", "script_args": [null, 32, "R-ESRGAN 2x+", 3]}"#, "RealESRGAN_x2plus", 32, 3),
        (#"{"script_name": "sd upscale", "script_args": ["", 0, 3, 1.5]}"#, "4x-Sharp", 0, 1.5),
    ] as [(String, String, Int, Float)])
    func redrawing(_ more: String, upscaler: String, overlap: Int, scale: Float) throws {
        let request = try imageToImage(given(more))
        let (generation, upscaling) = (request.job.generation, request.job.generation.upscaling)
        #expect((upscaling.mode, upscaling.upscaler, upscaling.tileOverlap, upscaling.scale) == (.redraw, upscaler, overlap, scale))
        #expect((generation.width, generation.height, request.job.model) == (512, 512, "demo"))
        #expect(request.ignored == [])
    }

    @Test("its arguments are checked, and it is of img2img alone", arguments: [
        (#"[null, 600, "Lanczos", 2]"#, "script_args[1]"), (#"[null, "x", "Lanczos", 2]"#, "script_args[1]"),
        (#"[null, 64, "nope", 2]"#, "script_args[2]"), ("[null, 64, 5, 2]", "script_args[2]"), ("[null, 64, -1, 2]", "script_args[2]"),
        (#"[null, 64, "Lanczos", 9]"#, "script_args[3]"), (#"{"a": 1}"#, "script_args"),
    ])
    func refusals(_ arguments: String, field: String) throws {
        let error = refusal { _ = try imageToImage(given(#"{"script_name": "sd upscale", "script_args": \#(arguments)}"#)) }
        #expect(error?.field == field && error?.kind == .invalidValue, "\(String(describing: error))")
        #expect(try textToImage(#"{"script_name": "sd upscale"}"#).ignored == ["script_name"])
    }

    @Test("hires fix and img2img take the engine's upscalers, by any of their names")
    func names() throws {
        let hires = try textToImage(#"{"enable_hr": true, "hr_upscaler": "r-esrgan 2x+"}"#).job.generation.hires
        #expect(hires.upscaler == "RealESRGAN_x2plus")
        let unknown = refusal { _ = try textToImage(#"{"enable_hr": true, "hr_upscaler": "R-ESRGAN 4x+"}"#) }
        #expect(unknown?.field == "hr_upscaler" && unknown?.message.contains("Latent (nearest-exact), Lanczos, Nearest, 4x-Sharp") == true)

        let resized = try imageToImage(given(#"{"override_settings": {"upscaler_for_img2img": "4x-SHARP"}}"#)).job.generation
        #expect(resized.imageToImage.upscaler == "4x-Sharp" && resized.upscaling.mode == .off)
        let other = refusal { _ = try imageToImage(given(#"{"override_settings": {"upscaler_for_img2img": "SwinIR"}}"#)) }
        #expect(other?.field == "override_settings.upscaler_for_img2img" && other?.errorName == .unknownChoice)
    }

    @Test("upscalers are listed with None first, files without their places, and A1111's names of those that it has one for")
    func lists() throws {
        let items = someUpscalers.map(UpscalerItem.init)
        #expect(items.map(\.name) == ["None", "Lanczos", "Nearest", "4x-Sharp", "RealESRGAN_x2plus"])
        #expect(items.map(\.modelPath) == [nil, nil, nil, "4x-Sharp.pth", "RealESRGAN_x2plus.safetensors"])
        #expect(items.map(\.modelName) == [nil, nil, nil, "4x-Sharp", "RealESRGAN_x2plus"] && items.map(\.scale) == [4, 4, 4, 4, 2])
        let known = RealESRGANItem.items(someUpscalers)
        #expect(known.map(\.name) == ["R-ESRGAN 2x+"] && known.map(\.scale) == [2])
        let own = UpscalersAnswer(someUpscalers, folders: ["/f"])
        #expect(own.upscalers.map(\.scale) == [nil, nil, nil, 4, 2] && own.upscalers[3].file == "4x-Sharp.pth" && own.folders == ["/f"])
    }
}

@Suite("Enlarging in Easel's own API")
struct PlainJobTests {
    private static let sent = InputPicture(contents: [7])

    private func submission(_ more: String, sources: Int = 1) throws -> JobSubmission {
        var context = try context()
        context.inputSize = { $0 == Self.sent ? PictureSize(width: 1000, height: 500) : nil }
        context.models = ModelCatalog([
            ModelSummary(name: "demo", sha256: nil, file: "demo", isLoaded: true, nativeSize: 512, defaults: someDefaults),
        ], current: "demo")
        var fields = try JSONDecoder().decode([String: JSONValue].self, from: Data(more.utf8))
        fields["source_pictures"] = .array(.init(repeating: .string(Self.sent.sha256), count: sources))
        return try JobSubmission(body: WebJSON.data(fields), context)
    }

    @Test("a plain job needs neither prompt nor model: its model is the upscaler", arguments: [
        (#"{"upscaling": "plain"}"#, "Lanczos"), (#"{"upscaling": "plain", "upscaler": "4x-sharp", "model": "not here"}"#, "4x-Sharp"),
        (#"{"upscaling": "Plain", "upscaler": "r-esrgan 2x+", "upscale_by": 4, "upscaler_2": "none"}"#, "RealESRGAN_x2plus"),
    ])
    func plain(_ body: String, model: String) throws {
        let submission = try submission(body, sources: 2)
        let generation = submission.job.generation
        #expect(submission.job.model == model && generation.upscaling.upscaler == model && generation.upscaling.mode == .plain)
        #expect(generation.batchSize == 2 && generation.upscaling.secondUpscaler == "" && submission.modelDefaults == [])
    }

    @Test("drawn anew, the model's own size is that of the tiles, whatever the picture's")
    func redrawn() throws {
        let submission = try submission(#"{"upscaling": "redraw", "prompt": "a cat", "upscale_by": 3}"#)
        let generation = submission.job.generation
        // These are the model's defaults.
        #expect((generation.width, generation.height, submission.job.model) == (512, 768, "demo"))
        #expect(generation.upscaling.mode == .redraw && generation.upscaling.scale == 3)
    }

    @Test("what is wrong is told with its field", arguments: [
        (#"{"upscaling": "plain", "upscaler": "nope"}"#, "upscaler"), (#"{"upscaling": "plain", "upscaler_2": "nope"}"#, "upscaler_2"),
        (#"{"upscaling": "plain", "upscale_by": 9}"#, "upscale_by"), (#"{"upscaling": "larger"}"#, "upscaling"),
        (#"{"upscaling": "redraw", "upscale_width": 16384, "upscale_height": 16384}"#, "upscale_width"),
        (#"{"hires": true, "hires_upscaler": "nope"}"#, "hires_upscaler"), (#"{"upscaler_for_img2img": "nope"}"#, "upscaler_for_img2img"),
    ])
    func refusals(_ body: String, field: String) {
        let error = refusal { _ = try submission(body) }
        #expect(error?.field == field, "\(String(describing: error))")
        #expect(refusal { _ = try submission(#"{"upscaling": "plain"}"#, sources: 0) }?.field == "upscaling")
    }
}
