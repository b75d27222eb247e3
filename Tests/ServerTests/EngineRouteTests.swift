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
                let id = try #require(answer.text.split(separator: "Look for ").last?.prefix { $0.isHexDigit })
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

    @Test("a device that is not there is refused before it is stored, with those that are")
    func unknownDevice() async throws {
        let walk = try Walk()
        try await walk.run { client async throws in
            for (method, path, body) in [
                (.put, "/api/v1/settings", #"{"values": {"openvino_devices": "GPU", "clip_skip": 2}, "keep": true}"#),
                (.put, "/api/v1/settings", #"{"values": {"openvino_devices_vae": ["CPU", "GPU.1"]}}"#),
                (.post, "/sdapi/v1/options", #"{"openvino_devices": ["GPU"]}"#),
            ] as [(HTTPRequest.Method, String, String)] {
                let answer = try await client.ask(method, path, body)
                #expect(answer.status == .unprocessableContent)
                #expect(answer.text.contains("There is no device") && answer.text.contains("OpenVINO finds: CPU."))
            }
            #expect(walk.settings.current == EaselSettings() && walk.engine.seen.settingChanges == 0)
            #expect(!FileManager.default.fileExists(atPath: walk.folder.url.appending(path: "settings.json").path))
            let answer = try await client.ask(.put, "/api/v1/settings", #"{"values": {"openvino_devices": "CPU"}}"#)
            #expect(answer.status == .ok && walk.engine.seen.settingChanges == 1)
        }
    }

    @Test("a setting is given back its default, also in the file when that is asked for")
    func reset() async throws {
        let walk = try Walk()
        try await walk.run { client async throws in
            let change = #"{"values": {"preview_steps": 3, "clip_skip": 2}, "keep": true}"#
            #expect(try await client.ask(.put, "/api/v1/settings", change).status == .ok)
            let file = walk.folder.url.appending(path: "settings.json")
            let answer = try await client.ask(.delete, "/api/v1/settings/preview_steps?keep=true").object
            guard case .array(let settings)? = answer["settings"] else { throw Unexpected() }
            let item = settings.first { $0["key"] == .string("preview_steps") }
            #expect(item?["value"] == .integer(5) && item?["source"] == .string("default"))
            #expect(try !String(contentsOf: file, encoding: .utf8).contains("preview_steps"))
            #expect(try await client.ask(.put, "/api/v1/settings", #"{"values": {"clip_skip": null}}"#).status == .ok)
            #expect(walk.settings.current == EaselSettings())
            #expect(try String(contentsOf: file, encoding: .utf8).contains("clip_skip"))
            #expect(try await client.ask(.delete, "/api/v1/settings/vae").status == .notFound)
            #expect(try await client.ask(.delete, "/api/v1/settings/clip_skip?keep=perhaps").status == .unprocessableContent)
            #expect(try await client.ask(.put, "/api/v1/settings", #"{"values": {"clip_skip": {}}}"#).status == .unprocessableContent)
        }
    }

    private struct Unexpected: Error {}

    @Test("devices are told with the memory of the program and of the machine")
    func memory() async throws {
        try await Walk().run { client async throws in
            let answer = try await client.ask(.get, "/api/v1/devices").object
            guard case .integer(let used)? = answer["memory_used_bytes"], case .integer(let total)? = answer["memory_total_bytes"] else {
                throw Unexpected()
            }
            #expect(used > 1_000_000 && used < total)
            #expect(answer["problem"] == .null)
        }
    }

    @Test("what is compiled can be dropped, one or all")
    func compilations() async throws {
        let walk = try Walk()
        try await walk.run { client async throws in
            let workers = try await client.ask(.get, "/api/v1/workers").object["workers"]
            #expect(workers?[0]?["assignments"]?[0]?["device"] == .string("GPU.0"))
            #expect(workers?[1]?["name"] == .string("GPU.1") && workers?[1]?["jobs"] == .array([]))
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

    @Test("a style is saved once, or in the place of the one before it; words of prompts are as they are then")
    func styles() async throws {
        let walk = try Walk()
        try await walk.run { client async throws in
            let words = try await client.ask(.get, "/api/v1/prompt/words").object
            #expect(words["wildcards"] == .array(["weather"]) && words["styles"]?[0]?["name"] == "film")
            #expect(words["embeddings"]?[0]?["tokens"] == 8)
            let style = #"{"name": "ink", "prompt": "{prompt}, ink"#
            let saved = try await client.ask(.post, "/api/v1/styles", style + #""}"#)
            #expect(try saved.status == .created && saved.object["prompt"] == "{prompt}, ink")
            #expect(try await client.ask(.get, "/api/v1/prompt/words").object["styles"]?[1]?["name"] == "ink")
            let again = try await client.ask(.post, "/api/v1/styles", style + #" 2"}"#)
            #expect(try again.status == .conflict && again.object["error"]?["code"] == "name_taken")
            #expect(try await client.ask(.post, "/api/v1/styles", style + #" 2", "replace": true}"#).status == .created)
            #expect(walk.engine.seen.styles.last?.prompt == "{prompt}, ink 2")
        }
    }

    @Test("a model's defaults are saved and removed, and jobs have them")
    func defaults() async throws {
        let walk = try Walk()
        try await walk.run { client async throws in
            let saved = try await client.ask(.put, "/api/v1/models/demo/defaults", #"{"steps": 3, "sampler": "Heun"}"#)
            #expect(try saved.status == .ok && saved.object["defaults"]?["steps"] == 3)
            let accepted = try await client.ask(.post, "/api/v1/jobs", #"{"prompt": "a", "sampler": "Euler"}"#).object
            #expect(accepted["model_defaults"] == .array(["steps"]))
            guard case .string(let url)? = accepted["url"] else { return }
            let request = try await client.ask(.get, url).object["request"]
            #expect(request?["steps"] == 3 && request?["sampler"] == "Euler" && request?["width"] == 128)
            #expect(try await client.ask(.put, "/api/v1/models/demo/defaults", "null").object["defaults"] == .null)
            #expect(walk.engine.seen.defaults.isEmpty)
            let refused = try await client.ask(.put, "/api/v1/models/demo/defaults", #"{"steps": 0}"#)
            #expect(try refused.status == .unprocessableContent && refused.object["error"]?["field"] == "steps")
            #expect(try await client.ask(.put, "/api/v1/models/nope/defaults", "{}").status == .notFound)
        }
    }

    @Test("models are looked for anew when that is asked for, and where is told")
    func refresh() async throws {
        let walk = try Walk()
        try await walk.run { client async throws in
            #expect(try await client.ask(.get, "/api/v1/models").object["folders"] == .array(["/models"]))
            #expect(walk.engine.seen.refreshes == 0)
            #expect(try await client.ask(.post, "/api/v1/models/refresh").object["current"] == "demo")
            #expect(walk.engine.seen.refreshes == 1)
        }
    }
}
