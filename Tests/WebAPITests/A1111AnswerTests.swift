import Files
import Foundation
import Generation
import ImageCodecs
import Jobs
import Sampling
import Settings
import Testing
@testable import WebAPI

@Suite("A1111's answers")
struct A1111AnswerTests {
    private let picture = Picture(Data([1, 2, 3]), seed: 5, prompt: "a cat", negativePrompt: "dog", infotext: "a cat\nSteps: 9")

    private func answer(_ body: String) throws -> A1111Answer {
        var second = picture
        second.seed = 6
        return try A1111Answer(
            try textToImage(body), pictures: [picture, second], model: twoModels.find("demo"), finishedAt: Date(timeIntervalSince1970: 0),
            version: "Easel 0.1.0")
    }

    @Test("the answer has the pictures as bare base64, the request with its defaults, and info as a text of JSON")
    func textToImageAnswer() throws {
        let answer = try answer(#"{"prompt": "a cat", "steps": 9, "batch_size": 2, "cfg_scale": 7.3, "restore_faces": true, "odd": 1}"#)
        #expect(answer.images == ["AQID", "AQID"])
        #expect(
            answer.parameters["steps"] == .integer(9) && answer.parameters["n_iter"] == .integer(1)
                && answer.parameters["odd"] == .integer(1))
        let info = try json(answer.info)
        // Every key of A1111's: clients ask for them without looking.
        #expect(info.keys == [
                "prompt", "all_prompts", "negative_prompt", "all_negative_prompts", "seed", "all_seeds", "subseed", "all_subseeds",
                "subseed_strength",
                "width", "height", "sampler_name", "cfg_scale", "steps", "batch_size", "restore_faces", "face_restoration_model",
                "sd_model_name",
            "sd_model_hash", "sd_vae_name", "sd_vae_hash", "seed_resize_from_w", "seed_resize_from_h", "denoising_strength",
            "extra_generation_params", "index_of_first_image", "infotexts", "styles", "job_timestamp", "clip_skip",
            "is_using_inpainting_conditioning", "version",
        ])
        #expect(info["seed"] == .integer(5) && info["all_seeds"] == .array([.integer(5), .integer(6)]) && info["width"] == .integer(512))
        #expect(info["infotexts"] == .array([.string("a cat\nSteps: 9"), .string("a cat\nSteps: 9")]) && info["cfg_scale"] == .number(7.3))
        #expect(info["sd_model_hash"] == .string("6ce0161689") && info["job_timestamp"] == .string("19700101000000"))
        #expect(info["extra_generation_params"]?["Ignored"] == .string("restore_faces"))
    }

    @Test("without send_images there are none")
    func noImages() throws {
        #expect(try answer(#"{"send_images": false}"#).images == [])
    }

    @Test("the progress of nothing is what clients take for idle")
    func idle() throws {
        let answer = try json(WebJSON.text(ProgressAnswer(DrawingProgress(), skipsImage: false)))
        #expect(
            answer["progress"] == .integer(0) && answer["eta_relative"] == .integer(0) && answer["current_image"] == .null
                && answer["textinfo"] == .null)
        #expect(answer["state"]?["job_count"] == .integer(0) && answer["state"]?["sampling_steps"] == .integer(0))
        #expect(answer["state"]?.keys == [
                "skipped", "interrupted", "stopping_generation", "job", "job_count", "job_timestamp", "job_no", "sampling_step",
                "sampling_steps"
        ])
    }

    @Test("progress tells the step, what takes long, and shows a small PNG unless it shall not")
    func progress() throws {
        let drawing = DrawingProgress(
            job: "a1", jobCount: 3, startedAt: Date(timeIntervalSince1970: 0), step: 10, steps: 20, remainingSeconds: 7,
            previews: [RGBImage(width: 1, height: 1, pixels: [1, 2, 3])], text: "Compiling the UNet for CPU")
        let answer = ProgressAnswer(drawing, skipsImage: false)
        #expect(
            abs(answer.progress - 0.505) < 1e-12 && answer.etaRelative == 7 && answer.state.jobCount == 3
                && answer.textinfo == "Compiling the UNet for CPU")
        let file = try #require(answer.currentImage.flatMap { Data(base64Encoded: $0) })
        #expect(try DecodedImage(decoding: [UInt8](file)).image.pixels == [1, 2, 3])
        #expect(ProgressAnswer(drawing, skipsImage: true).currentImage == nil)
    }

    @Test("a job that waits is progress already")
    func waiting() {
        #expect(ProgressAnswer(DrawingProgress(jobCount: 1), skipsImage: false).progress == 0.01)
    }

    @Test("lists have A1111's keys")
    func lists() throws {
        func keys(_ value: some Encodable) throws -> Set<String> {
            guard case .array(let items) = try json(WebJSON.text(value)) else { return [] }
            return items[0].keys
        }
        #expect(try keys(twoModels.models.map(ModelItem.init)) == ["title", "model_name", "hash", "sha256", "filename", "config"])
        #expect(try keys(SamplerItem.all) == ["name", "aliases", "options"])
        #expect(try keys(SchedulerItem.all) == ["name", "label", "aliases", "default_rho", "need_inner_model"])
        #expect(try keys([StyleItem(.init(name: "a", prompt: "b", negativePrompt: "c"))]) == ["name", "prompt", "negative_prompt"])
        let embeddings = try json(WebJSON.text(EmbeddingsAnswer([.init(name: "bad", vectorCount: 2, width: 768)])))
        #expect(embeddings["loaded"]?["bad"]?.keys == ["step", "sd_checkpoint", "sd_checkpoint_name", "shape", "vectors"])
        #expect(embeddings["skipped"] == .object([:]))
        #expect(try json(WebJSON.text(MemoryAnswer(used: 1, total: 3, available: 2)))["ram"]?["free"] == .integer(2))
        #expect(try json(WebJSON.text(ScriptsAnswer())).keys == ["txt2img", "img2img"])
        #expect(try json(WebJSON.text(CommandFlagsAnswer(listen: false, port: 7860)))["api"] == .bool(true))
    }

    @Test("every scheduler and sampler that is listed can be asked for")
    func listed() throws {
        for item in SchedulerItem.all where item.name != "automatic" {
            for name in [item.name, item.label] + (item.aliases ?? []) {
                #expect(try textToImage(#"{"scheduler": "\#(name)"}"#).job.generation.schedule.name == item.name)
            }
        }
        #expect(try textToImage(#"{"scheduler": "automatic"}"#).job == textToImage("{}").job)
        for item in SamplerItem.all {
            for name in [item.name] + item.aliases {
                #expect(try textToImage(#"{"sampler_name": "\#(name)"}"#).job.generation.sampler.name == item.name)
            }
        }
    }

    @Test("png-info reads back what a picture's file says", arguments: [ImageFormat.png, .jpeg, .webp], ["", "data:image/png;base64,"])
    func pictureInfo(_ format: ImageFormat, prefix: String) throws {
        let text = "a cat\nNegative prompt: dog\nSteps: 9, Sampler: Euler, Size: 512x768"
        let file = try RGBImage(width: 8, height: 8, pixels: Array(repeating: 9, count: 192)).encoded(as: format, parameters: text)
        let body = #"{"image": "\#(prefix)\#(Data(file).base64EncodedString())"}"#
        let answer = try PictureInfoAnswer(PictureInfoRequest(body: Data(body.utf8)))
        #expect(answer.info == text && answer.items == ["parameters": text])
        #expect(answer.parameters == [
                "Prompt": "a cat", "Negative prompt": "dog", "Steps": "9", "Sampler": "Euler", "Size": "512x768", "Size-1": "512",
                "Size-2": "768"
        ])
    }

    @Test(
        "png-info refuses what is no picture",
        arguments: [#"{}"#, #"{"image": ""}"#, #"{"image": "%%%"}"#, #"{"image": "aGVsbG8="}"#, #"{"image": "data:image/png"}"#,
            #"{"image": "https://example.org/a.png"}"#,
        ])
    func noPicture(_ body: String) {
        let error = refusal { _ = try PictureInfoAnswer(PictureInfoRequest(body: Data(body.utf8))) }
        #expect(error?.kind == .invalidValue && error?.field == "image")
    }
}
