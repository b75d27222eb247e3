import Foundation
import Generation
import Jobs
import Sampling
import Testing

@testable import WebAPI

@Suite("A1111's hires fix")
struct HiresTests {
    private func hires(_ body: String) throws -> GenerationRequest { try textToImage(body).job.generation }

    @Test("nothing is on without enable_hr, whatever else clients always send")
    func off() throws {
        let request = try hires(#"{"enable_hr": false, "hr_scale": 1.5, "hr_upscaler": "None such", "denoising_strength": 0.3}"#)
        #expect(!request.hires.isOn && request.secondPass == nil)
    }

    @Test("every field is read under A1111's name")
    func fields() throws {
        let request = try hires(#"""
            {"enable_hr": true, "width": 512, "height": 768, "steps": 20, "sampler_name": "Euler", "denoising_strength": 0.4,
             "hr_scale": 1.5, "hr_upscaler": "latent (bicubic)", "hr_second_pass_steps": 7, "hr_sampler_name": "DPM++ 2M Karras",
             "hr_prompt": "a tiger", "hr_negative_prompt": "a lion"}
            """#)
        let pass = try #require(request.secondPass)
        #expect((request.width, request.height, request.steps, request.sampler) == (512, 768, 20, .euler))
        #expect((pass.width, pass.height, pass.steps, pass.sampler, pass.schedule) == (768, 1152, 7, .dpmpp2M, .karras))
        #expect((pass.prompt, pass.negativePrompt, pass.imageToImage.strength) == ("a tiger", "a lion", 0.4))
        #expect(request.hires.upscaler == LatentUpscaler.bicubic.rawValue && pass.imageToImage.fixesSteps && !pass.hires.isOn)
    }

    @Test("what is left out is A1111's default, and words for the same are no choice", arguments: [
        #"{"enable_hr": true}"#,
        #"{"enable_hr": true, "hr_sampler_name": "Use same sampler", "hr_scheduler": "Use same scheduler", "hr_upscaler": null,"#
            + #" "hr_prompt": "", "hr_second_pass_steps": 0, "hr_resize_x": 0, "hr_resize_y": 0, "hr_checkpoint_name": null}"#,
    ])
    func defaults(body: String) throws {
        let request = try hires(body)
        var expected = HiresFix()
        expected.isOn = true
        #expect(request.hires == expected && request.imageToImage.strength == 0.75)
        #expect(request.secondPass?.width == 1024 && request.secondPass?.sampler == request.sampler)
    }

    @Test("a size comes before the scale; the older names give the first pass's size; None is Lanczos")
    func sizes() throws {
        let sized = try hires(#"{"enable_hr": true, "width": 512, "height": 512, "hr_resize_x": 768, "hr_resize_y": 640}"#)
        #expect(sized.secondPass.map { [$0.width, $0.height] } == [768, 640])
        let older = try hires(
            #"{"enable_hr": true, "width": 1024, "height": 768, "firstphase_width": 512, "firstphase_height": 384, "hr_upscaler": "None"}"#)
        #expect((older.width, older.height, older.hires.upscaler) == (512, 384, "Lanczos"))
        #expect(older.secondPass.map { [$0.width, $0.height] } == [1024, 768])
    }

    @Test("a picture's parameters give back its second pass")
    func roundTrip() throws {
        let text = "a cat\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 1, Size: 512x512, Denoising strength: 0.6, Hires sampler: DDIM, "
            + "Hires prompt: a tiger, Hires resize: 768x0, Hires steps: 9, Hires upscaler: Lanczos"
        let request = try hires(String(decoding: JSONEncoder().encode(["infotext": text]), as: UTF8.self))
        #expect(request.hires.isOn && request.imageToImage.strength == 0.6)
        #expect((request.hires.sampler, request.hires.steps, request.hires.upscaler) == (.ddim, 9, "Lanczos"))
        #expect((request.hires.prompt, request.hires.width, request.hires.height) == ("a tiger", 768, 0))
        // A strength alone is a picture from a picture.
        let other = "a cat\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 1, Size: 512x512, Denoising strength: 0.6"
        #expect(try !hires(String(decoding: JSONEncoder().encode(["infotext": other]), as: UTF8.self)).hires.isOn)
    }
}
