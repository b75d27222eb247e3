import Files
import Foundation
import Generation
import HTTPTypes
import HummingbirdTesting
import ImageCodecs
import Jobs
import Logging
@testable import Server
import Settings
import Testing
import TestSupport

@Suite("A1111's API")
struct A1111Tests {
    static let small = #"{"prompt": "a red apple", "steps": 2, "width": 64, "height": 64, "seed": 5, "batch_size": 2}"#

    @Test("txt2img answers with PNG files in base64, and says in info how they were made")
    func textToImage() async throws {
        try await Walk().run { client async throws in
            let answer = try await client.ask(.post, "/sdapi/v1/txt2img", Self.small)
            #expect(answer.status == .ok)
            let images = try #require(try answer.object["images"])
            guard case .string(let base64)? = images[0] else { return }
            let file = try #require(Data(base64Encoded: base64))
            let picture = try DecodedImage(decoding: [UInt8](file))
            #expect(picture.image == FakePainter.image(width: 64, height: 64, seed: 5))
            #expect(picture.parameters?.hasPrefix("a red apple") == true)
            #expect(images[1] != nil && images[2] == nil)
            guard case .string(let text)? = try answer.object["info"] else { return }
            let info = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
            #expect(info["all_seeds"] == .array([.integer(5), .integer(6)]))
            #expect(info["version"] == .string("Easel 1.2.3"))
            #expect(try answer.object["parameters"]?["prompt"] == .string("a red apple"))
        }
    }

    @Test("a hash that nobody knows yet is looked for before anything is refused, on every face", arguments: [
        ("/sdapi/v1/txt2img", #"{"steps": 2, "override_settings": {"sd_model_checkpoint": "x.safetensors [HASH]"}}"#, 422),
        ("/sdapi/v1/options", #"{"sd_model_checkpoint": "HASH"}"#, 422),
        ("/sdapi/v1/checkpoint?sd_model_checkpoint=x.safetensors+[HASH]", "", 422),
        ("/v1/images/generations", #"{"prompt": "a", "steps": 2, "model": "HASH"}"#, 404),
        ("/api/v1/jobs", #"{"model": "HASH"}"#, 422), ("/api/v1/models/HASH/load", "", 404),
        ("/sdapi/v1/txt2img", #"{"infotext": "a\nSteps: 2, Sampler: Euler, Seed: 1, Size: 64x64, Model hash: HASH"}"#, 200),
    ])
    func hashes(path: String, body: String, refusal: Int) async throws {
        for (hash, status) in [("abcdef0123", 200), ("0123456789", refusal)] {
            let walk = try Walk()
            try await walk.run { client async throws in
                let answer = try await client.ask(.post, path.replacing("HASH", with: hash), body.replacing("HASH", with: hash))
                #expect(answer.status.code == status || answer.status.code == 202 && status == 200)
                #expect(walk.engine.seen.hashesLookedFor == [hash])
            }
        }
    }

    @Test("a client that wants no pictures gets none, and its parameters all the same")
    func withoutImages() async throws {
        try await Walk().run { client async throws in
            let answer = try await client.ask(
                .post, "/sdapi/v1/txt2img", #"{"prompt": "a pear", "steps": 2, "width": 64, "height": 64, "send_images": false}"#)
            #expect(try answer.object["images"] == .array([]))
            guard case .string(let text)? = try answer.object["info"] else { return }
            #expect(text.contains("a pear"))
        }
    }

    @Test("progress tells the step, the queue and a preview while something is drawn, and 0 when nothing is")
    func progress() async throws {
        let painter = FakePainter()
        painter.steps.close()
        try await Walk(painter: painter, change: { $0.requests.previewSteps = 1 }).run { client async throws in
            let idle = try await client.ask(.get, "/sdapi/v1/progress").object
            #expect(idle["progress"] == .integer(0) && idle["state"]?["job_count"] == .integer(0) && idle["current_image"] == .null)

            _ = try await client.ask(.post, "/api/v1/jobs", #"{"prompt": "a pear", "steps": 2, "width": 64, "height": 64, "seed": 5}"#)
            painter.steps.letOneThrough()
            await painter.steps.arrivals(reach: 2)
            let drawing = try await client.ask(.get, "/sdapi/v1/progress").object
            #expect(drawing["state"]?["sampling_step"] == .integer(1) && drawing["state"]?["sampling_steps"] == .integer(2))
            #expect(drawing["state"]?["job_count"] == .integer(1))
            guard case .string(let base64)? = drawing["current_image"] else { Issue.record("no preview"); return }
            let preview = try DecodedImage(decoding: [UInt8](try #require(Data(base64Encoded: base64))))
            #expect(preview.image == FakePainter.image(width: 8, height: 8, seed: 5))
            #expect(try await client.ask(.get, "/sdapi/v1/progress?skip_current_image=true").object["current_image"] == .null)
            painter.steps.open()
        }
    }

    @Test(
        "what only acts answers with JSON",
        arguments: [
            "interrupt", "skip", "refresh-checkpoints", "refresh-loras", "refresh-vae", "refresh-embeddings", "reload-checkpoint",
            "unload-checkpoint"])
    func actions(route: String) async throws {
        let walk = try Walk()
        try await walk.run { client async throws in
            let answer = try await client.ask(.post, "/sdapi/v1/\(route)")
            #expect(answer.status == .ok && answer.text == "{}")
            #expect(walk.engine.seen.refreshes == (route.hasPrefix("refresh") ? 1 : 0))
        }
    }

    @Test(
        "lists are lists, also where there is nothing",
        arguments: [
            "sd-models", "samplers", "schedulers", "prompt-styles", "upscalers", "latent-upscale-modes", "sd-vae", "loras", "hypernetworks",
            "face-restorers",
            "realesrgan-models", "script-info", "extensions", "history", "log",
        ])
    func lists(route: String) async throws {
        try await Walk().run { client async throws in
            let answer = try await client.ask(.get, "/sdapi/v1/\(route)")
            #expect(throws: Never.self) { try answer.list }
        }
    }

    @Test("models are told with their titles and without their places")
    func models() async throws {
        try await Walk().run { client async throws in
            let models = try await client.ask(.get, "/sdapi/v1/sd-models").list
            #expect(models[0]["title"] == .string("anime.safetensors"))
            #expect(models[1]["title"] == .string("demo [6c6c6c6c6c]"))
        }
    }

    @Test(
        "embeddings, scripts, flags and memory are objects",
        arguments: [("embeddings", "loaded"), ("scripts", "txt2img"), ("cmd-flags", "api"), ("memory", "ram")])
    func objects(route: String, key: String) async throws {
        try await Walk().run { client async throws in #expect(try await client.ask(.get, "/sdapi/v1/\(route)").object[key] != nil) }
    }

    @Test("the parameters in a picture's file are read")
    func pictureInfo() async throws {
        let file = try FakePainter.image(width: 8, height: 8, seed: 1).encoded(
            as: .png, parameters: "a pear\nSteps: 3, Sampler: Euler, Seed: 7")
        try await Walk().run { client async throws in
            let body = #"{"image": "data:image/png;base64,\#(Data(file).base64EncodedString())"}"#
            #expect(try await client.ask(.post, "/sdapi/v1/png-info", body).object["parameters"]?["Seed"] == .string("7"))
            #expect(try await client.ask(.post, "/sdapi/v1/png-info", #"{"image": "bm90aGluZw=="}"#).status == .unprocessableContent)
        }
    }

    @Test(
        "what is to come says so, and what is wrong comes first",
        arguments: [
            ("img2img", "{}", 422), ("img2img", #"{"init_images": ["aaaa"]}"#, 422), ("extra-single-image", "{}", 422), ("extra-batch-images", "{}", 422),
            ("interrogate", "{}", 501)])
    func notYet(route: String, body: String, status: Int) async throws {
        try await Walk().run { client async throws in
            let answer = try await client.ask(.post, "/sdapi/v1/\(route)", body)
            #expect(answer.status.code == status)
            #expect(try answer.object["detail"] != nil)
        }
    }

    @Test("what the model refuses is refused at once by all faces with its field, and changes no settings", arguments: [
        ("/sdapi/v1/txt2img", #"{"styles": ["nope"], "override_settings": {"emphasis": "Ignore"}, "override_settings_restore_afterwards": "#
            + #"false}"#, 422, "styles"),
        ("/sdapi/v1/txt2img", #"{"override_settings": {"CLIP_stop_at_last_layers": 9}}"#, 422,
        "override_settings.CLIP_stop_at_last_layers"),
        ("/api/v1/jobs", #"{"styles": ["nope"]}"#, 422, "styles"), ("/api/v1/jobs", #"{"clip_skip": 9}"#, 422, "clip_skip"),
        ("/v1/images/generations", #"{"prompt": "x", "steps": 77}"#, 400, "steps"),
    ])
    func refusedByTheModel(route: String, body: String, status: Int, field: String) async throws {
        let painter = FakePainter(refusal: { job in
            if job.generation.styles == ["nope"] { return InvalidRequest(field: "styles", "no") }
            if job.generation.clipSkip == 9 { return InvalidRequest(field: "clip_skip", "no") }
            return job.generation.steps == 77 ? InvalidRequest(field: "steps", "no") : nil
        })
        let walk = try Walk(painter: painter)
        try await walk.run { client async throws in
            let answer = try await client.ask(.post, route, body)
            #expect(answer.status.code == status)
            #expect(
                try [answer.object["field"], answer.object["error"]?["field"], answer.object["error"]?["param"]].contains(.string(field)))
            #expect(walk.settings.current.requests.emphasis == .original && painter.draws.isEmpty)
        }
    }

    @Test("an interrupted request is answered with its finished pictures, a skipped one with those of its other runs", arguments: [
        ("interrupt", [5], "1 of 3 pictures were finished"), ("skip", [5, 7], "Run 2 of 3 was skipped."),
    ])
    func interrupted(route: String, seeds: [Int], warning: String) async throws {
        let painter = FakePainter(isHeld: true)
        try await Walk(painter: painter).run { client async throws in
            let body = #"{"prompt": "a", "steps": 2, "width": 64, "height": 64, "seed": 5, "n_iter": 3}"#
            async let answer = client.ask(.post, "/sdapi/v1/txt2img", body)
            await painter.starts.arrivals(reach: 1)
            painter.starts.letOneThrough()
            await painter.starts.arrivals(reach: 2)
            #expect(try await client.ask(.post, "/sdapi/v1/\(route)").status == .ok)
            painter.starts.open()
            let object = try await answer.object
            guard case .array(let images)? = object["images"], case .string(let info)? = object["info"] else {
                Issue.record("\(object)"); return
            }
            #expect(images.count == seeds.count)
            let told = try JSONDecoder().decode(JSONValue.self, from: Data(info.utf8))
            #expect(told["all_seeds"] == .array(seeds.map { .integer($0) }))
            guard case .string(let warnings)? = told["extra_generation_params"]?["Warnings"] else { Issue.record("\(told)"); return }
            #expect(warnings.contains(warning))
        }
    }

    @Test("OpenAI's client gets what was finished before its job was cancelled; without a picture it is told that it was")
    func cancelledForOpenAI() async throws {
        let painter = FakePainter(isHeld: true)
        try await Walk(painter: painter).run { client async throws in
            let body = #"{"prompt": "a", "steps": 2, "size": "64x64", "n": 2, "response_format": "url"}"#
            async let some = client.ask(.post, "/v1/images/generations", body)
            await painter.starts.arrivals(reach: 1)
            painter.starts.letOneThrough()
            await painter.starts.arrivals(reach: 2)
            _ = try await client.ask(.post, "/sdapi/v1/interrupt")
            guard case .array(let data)? = try await some.object["data"] else { Issue.record("no data"); return }
            #expect(data.count == 1)
            async let none = client.ask(.post, "/v1/images/generations", body)
            await painter.starts.arrivals(reach: 3)
            _ = try await client.ask(.post, "/sdapi/v1/interrupt")
            #expect(try await none.status == .conflict)
        }
    }

    @Test("warnings stand in info, in the job's answer and, without the prompt's words, in the log")
    func warnings() async throws {
        let walk = try Walk(painter: FakePainter(warnings: { _ in
            [Notice(.unknownWildcard, ["name": "beast"], "There is no wildcard \"beast\".")]
        }))
        try await walk.run { client async throws in
            let answer = try await client.ask(.post, "/sdapi/v1/txt2img", #"{"prompt": "a", "steps": 2, "width": 64, "height": 64}"#)
            guard case .string(let info)? = try answer.object["info"] else { return }
            let told = try JSONDecoder().decode(JSONValue.self, from: Data(info.utf8))
            #expect(told["extra_generation_params"]?["Warnings"] == .string("There is no wildcard \"beast\"."))
            let jobs = try await client.ask(.get, "/api/v1/jobs").object["items"]
            #expect(jobs?[0]?["warnings"] == .array([.string("There is no wildcard \"beast\".")]))
            #expect(jobs?[0]?["notices"] == .array([.object([
                "reason": "unknown_wildcard", "values": .object(["name": "beast"]), "message": "There is no wildcard \"beast\".",
            ])]))
            #expect(walk.log.lines.contains { $0.hasPrefix("warning Job has warnings") })
            #expect(!walk.log.lines.contains { $0.contains("beast") })
        }
    }

    @Test(
        "an option that is written is read, with an effect or none; the log tells of one without; nothing is changed with a bad one")
    func options() async throws {
        let walk = try Walk()
        try await walk.run { client async throws in
            let before = try await client.ask(.get, "/sdapi/v1/options").object
            #expect(before["send_seed"] == .bool(true))
            #expect(try await client.ask(.post, "/sdapi/v1/options", #"{"send_seed": false, "CLIP_stop_at_last_layers": 2}"#).status == .ok)
            let after = try await client.ask(.get, "/sdapi/v1/options").object
            #expect(after["send_seed"] == .bool(false) && after["CLIP_stop_at_last_layers"] == .integer(2))
            #expect(walk.log.lines.contains { $0.contains("Options without an effect are kept") && $0.contains("send_seed") })
            #expect(
                try await client.ask(
                    .post, "/sdapi/v1/options", #"{"send_seed": 5, "CLIP_stop_at_last_layers": 3}"#).status == .unprocessableContent)
            #expect(walk.settings.current.requests.clipSkip == 2)
            // All that was got can be sent back.
            let all = String(decoding: try JSONEncoder().encode(after), as: UTF8.self)
            #expect(try await client.ask(.post, "/sdapi/v1/options", all).status == .ok)
            #expect(try await client.ask(.get, "/sdapi/v1/options").object == after)
        }
    }

    @Test("what SD.Next's clients ask for is answered as there: checkpoint, modules, history, status")
    func ofSDNext() async throws {
        let walk = try Walk()
        try await walk.run { client async throws in
            let checkpoint = try await client.ask(.get, "/sdapi/v1/checkpoint").object
            #expect(checkpoint["name"] == .string("demo") && checkpoint["class"] == .string("StableDiffusionPipeline"))
            let modules = try await client.ask(.get, "/sdapi/v1/modules").object
            #expect(
                modules["modules"]?[0]?["class"] == .string("UNet2DConditionModel") && modules["modules"]?[0]?[
                    "device"] == .string("GPU.0"))
            #expect(try await client.ask(.post, "/sdapi/v1/checkpoint?sd_model_checkpoint=anime.safetensors").object == ["ok": .bool(true)])
            #expect(walk.settings.current.requests.model == "anime" && walk.engine.seen.loads == ["anime"])
            #expect(try await client.ask(.post, "/sdapi/v1/checkpoint?sd_model_checkpoint=nope").status == .unprocessableContent)
            _ = try await client.ask(.post, "/sdapi/v1/txt2img", Self.small)
            let history = try await client.ask(.get, "/sdapi/v1/history").list
            #expect(history[0]["op"] == .string("done") && history[0]["job"] == .string("txt2img"))
            guard case .string(let id)? = history[0]["id"] else { return }
            #expect(try await client.ask(.get, "/sdapi/v1/history?id=\(id)").list == history)
            #expect(try await client.ask(.get, "/sdapi/v1/history?id=nope").list == [])
            let status = try await client.ask(.get, "/sdapi/v1/system-info/status?full=true&refresh=true").object
            #expect(status["version"]?["version"] == .string("1.2.3") && status["model"]?["configured"] == .string("anime.safetensors"))
            #expect(status["state"]?["jobs"] == .integer(0))
        }
    }

    @Test("the log's latest lines are told without places, clients, prompts and the words of errors")
    func recentLog() async throws {
        try await Walk().run { client async throws in
            #expect(try await client.ask(.post, "/sdapi/v1/txt2img", Self.small).status == .ok)
            let lines = try await client.ask(.get, "/sdapi/v1/log?lines=0").list
            guard case .string(let text)? = lines.first(
                where: { if case .string(let line) = $0 { line.contains("Job accepted") } else { false } }) else {
                Issue.record("\(lines)")
                return
            }
            #expect(text.contains("pictures=2") && !text.contains("client="))
            #expect(!lines.contains { if case .string(let line) = $0 { line.contains("red apple") } else { true } })
            #expect(try await client.ask(.get, "/sdapi/v1/log?lines=1").list.count == 1)
            #expect(try await client.ask(.get, "/sdapi/v1/log?lines=x").status == .unprocessableContent)
            _ = try await client.ask(.get, "/sdapi/v1/log?clear=true")
            #expect(try await client.ask(.get, "/sdapi/v1/log?lines=0").list.count < lines.count)
        }
        let log = RecentLog()
        let logger = Logger(label: "test") { _ in log.handler() }
        logger.info("Read /home/me/models/a.safetensors", metadata: ["error": "secret", "prompt": "secret", "job": "j1"])
        logger.debug("quiet")
        for number in 0..<1000 { logger.info("\(number)") }
        #expect(log.lines(limit: 0).count == RecentLog.capacity && log.lines(limit: 2).last?.hasSuffix(" info 999") == true)
        log.clear()
        logger.info("Read /home/me/models/a.safetensors", metadata: ["error": "secret", "prompt": "secret", "job": "j1"])
        #expect(log.lines(limit: 0).first?.hasSuffix(" info Read a.safetensors job=j1") == true)
    }

    @Test("settings of one request are those of that request, unless they are to stay")
    func overriddenSettings() async throws {
        let walk = try Walk()
        try await walk.run { client async throws in
            func draw(_ more: String) async throws {
                let body = #"{"prompt": "a", "steps": 2, "width": 64, "height": 64, "override_settings": {"CLIP_stop_at_last_layers": "#
                    + #"2}\#(more)}"#
                #expect(try await client.ask(.post, "/sdapi/v1/txt2img", body).status == .ok)
            }
            try await draw("")
            #expect(walk.engine.painter.draws.last?.requests.first?.clipSkip == 2)
            #expect(walk.settings.current.requests.clipSkip == 1)
            try await draw(#", "override_settings_restore_afterwards": false"#)
            #expect(walk.settings.current.requests.clipSkip == 2)
        }
    }
}
