import Files
import Foundation
import Generation
import ImageCodecs
import Jobs
import TestSupport
import Testing
import WebAPI

/// Colour grading and latent corrections under SD.Next's names.
@Suite("SD.Next's fields for grading and correction")
struct GradingTests {
    @Test("what SD.Next's own test of its API sends is read on both faces alike", arguments: [
        Sent(#""grading_brightness": 0.2, "grading_contrast": 0.3"#) { ($0.grading.brightness, $0.grading.contrast) = (0.2, 0.3) },
        Sent(#""grading_saturation": 0.5, "grading_hue": 0.1"#) { ($0.grading.saturation, $0.grading.hue) = (0.5, 0.1) },
        Sent(#""grading_gamma": 0.8, "grading_sharpness": 0.5"#) { ($0.grading.gamma, $0.grading.sharpness) = (0.8, 0.5) },
        Sent(#""grading_color_temp": 3500"#) { $0.grading.colorTemperature = 3500 },
        Sent(#""grading_shadows": 0.3, "grading_midtones": -0.1, "grading_highlights": 0.2"#) {
            ($0.grading.shadows, $0.grading.midtones, $0.grading.highlights) = (0.3, -0.1, 0.2)
        },
        Sent(#""grading_vignette": 0.5, "grading_grain": 0.3"#) { ($0.grading.vignette, $0.grading.grain) = (0.5, 0.3) },
        Sent(##""grading_shadows_tint": "#003366", "grading_highlights_tint": "#ffcc00", "grading_split_tone_balance": 0.6"##) {
            $0.grading.shadowsTint = RGBColor(red: 0, green: 0x33, blue: 0x66)
            $0.grading.highlightsTint = RGBColor(red: 0xFF, green: 0xCC, blue: 0)
            $0.grading.tintBalance = 0.6
        },
        Sent(#""grading_clahe_clip": 2.0, "grading_clahe_grid": 4"#) {
            ($0.grading.equalizingLimit, $0.grading.equalizingGrid) = (2, 4)
        },
        Sent(#""hdr_brightness": 1.5"#) { $0.correction.brightness = 1.5 },
        Sent(#""hdr_color": 0.5, "hdr_mode": 1"#) { ($0.correction.color, $0.correction.mode) = (0.5, .absolute) },
        Sent(#""hdr_clamp": true, "hdr_threshold": 0.8, "hdr_boundary": 4.0"#) {
            ($0.correction.clamps, $0.correction.clampThreshold) = (true, 0.8)
        },
        Sent(#""hdr_sharpen": 1"#) { $0.correction.sharpness = 1 },
        Sent(#""hdr_maximize": true, "hdr_max_center": 0.6, "hdr_max_boundary": 2"#) {
            ($0.correction.maximizes, $0.correction.maximizingBoundary) = (true, 2)
        },
        // Whole numbers, numbers as text, and pickers that nobody touched.
        Sent(#""grading_contrast": 1, "grading_gamma": "1", "grading_shadows_tint": "", "hdr_color_picker": null"#) {
            $0.grading.contrast = 1
        },
        Sent("") { _ in },
    ])
    fileprivate func reading(_ sent: Sent) throws {
        for job in [try textToImage(sent.body).job, try JobSubmission(body: Data(sent.body.utf8), context()).job] {
            #expect(job.generation.grading == sent.recipe.grading && job.generation.correction == sent.recipe.correction)
        }
        // Values only: the next request has nothing of this one.
        let next = try textToImage("{}").job.generation.recipe
        #expect(next.grading == ColorGrading() && next.correction == LatentCorrection())
    }

    @Test("a value that cannot be is refused on both faces with its field, itself and what to use", arguments: [
        (#"{"grading_brightness": 2}"#, "grading_brightness", "Grading brightness 2.0 is out of range. Use -1 to 1."),
        (#"{"grading_gamma": 0.05}"#, "grading_gamma", "Grading gamma 0.05 is out of range. Use 0.1 to 10."),
        (#"{"grading_grain": "much"}"#, "grading_grain", #"grading_grain cannot be "much". Use a number."#),
        (##"{"grading_shadows_tint": "#fff"}"##, "grading_shadows_tint",
            ##"grading_shadows_tint cannot be "#fff". Use six digits such as #336699."##),
        (#"{"hdr_color_picker": "red"}"#, "hdr_color_picker", #"hdr_color_picker cannot be "red". Use six digits such as #336699."#),
        (#"{"hdr_mode": 2}"#, "hdr_mode", #"hdr_mode cannot be "2". Use 0 to 1."#),
        (#"{"hdr_max_boundary": 2.5}"#, "hdr_max_boundary", "Latent max range 2.5 is out of range. Use 0.5 to 2."),
    ])
    func refusals(_ body: String, field: String, message: String) {
        let error = refusal { _ = try textToImage(body) }
        #expect(error?.kind == .invalidValue && error?.field == field && error?.message == message)
        #expect(refusal { _ = try JobSubmission(body: Data(body.utf8), context()) } == error)
    }

    @Test("both ends of each range are allowed as they are documented, also those that single precision does not have", arguments: [
        #"{"grading_gamma": 0.1, "hdr_max_boundary": 0.5}"#, #"{"grading_gamma": 10, "grading_color_temp": 40000, "hdr_threshold": 1}"#,
    ])
    func bounds(_ body: String) throws {
        _ = try textToImage(body)
        _ = try JobSubmission(body: Data(body.utf8), context())
    }

    @Test("files of tables are named as having no effect")
    func tables() throws {
        #expect(try textToImage(#"{"grading_lut_file": "film.cube", "grading_lut_strength": 0.5}"#).ignored == ["grading_lut_file"])
        #expect(try textToImage(#"{"grading_lut_file": "", "grading_lut_strength": 0.5, "hdr_apply_hires": false}"#).ignored == [])
    }

    @Test("an infotext of every field gives them back")
    func roundTrip() throws {
        var request = GenerationRequest(prompt: "a cat")
        (request.recipe.grading, request.recipe.correction) = (GenerationRequest.unusual.grading, GenerationRequest.unusual.correction)
        try request.validate()
        let result = GenerationResult(
            pictures: [Picture(RGBImage(width: 1, height: 1, pixels: [0, 0, 0]), seed: 1, prompt: "a cat")], tokenCount: 2, chunkCount: 1,
            places: PerStage(repeating: .reference), runtimeVersion: "2026.4.1", timings: GenerationTimings())
        let text = Infotext(request, result, result.pictures[0], model: "demo", modelHash: nil, version: "Easel 0.1.0").description
        let read = try A1111Request(body: WebJSON.data(["infotext": text]), context()).job.generation.recipe
        #expect(read.grading == request.grading && read.correction == request.correction)
        // What SD.Next's own test looks for.
        for name in ["Latent brightness", "Latent color", "Latent clamp", "Latent sharpen", "Latent max"] { #expect(text.contains(name)) }
    }

    @Test("SD.Next's infotexts are read, where two numbers tell of a part that is on")
    func sdnext() throws {
        let text =
            "a cat\\nSteps: 20, Sampler: Euler, Seed: 1, App: SD.Next, Latent clamp: 0.8/3.0, Latent color: 0.5, Latent tint: 1.0, "
            + "Latent tint color: #ff0000, Latent brightness: 2.0, Latent sharpen: 1.5, Latent max: 0.7/2.0, Grading brightness: 0.2, "
            + "Grading highlights tint: #ffcc00"
        let recipe = try textToImage(#"{"infotext": "\#(text)"}"#).job.generation.recipe
        var correction = LatentCorrection()
        (correction.clamps, correction.clampThreshold, correction.clampBoundary) = (true, 0.8, 3)
        (correction.maximizes, correction.maximizingCenter, correction.maximizingBoundary) = (true, 0.7, 2)
        (correction.color, correction.brightness, correction.sharpness) = (0.5, 2, 1.5)
        (correction.tint, correction.tintStrength) = (RGBColor(red: 255, green: 0, blue: 0), 1)
        #expect(recipe.correction == correction)
        #expect(recipe.grading.brightness == 0.2 && recipe.grading.highlightsTint.text == "#ffcc00")
        // What the request says itself comes first.
        #expect(try !textToImage(#"{"infotext": "\#(text)", "hdr_clamp": false}"#).job.generation.correction.clamps)
    }
}

/// Fields of a request, and what they come to.
private struct Sent: Sendable, CustomTestStringConvertible {
    let body: String
    let recipe: Recipe

    init(_ fields: String, _ change: (inout Recipe) -> Void) {
        body = "{\(fields)}"
        var recipe = Recipe()
        change(&recipe)
        self.recipe = recipe
    }

    var testDescription: String { body }
}
