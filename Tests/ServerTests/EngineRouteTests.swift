import Files
import Foundation
import Generation
import HTTPTypes
import HummingbirdTesting
import Jobs
@testable import Server
import Settings
import Testing
import TestSupport
import WebAPI

@Suite("Models, devices and settings over HTTP")
struct EngineRouteTests {
    @Test("loading a model makes it the one that is used, and loads it")
    func load() async throws {
        let walk = try Walk()
        try await walk.run { client async throws in
            #expect(try await client.ask(.post, "/api/v1/models/anime/load").object["current"] == .string("anime"))
            #expect(walk.engine.seen.loads == ["anime"])
            #expect(try await client.ask(.post, "/api/v1/models/anime/load").status == .ok)
            #expect(walk.engine.seen.loads == ["anime", "anime"])
            #expect(walk.settings.current.requests.model == "anime")
            #expect(try await client.ask(.post, "/api/v1/models/..%2F..%2Fetc%2Fpasswd/load").status == .notFound)
        }
    }

    private static func loads(_ client: any TestClientProtocol) async throws -> [TestResponse] {
        [
            try await client.ask(.post, "/sdapi/v1/options", #"{"sd_model_checkpoint": "anime"}"#),
            try await client.ask(.post, "/api/v1/models/anime/load"),
            try await client.ask(.put, "/api/v1/settings", #"{"values": {"model": "anime"}}"#),
        ]
    }

    @Test(
        "a model that cannot be loaded does not take the place of the one before it, and the reason is told",
        arguments: [
            (InvalidRequest(field: "model", "\"anime.safetensors\" is a LoRA."), 422, "is a LoRA"),
            (ModelUnavailable(reason: "GPU.0 is gone."), 503, "GPU.0 is gone."),
        ] as [(any Error, Int, String)])
    func refused(failure: any Error, status: Int, words: String) async throws {
        let walk = try Walk()
        walk.engine.change { $0.loadFailure = failure }
        try await walk.run { client async throws in
            for answer in try await Self.loads(client) {
                #expect(answer.status.code == status)
                #expect(answer.text.contains(words))
            }
            #expect(walk.settings.current.requests.model == "demo")
        }
    }

    @Test("what nobody foresaw is told to the log, with the path of the file")
    func broken() async throws {
        let walk = try Walk()
        walk.engine.change { $0.loadFailure = FakeEngine.BrokenFile() }
        try await walk.run { client async throws in
            for answer in try await Self.loads(client) {
                #expect(answer.status == .internalServerError)
                #expect(!answer.text.contains("secret"))
                // Who looks into the log finds the reason under the same id.
                let id = try #require(answer.text.split(separator: "id ").last?.prefix { $0.isHexDigit })
                #expect(walk.log.lines.contains { $0.contains("id=\(id)") && $0.contains("/secret/models") })
            }
            #expect(walk.settings.current.requests.model == "demo")
        }
    }

    @Test("options and settings change for the next job, all or none; those that are to be kept are written down")
    func settings() async throws {
        let walk = try Walk()
        try await walk.run { client async throws in
            let options = try await client.ask(.get, "/sdapi/v1/options").object
            #expect(options["sd_model_checkpoint"] != nil)
            // Open WebUI sends back all that it got.
            let all = String(decoding: try JSONEncoder().encode(options), as: UTF8.self)
            #expect(try await client.ask(.post, "/sdapi/v1/options", all).text == "{}")

            #expect(try await client.ask(.post, "/sdapi/v1/options", #"{"CLIP_stop_at_last_layers": 2}"#).status == .ok)
            #expect(walk.settings.current.requests.clipSkip == 2)
            let refused = try await client.ask(
                .post, "/sdapi/v1/options", #"{"CLIP_stop_at_last_layers": 3, "comma_padding_backtrack": 900}"#)
            #expect(refused.status == .unprocessableContent)
            #expect(walk.settings.current.requests.clipSkip == 2)

            let kept = try await client.ask(.put, "/api/v1/settings", #"{"values": {"preview_steps": 3}, "keep": true}"#)
            #expect(kept.status == .ok)
            #expect(walk.settings.current.requests.previewSteps == 3)
            // Each change that was made, for it may concern what is loaded; not those that were refused.
            #expect(walk.engine.seen.settingChanges == 3 && walk.engine.seen.loads == [])
            let file = try Data(contentsOf: walk.folder.url.appending(path: "settings.json"))
            #expect(String(decoding: file, as: UTF8.self).contains("preview_steps"))
            #expect(
                try await client.ask(.put, "/api/v1/settings", #"{"values": {"model": "/etc/passwd"}}"#).status == .unprocessableContent)
            #expect(try await client.ask(.put, "/api/v1/settings", #"{"values": {"previw_steps": 3}}"#).text.contains("preview_steps"))
        }
    }

    @Test("what is compiled can be dropped, one or all")
    func compilations() async throws {
        let walk = try Walk()
        try await walk.run { client async throws in
            #expect(try await client.ask(.get, "/api/v1/compilations").object["ready"]?[0]?["id"] == .string("unet-1"))
            #expect(try await client.ask(.delete, "/api/v1/compilations/unet-1").object["dropped"] == .integer(1))
            #expect(try await client.ask(.delete, "/api/v1/compilations/other").status == .notFound)
            #expect(try await client.ask(.delete, "/api/v1/compilations").object["dropped"] == .integer(1))
            #expect(walk.engine.seen.dropped == ["unet-1", "other", nil])
        }
    }

    @Test("reloading keeps what is compiled on disk unless it is told not to")
    func reload() async throws {
        let walk = try Walk()
        try await walk.run { client async throws in
            #expect(try await client.ask(.post, "/api/v1/reload").text == "{}")
            #expect(try await client.ask(.post, "/api/v1/reload", #"{"keep_disk_cache": false}"#).text == "{}")
            #expect(try await client.ask(.post, "/sdapi/v1/reload-checkpoint").text == "{}")
            #expect(try await client.ask(.post, "/sdapi/v1/unload-checkpoint").text == "{}")
            #expect(walk.engine.seen.reloads == [true, false, true] && walk.engine.seen.unloads == 1)
        }
    }

    @Test("devices, fidelity and prompts are told of")
    func told() async throws {
        try await Walk().run { client async throws in
            #expect(try await client.ask(.get, "/api/v1/devices").object["openvino"] == .string("2026.4.1"))
            #expect(try await client.ask(.get, "/api/v1/fidelity").object["is_within_bounds"] == .bool(true))
            #expect(try await client.ask(.post, "/api/v1/fidelity/check").object["model"] == .string("demo"))
            #expect(
                try await client.ask(.post, "/api/v1/prompt", #"{"prompt": "a pear"}"#).object["chunks"]?[0]?[
                    0]?["text"] == .string("a pear"))
        }
    }

    @Test("a picture is compared at the model's native size, unless the request says otherwise")
    func comparison() async throws {
        let walk = try Walk()
        try await walk.run { client async throws in
            let answer = try await client.ask(.post, "/api/v1/fidelity/compare")
            #expect(answer.status == .ok && answer.headers[.connection] == "close")
            let object = try answer.object
            #expect(object["psnr"] == .null && object["is_equal"] == .bool(true) && object["is_within_bounds"] == .bool(true))
            _ = try await client.ask(
                .post, "/api/v1/fidelity/compare", #"{"prompt": "a pear", "width": 64, "height": 72, "steps": 3, "seed": 7}"#)
            let compared = walk.engine.seen.compared
            #expect(compared.map(\.prompt) == [GenerationRequest.examplePrompt, "a pear"])
            #expect(compared.map(\.width) == [128, 64] && compared.map(\.height) == [128, 72])
            #expect(compared.map(\.steps) == [12, 3] && compared.map(\.seed) == [0, 7])
        }
    }

    @Test(
        "a comparison may ask for no more than a job",
        arguments: [
            (#"{"steps": 1000}"#, "steps"), (#"{"width": 500}"#, "width"), (#"{"width": 4096, "height": 4096}"#, "width"),
            (#"{"sampler": "Euler"}"#, "sampler")])
    func refusedComparison(body: String, field: String) async throws {
        let walk = try Walk()
        try await walk.run { client async throws in
            let answer = try await client.ask(.post, "/api/v1/fidelity/compare", body)
            #expect(answer.status == .unprocessableContent)
            #expect(try answer.object["error"]?["field"] == .string(field))
            #expect(walk.engine.seen.compared.isEmpty)
        }
    }

    @Test(
        "readiness is 200, or 503 with the reason",
        arguments: [
            (Readiness.ready(model: "demo"), 200, "ready"), (.loading(model: "demo"), 503, "loading"),
            (.failed(model: "demo", reason: "It is no checkpoint."), 503, "failed")])
    func readiness(readiness: Readiness, status: Int, word: String) async throws {
        let walk = try Walk()
        walk.engine.change { $0.readiness = readiness }
        try await walk.run { client async throws in
            let answer = try await client.ask(.get, "/readyz")
            #expect(answer.status.code == status)
            #expect(try answer.object["status"] == .string(word))
            #expect(try await client.ask(.get, "/healthz").object["status"] == .string("ok"))
        }
    }
}
