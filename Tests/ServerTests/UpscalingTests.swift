import Files
import Foundation
import Generation
import HTTPTypes
import HummingbirdTesting
import ImageCodecs
import Jobs
@testable import Server
import Testing
import TestSupport

@Suite("Enlarging over HTTP")
struct UpscalingTests {
    private func picture(_ seed: UInt64 = 1) throws -> String {
        Data(try FakePainter.image(width: 16, height: 8, seed: seed).encoded(as: .png)).base64EncodedString()
    }

    @Test("a picture is enlarged as a job, and answered as a file with what was done")
    func single() async throws {
        let walk = try Walk()
        let body = #"{"image": "\#(try picture())", "upscaler_1": "4x-sharp", "upscaling_resize": 4, "codeformer_visibility": 1}"#
        try await walk.run { client async throws in
            let answer = try await client.ask(.post, "/sdapi/v1/extra-single-image", body)
            #expect(answer.status == .ok && answer.headers[.connection] == "close")
            guard case .string(let base64)? = try answer.object["image"], case .string(let info)? = try answer.object["html_info"] else {
                Issue.record("\(answer.text.prefix(200))")
                return
            }
            #expect(try DecodedImage(decoding: [UInt8](#require(Data(base64Encoded: base64)))).image.pixels.isEmpty == false)
            #expect(info.hasPrefix("<p>Postprocess upscale by: 4, Postprocess upscaler: 4x-Sharp</p><p>codeformer_visibility"))
            let draw = try #require(walk.engine.painter.draws.first)
            #expect(draw.model == "4x-Sharp" && draw.requests.map(\.upscaling.mode) == [.plain])
            #expect(draw.requests[0].sourcePictures.count == 1)
            let listed = try await client.ask(.get, "/api/v1/images").object["items"]?[0]
            #expect(listed?["model"] == .string("4x-Sharp"))
            // Nothing was sampled.
            let steps = try await client.ask(.get, "/api/v1/jobs").object["items"]?[0]?["request"]?["upscaling"]
            #expect(steps == .string("plain"))
        }
    }

    @Test("several pictures come back in their order")
    func batch() async throws {
        let walk = try Walk()
        let items = try (UInt64(1)...3).map { #"{"data": "\#(try picture($0))", "name": "\#($0).png"}"# }.joined(separator: ", ")
        try await walk.run { client async throws in
            let answer = try await client.ask(
                .post, "/sdapi/v1/extra-batch-images", #"{"imageList": [\#(items)], "upscaler_1": "Lanczos"}"#)
            #expect(answer.status == .ok)
            let images = try answer.object["images"]
            #expect(images?[2] != nil && images?[3] == nil)
            let request = try #require(walk.engine.painter.draws.first?.requests.first)
            #expect((request.batchSize, Set(request.sourcePictures).count) == (3, 3))
        }
    }

    @Test("upscalers are listed as each face has it, and nobody is told of places", arguments: [
        "/sdapi/v1/upscalers", "/sdapi/v1/realesrgan-models", "/api/v1/upscalers",
    ])
    func lists(path: String) async throws {
        try await Walk().run { client async throws in
            let answer = try await client.ask(.get, path)
            #expect(answer.status == .ok && answer.text.contains("RealESRGAN_x4plus.safetensors"))
            #expect(!answer.text.contains("/secret"))
            if path == "/sdapi/v1/upscalers" { #expect(try answer.list.first?["name"] == .string("None")) }
        }
    }

    @Test("the picture beside a LoRA is sent as it is")
    func preview() async throws {
        try await Walk().run { client async throws in
            let answer = try await client.ask(.get, "/api/v1/loras/film/preview")
            #expect(answer.status == .ok && answer.headers[.contentType] == "image/jpeg" && answer.headers[.contentLength] == "4")
            #expect(try await client.ask(.get, "/api/v1/loras/other/preview").status == .notFound)
        }
    }

    @Test("LoRAs are listed as each face has it", arguments: [
        ("/sdapi/v1/loras", #""alias":"Film""#), ("/api/v1/loras", #""family":"sd1""#), ("/api/v1/prompt/words", #""loras":["film"]"#),
    ])
    func loras(path: String, part: String) async throws {
        try await Walk().run { client async throws in
            let answer = try await client.ask(.get, path)
            #expect(answer.status == .ok && answer.text.filter { !$0.isWhitespace }.contains(part))
        }
    }

    @Test("a job of Easel's own API needs no prompt; an upscaler that is not there is refused with those that are")
    func ownJob() async throws {
        let walk = try Walk()
        let source = try picture()
        try await walk.run { client async throws in
            func submit(_ upscaler: String) async throws -> TestResponse {
                try await client.ask(
                    .post, "/api/v1/jobs",
                    #"{"upscaling": "plain", "source_pictures": ["\#(source)"], "upscaler": "\#(upscaler)", "upscale_by": 2}"#)
            }
            #expect(try await submit("r-esrgan 4x+").status == .accepted)
            let refused = try await submit("nope")
            #expect(refused.status == .unprocessableContent && refused.text.contains("4x-Sharp"))
        }
    }

    @Test("a connection ends with the answer of every route that waits for a job", arguments: [
        "/sdapi/v1/txt2img", "/sdapi/v1/img2img", "/sdapi/v1/extra-single-image", "/sdapi/v1/extra-batch-images", "/v1/images/generations",
        "/v1/images/edits", "/v1/images/variations",
    ])
    func lastAnswer(path: String) async throws {
        try await Walk().run { client async throws in #expect(try await client.ask(.post, path, "[]").headers[.connection] == "close") }
    }

    @Test("a description of a picture is refused as JSON")
    func interrogation() async throws {
        try await Walk().run { client async throws in
            let answer = try await client.ask(.post, "/sdapi/v1/interrogate", #"{"image": "\#(try picture())", "model": "clip"}"#)
            #expect(answer.status == .notImplemented)
            #expect(try answer.object["detail"] != nil)
        }
    }
}
