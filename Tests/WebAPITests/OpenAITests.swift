import Files
import Foundation
import Generation
import ImageCodecs
import Jobs
import Sampling
import Settings
import Testing
import WebAPI

@Suite("OpenAI's images")
struct OpenAITests {
    private func request(_ json: String, _ changes: [String: String] = [:]) throws -> ImageGenerationRequest {
        try ImageGenerationRequest(body: Data(json.utf8), context(changes))
    }

    @Test("a prompt is enough")
    func defaults() throws {
        let request = try request(#"{"prompt": "a cat"}"#)
        let generation = request.job.generation
        #expect(
            (generation.prompt, generation.width, generation.height, generation.steps, generation.seed) == ("a cat", 512, 512, 20, 4711))
        #expect((request.job.runs, request.job.model, request.delivery, request.format) == (1, "demo", .url, .png))
    }

    @Test("what the openai package sends is drawn, with Easel's extensions")
    func extensions() throws {
        let request = try request(#"""
            {"prompt": "a cat", "model": "anime", "n": 3, "size": "256x384", "response_format": "b64_json", "output_format": "webp",
            "quality": "hd",
             "style": "vivid", "user": "u1", "negative_prompt": "dog", "steps": 5, "cfg_scale": 3.5, "seed": 9,
             "sampler": "DPM++ 2M Karras"}
            """#)
        let generation = request.job.generation
        #expect((request.job.model, request.job.runs, request.delivery, request.format) == ("anime", 3, .base64, .webp))
        #expect((generation.width, generation.height, generation.steps, generation.cfgScale, generation.seed) == (256, 384, 5, 3.5, 9))
        #expect((generation.sampler, generation.schedule, generation.negativePrompt) == (.dpmpp2M, .karras, "dog"))
    }

    @Test("OpenAI's names of models stand for the current one, and answer as OpenAI's do", arguments: [
        ("dall-e-2", .url), ("dall-e-3", .url), ("gpt-image-1", .base64),
    ] as [(String, ImageGenerationRequest.Delivery)])
    func namesOfOpenAI(_ name: String, delivery: ImageGenerationRequest.Delivery) throws {
        let request = try request(#"{"prompt": "x", "model": "\#(name)"}"#, ["model": "anime"])
        #expect(request.job.model == "anime" && request.delivery == delivery)
    }

    @Test("what is wrong is told with its field", arguments: [
        (#"{}"#, "prompt", 400), (#"{"prompt": "x", "n": 11}"#, "n", 400), (#"{"prompt": "x", "n": 0}"#, "n", 400),
        (#"{"prompt": "x", "size": "big"}"#, "size", 400), (#"{"prompt": "x", "size": "500x512"}"#, "size", 400),
        (#"{"prompt": "x", "size": "4096x4096"}"#, "size", 400), (#"{"prompt": "x", "size": "512x512x512"}"#, "size", 400),
            (#"{"prompt": "x", "size": "99999999999999999999x8"}"#, "size", 400),
            (#"{"prompt": "x", "response_format": "gif"}"#, "response_format", 400),
        (#"{"prompt": "x", "output_format": "bmp"}"#, "output_format", 400), (#"{"prompt": "x", "model": "nope"}"#, "model", 404),
        (#"{"prompt": "x", "sampler": "nope"}"#, "sampler", 400), (#"{"prompt": "x", "steps": 999}"#, "steps", 400),
    ])
    func refusals(_ body: String, field: String, status: Int) throws {
        let error = try #require(refusal { _ = try request(body) })
        #expect(error.field == field && error.status(for: .openAI) == status)
        let details = try #require(try json(String(decoding: error.body(for: .openAI), as: UTF8.self))["error"])
        #expect(details["param"] == .string(field) && details["type"] == .string("invalid_request_error"))
    }

    @Test("n is limited by the server's most pictures, too")
    func limit() {
        #expect(
            refusal { _ = try request(#"{"prompt": "x", "n": 3}"#, ["max_pictures": "2"]) }?.message
                == "3 pictures are over the limit of 2 for one request (setting max_pictures).")
    }

    @Test("answers have files or addresses")
    func answers() throws {
        let picture = Picture(Data([1, 2, 3]), seed: 5, prompt: "a cat", negativePrompt: "", infotext: "")
        let files = try json(WebJSON.text(ImageGenerationAnswer(pictures: [picture], created: Date(timeIntervalSince1970: 12.7))))
        #expect(try files == json(#"{"created": 12, "data": [{"b64_json": "AQID", "revised_prompt": "a cat"}]}"#))
        let addresses = try json(
            WebJSON.text(ImageGenerationAnswer(pictures: [("http://h/x.png", "a cat")], created: Date(timeIntervalSince1970: 0))))
        #expect(try addresses == json(#"{"created": 0, "data": [{"url": "http://h/x.png", "revised_prompt": "a cat"}]}"#))
        let models = try json(WebJSON.text(OpenAIModelsAnswer(twoModels.models)))
        #expect(models["object"] == .string("list"))
    }
}
