import Files
import Foundation
import Generation
import ImageCodecs
import Jobs
import Sampling
import Settings
import Testing
import WebAPI

@Suite("Easel's own API")
struct EaselTests {
    private func submission(_ json: String, _ changes: [String: String] = [:]) throws -> JobRequest {
        try JobSubmission(body: Data(json.utf8), context(changes)).job
    }

    @Test("every field of a generation can be said, and comes back in the job's answer")
    func everything() throws {
        let text = #"""
            {"prompt": "a cat", "negative_prompt": "dog", "styles": ["anime"], "width": 256, "height": 384, "steps": 5,
            "sampler": "Heun", "schedule": "karras",
             "cfg_scale": 3.5, "seed": 9, "batch_size": 2, "noise": "philox", "tiling": "y", "emphasis": "ignore", "clip_skip": 2,
                 "comma_backtrack": 7,
             "pad_conditionings": true, "schedule_counting": "a1111", "original_size": "1024x768", "crop_top_left": "0,128",
             "target_size": "640x512",
             "clip_skip_sdxl": "forge", "zero_empty_negative": false, "subseed": 77, "subseed_strength": 0.25,
             "seed_resize_from": "512x640", "eta": 0.5, "s_churn": 1.5, "s_tmin": 0.25, "s_tmax": 9, "s_noise": 1.01, "solver_order": 2,
             "uni_pc_variant": "bh2", "uni_pc_lower_order_final": false, "eta_noise_seed_delta": 31337, "rho": 5, "sigma_min": 0.1,
             "sigma_max": 10, "always_discard_next_to_last_sigma": true, "zero_terminal_snr": true,
             "beta_dist_alpha": 0.5, "beta_dist_beta": 0.7,
             "guidance_rescale": 0.75, "cfg_start": 0.1, "cfg_end": 0.9, "skip_early_cond": 0.2, "s_min_uncond": 3,
             "s_min_uncond_all": true, "vae_tiling": "on", "vae_decoder": "tiny", "vae_encoder": "tiny",
             "grading_brightness": 0.1, "grading_contrast": 0.2, "grading_saturation": -0.3, "grading_hue": -0.4, "grading_gamma": 0.9,
             "grading_sharpness": 1.5, "grading_color_temp": 5000, "grading_shadows": 0.3, "grading_midtones": -0.1,
             "grading_highlights": 1, "grading_clahe_clip": 2.25, "grading_clahe_grid": 4,
             "grading_shadows_tint": "#003366", "grading_highlights_tint": "#ffcc00",
             "grading_split_tone_balance": 0.7, "grading_vignette": 0.5, "grading_grain": 0.3, "hdr_mode": 1, "hdr_brightness": 1.5,
             "hdr_color": 0.5, "hdr_sharpen": -1, "hdr_clamp": true, "hdr_boundary": 3.5, "hdr_threshold": 0.8, "hdr_maximize": true,
             "hdr_max_center": 0.7, "hdr_max_boundary": 1.9, "hdr_color_picker": "#ff0000", "hdr_tint_ratio": 0.25,
             "strength": 0.4, "resize_mode": "crop", "upscaler_for_img2img": "RealESRGAN_x2plus",
             "fix_steps": true, "noise_multiplier": 0.9,
             "extra_noise": 0.05, "posterior": "sample-first",
             "background": "#00ff00", "color_correction": true, "mask_blur": 8, "invert_mask": true, "masked_content": "noise",
             "only_masked": true, "padding": 48, "mask_weight": 0.5, "mask_round": false, "overlay_original": false,
             "soft_inpainting": true, "soft_bias": 2, "soft_preservation": 1, "soft_contrast": 8, "soft_influence": 0.25,
             "soft_threshold": 0.75, "soft_threshold_contrast": 3,
             "extend_left": 0, "extend_top": 0, "extend_right": 0, "extend_bottom": 0,
             "hires": false, "hires_sampler": "DDIM", "hires_schedule": "exponential", "hires_prompt": "a tiger",
             "hires_negative_prompt": "lions", "hires_scale": 1.5, "hires_width": 640, "hires_height": 0, "hires_steps": 3,
             "hires_upscaler": "4x-Sharp",
             "upscaling": "off", "upscale_by": 3, "upscale_width": 1024, "upscale_height": 0, "upscale_crop": false, "upscaler": "4x-Sharp",
             "upscaler_2": "Nearest", "upscaler_2_visibility": 0.25, "tile_overlap": 32,
             "source_pictures": ["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"],
             "mask": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
             "preview_interval": 3, "model": "anime", "runs": 4, "priority": -5}
            """#
        var context = try context()
        context.inputSize = { _ in PictureSize(width: 64, height: 64) }
        let job = try JobSubmission(body: Data(text.utf8), context).job
        #expect((job.model, job.runs, job.priority, job.client) == ("anime", 4, -5, "tester"))
        let answer = try json(WebJSON.text(JobAnswer(Job(job), position: 3)))
        #expect(try answer["request"] == json(text))
        // What came back can be sent again, but for nothing.
        #expect(try JobSubmission(body: WebJSON.data(answer["request"]), context).job == job)
        let others = ["preview_interval", "model", "runs", "priority", "source_pictures", "mask"]
        #expect(answer["request"]?.keys == Set(GenerationField.all.map(\.key) + others))
    }

    @Test("the settings say what a submission does not")
    func settings() throws {
        let job = try submission("{}", ["clip_skip": "3", "preview_steps": "2", "emphasis": "none", "comma_backtrack": "1"])
        #expect((job.generation.clipSkip, job.previewInterval, job.generation.emphasis, job.generation.commaBacktrack) == (3, 2, .none, 1))
        #expect((job.generation.seed, job.generation.steps, job.model) == (4711, 20, "demo"))
    }

    @Test("what a submission leaves out is the model's default, then the setting, and its own size", arguments: [
        (#"{"model": "own"}"#, (12, 4, "DPM++ 2M", "karras", 512, 768, 2, "lowres"),
            ["steps", "cfg_scale", "sampler", "schedule", "width", "height", "clip_skip", "negative_prompt"]),
        // The schedule is that of the sampler.
        (#"{"model": "own", "sampler": "Euler a", "negative_prompt": "", "steps": null}"#,
            (12, 4, "Euler a", "automatic", 512, 768, 2, ""), ["steps", "cfg_scale", "width", "height", "clip_skip"]),
        (#"{"model": "own", "schedule": "normal", "width": 256, "height": 256, "steps": 3, "cfg_scale": 2, "clip_skip": 1}"#,
            (3, 2, "DPM++ 2M", "normal", 256, 256, 1, "lowres"), ["sampler", "negative_prompt"]),
        (#"{"model": "plain"}"#, (20, 7, "Euler", "automatic", 768, 768, 3, ""), []),
        (#"{"model": "unread"}"#, (20, 7, "Euler", "automatic", 512, 512, 3, ""), []),
    ] as [(String, (Int, Float, String, String, Int, Int, Int, String), [String])])
    func modelDefaults(
        body: String, expected: (Int, Float, String, String, Int, Int, Int, String), filled: [String]
    ) throws {
        var context = try context(["clip_skip": "3"])
        context.models = ModelCatalog([
            ModelSummary(name: "own", sha256: nil, file: "own", isLoaded: false, nativeSize: 768, defaults: someDefaults),
            ModelSummary(name: "plain", sha256: nil, file: "plain", isLoaded: false, nativeSize: 768),
            ModelSummary(name: "unread", sha256: nil, file: "unread", isLoaded: false),
        ], current: "plain")
        let submission = try JobSubmission(body: Data(body.utf8), context)
        let drawn = submission.job.generation
        #expect((drawn.steps, drawn.cfgScale, drawn.sampler.name, drawn.schedule.name) == (expected.0, expected.1, expected.2, expected.3))
        #expect((drawn.width, drawn.height, drawn.clipSkip, drawn.negativePrompt) == (expected.4, expected.5, expected.6, expected.7))
        #expect(submission.modelDefaults == filled)
        #expect(try json(WebJSON.text(AcceptedAnswer(Job(submission.job), modelDefaults: filled)))["model_defaults"]
            == .array(filled.map(JSONValue.string)))
    }

    @Test("A1111's and OpenAI's requests know nothing of a model's defaults")
    func otherFaces() throws {
        var context = try context()
        context.models = ModelCatalog(
            [ModelSummary(name: "demo", sha256: nil, file: "demo", isLoaded: false, nativeSize: 768, defaults: someDefaults)], current: "demo")
        #expect(try A1111Request(body: Data("{}".utf8), context).job.generation.cfgScale == 7)
        #expect(try ImageGenerationRequest(body: Data(#"{"prompt": "a"}"#.utf8), context).job.generation.cfgScale == 7)
    }

    @Test("a schedule may be fused to the sampler's name, and comes first by itself")
    func schedules() throws {
        #expect(try submission(#"{"sampler": "DPM++ 2M Karras"}"#).generation.schedule == .karras)
        #expect(try submission(#"{"sampler": "DPM++ 2M Karras", "schedule": "normal"}"#).generation.schedule == .normal)
        #expect(try submission(#"{"sampler": "DPM++ 2M"}"#).generation.schedule == .automatic)
    }

    @Test("what is wrong is told with its field", arguments: [
        (#"{"stepz": 5}"#, "stepz"), (#"{"priority": 101}"#, "priority"), (#"{"runs": 0}"#, "runs"), (#"{"runs": 65}"#, "runs"),
            (#"{"model": "nope"}"#, "model"), (#"{"schedule": "nope"}"#, "schedule"), (#"{"noise": "nope"}"#, "noise"),
            (#"{"emphasis": "nope"}"#, "emphasis"),
        (#"{"preview_interval": 9e18}"#, "preview_interval"), (#"{"comma_backtrack": 1e9}"#, "comma_backtrack"), (#"{"seed": -5}"#, "seed"),
            (#"{"prompt": "a\u0000b"}"#, "prompt"), (#"{"styles": ["a\u0000b"]}"#, "styles"), (#"{"steps": 1e400}"#, "steps"),
            (#"{"seed": true}"#, "seed"),
            (#"{"preview_interval": -1}"#, "preview_interval"), (#"{"clip_skip": 0}"#, "clip_skip"),
            (#"{"comma_backtrack": -1}"#, "comma_backtrack"),
        (#"{"schedule_counting": "forge"}"#, "schedule_counting"),
        (#"{"width": 12}"#, "width"), (#"{"batch_size": 65}"#, "batch_size"), (#"{"original_size": "big"}"#, "original_size"),
            (#"{"crop_top_left": "0x8"}"#, "crop_top_left"), (#"{"target_size": "0x8"}"#, "target_size"),
            (#"{"clip_skip_sdxl": "all"}"#, "clip_skip_sdxl"),
        (#"{"zero_empty_negative": "maybe"}"#, "zero_empty_negative"), (#"{"tiling": "z"}"#, "tiling"),
        (#"{"grading_lut_file": "x.cube"}"#, "grading_lut_file"),
        (##"{"grading_shadows_tint": "#fff"}"##, "grading_shadows_tint"), (#"{"hdr_mode": 2}"#, "hdr_mode"),
        (#"{"hdr_clamp": "much"}"#, "hdr_clamp"), (#"{"grading_clahe_grid": 2.5}"#, "grading_clahe_grid"),
    ])
    func refusals(_ body: String, field: String) {
        let error = refusal { _ = try submission(body) }
        #expect(error?.kind == .invalidValue && error?.field == field)
    }

    @Test("an idempotency key is 1 to 255 bytes long")
    func idempotencyKey() throws {
        #expect(try JobSubmission.idempotencyKey(nil) == nil)
        #expect(try JobSubmission.idempotencyKey("k") == "k")
        for key in ["", String(repeating: "k", count: 256)] {
            #expect(refusal { _ = try JobSubmission.idempotencyKey(key) }?.field == "Idempotency-Key")
        }
    }

    @Test("a job that is done has its pictures' addresses; what it has not is null")
    func done() throws {
        var job = Job(try submission("{}"), submittedAt: Date(timeIntervalSince1970: 0))
        job.state = .done
        job.pictures = [PictureID(job.id, 0)]
        let answer = try json(WebJSON.text(JobAnswer(job)))
        #expect(answer["submitted_at"] == .string("1970-01-01T00:00:00Z") && answer["state"] == .string("done"))
        #expect(answer["failure_reason"] == .null && answer["failure_values"] == .null)
        #expect(answer["position"] == .null && answer["failure"] == .null && answer["ended_at"] == .null && answer["progress"] == .null)
        #expect(answer["pictures"] == .array([.object([
                        "id": .string("\(job.id)-0"), "url": .string("/api/v1/images/\(job.id)-0.png"),
                        "thumbnail_url": .string("/api/v1/images/\(job.id)-0/thumb")
        ])]))
    }

    @Test("each event has its name, and no more than belongs to it", arguments: [
        (.queued(position: 2), "queued", #"{"position": 2}"#), (.started(attempt: 1), "started", #"{"attempt": 1}"#),
            (
                .compiling(Compiling(.denoiser, device: "GPU.0", shape: "any shape", reason: .newSize)), "compiling",
                #"{"component": "unet", "device": "GPU.0", "shape": "any shape", "reason": "new size"}"#
            ), (.encoding, "encoding", "{}"),
            (.encodingPictures(tile: TileProgress(3, of: 9)), "encoding", #"{"tile": 3, "tiles": 9}"#),
            (
                .moved(Move(
                    stage: .decode, from: Placement(device: "GPU", precision: .f16), to: .reference, reason: "It failed.",
                    cause: ErrorReason(.deviceFailed))),
                "moved", #"""
                {"component": "vae", "device": "CPU", "precision": "f32", "text": "It failed. The VAE now runs on CPU in f32.",
                "failure_reason": "device_failed", "failure_values": {}}
                """#
            ),
        (.step(done: 13, total: 20, RunProgress(run: 1, runCount: 2, step: 3, stepCount: 10)), "step",
            #"{"n": 13, "of": 20, "run": 2, "runs": 2, "run_step": 3, "run_steps": 10}"#),
            (.pictures([], run: 0, runCount: 2), "pictures", #"{"pictures": [], "run": 1, "runs": 2}"#),
            (.decoding(index: 0, total: 2), "decoding", #"{"n": 0, "of": 2}"#),
            (.decoding(index: 1, total: 2, tile: TileProgress(0, of: 4)), "decoding", #"{"n": 1, "of": 2, "tile": 0, "tiles": 4}"#),
            (.upscaling(tile: 3, of: 9), "upscaling", #"{"n": 3, "of": 9}"#),
            (
                .warned([Notice(.vaeTiles, ["count": 9], "Hm.")]), "warnings",
                #"{"warnings": ["Hm."], "notices": [{"reason": "vae_tiles", "values": {"count": 9}, "message": "Hm."}]}"#
            ), (
                .failed(PublicReason(ErrorReason(.tookTooLong, ["minutes": 5]), "Too long.")), "failed",
                #"{"error": "Too long.", "failure_reason": "took_too_long", "failure_values": {"minutes": 5}}"#
            ),
            (.cancelled, "cancelled", "{}"), (.done([]), "done", #"{"pictures": []}"#)
    ] as [(JobEvent, String, String)])
    func events(_ event: JobEvent, name: String, details: String) throws {
        let job = JobID()
        let answer = EventAnswer(event, of: job, at: Date(timeIntervalSince1970: 0))
        guard case .object(var expected) = try json(details) else { return }
        expected["event"] = .string(name)
        expected["job"] = .string("\(job)")
        expected["time"] = .string("1970-01-01T00:00:00Z")
        #expect(answer.name == name && answer.isFinal == event.isFinal)
        #expect(try json(String(decoding: answer.data, as: UTF8.self)) == .object(expected))
        #expect(!answer.data.contains(UInt8(ascii: "\n")))
    }

    @Test("previews are data URLs of small pictures")
    func previews() throws {
        let answer = EventAnswer(.preview([RGBImage(width: 8, height: 4, pixels: Array(repeating: 128, count: 96))]), of: JobID(), at: .now)
        guard case .array(let previews)? = try json(String(decoding: answer.data, as: UTF8.self))["previews"],
            case .string(let url)? = previews.first
        else {
            Issue.record("There are no previews.")
            return
        }
        let prefix = "data:image/jpeg;base64,"
        #expect(url.hasPrefix(prefix))
        let file = try #require(Data(base64Encoded: String(url.dropFirst(prefix.count))))
        #expect(try DecodedImage(decoding: [UInt8](file)).image.width == 8)
    }

    @Test("settings are listed with what they mean and whose they are, without paths")
    func settingAnswers() throws {
        let answers = try SettingAnswer.all(context(["clip_skip": "2"]).settings)
        #expect(answers.map(\.key) == Setting.ofClients.map(\.key))
        let clipSkip = try #require(answers.first { $0.key == "clip_skip" })
        #expect(
            (clipSkip.value, clipSkip.default, clipSkip.source, clipSkip.environment) == (
                .integer(2), .integer(1), "change", "EASEL_CLIP_SKIP"
            ))
        #expect(answers.first { $0.key == "model" }?.source == "default")
        #expect(clipSkip.choices == [])
        #expect(answers.first { $0.key == "pad_conditionings" }?.choices == ["true", "false"])
        #expect(answers.first { $0.key == "openvino_accuracy_vae" }?.choices.prefix(2) == ["", "auto"])
    }

    @Test(
        "settings tell their kind, their unit and their range",
        arguments: [
            ("openvino_devices", .devices, nil, nil), ("openvino_accuracy", .choice, nil, nil), ("pad_conditionings", .flag, nil, nil),
            ("preview_steps", .whole, .steps, 0...1000), ("keep_days", .number, .days, 0...36500),
            ("auto_error_bound", .fraction, nil, 0...1),
            ("disk_cache_bytes", .bytes, .bytes, nil), ("model", .text, nil, nil), ("s_noise", .number, nil, 0...10),
            ("zero_terminal_snr", .flag, nil, nil), ("uni_pc_variant", .choice, nil, nil), ("solver_order", .whole, nil, 1...4),
        ] as [(String, SettingKind, SettingUnit?, ClosedRange<Double>?)])
    func kinds(key: String, kind: SettingKind, unit: SettingUnit?, range: ClosedRange<Double>?) throws {
        let answer = try #require(SettingAnswer.all(EaselSettings()).first { $0.key == key })
        #expect((answer.kind, answer.unit) == (kind, unit))
        #expect((answer.minimum, answer.maximum) == (range?.lowerBound, range?.upperBound))
        #expect(answer.choices.isEmpty == ![.choice, .flag].contains(kind))
    }

    @Test("every choice of a setting is accepted")
    func choices() throws {
        let settings = Setting.ofClients.filter { !$0.choices.isEmpty }
        #expect(settings.count > 5)
        for setting in settings {
            for choice in setting.choices { _ = try context([setting.key: choice]) }
        }
    }

    @Test("a change of settings is read as text; null gives back the default")
    func settingsChange() throws {
        let change = try SettingsChange(
            body: Data(#"{"values": {"clip_skip": 2, "model": null, "openvino_devices": ["GPU"]}, "keep": true}"#.utf8))
        #expect(change.values == ["clip_skip": "2", "model": nil, "openvino_devices": #"["GPU"]"#] && change.isKept)
        #expect(refusal { _ = try SettingsChange(body: Data(#"{"clip_skip": 2}"#.utf8)) }?.field == "clip_skip")
        #expect(refusal { _ = try SettingsChange(body: Data("{}".utf8)) }?.field == "values")
    }

    @Test("a list's query is read", arguments: [(nil, 50), ("", 50), ("1", 1), ("200", 200)] as [(String?, Int)])
    func limits(_ text: String?, limit: Int) throws {
        #expect(try ListQuery(limit: text, before: nil).limit == limit)
    }

    @Test("a list's query is refused when it is none")
    func wrongQueries() throws {
        for limit in ["0", "201", "-1", "x", "1.5"] { #expect(refusal { _ = try ListQuery(limit: limit, before: nil) }?.field == "limit") }
        let query = try ListQuery(limit: nil, before: "../../etc")
        #expect(refusal { _ = try query.beforeJob }?.field == "before")
        #expect(refusal { _ = try query.beforePicture }?.field == "before")
        #expect(refusal { _ = try ListQuery.state("sleeping") }?.field == "state")
        #expect(try ListQuery.state("queued") == .queued && ListQuery.state("") == nil)
        let job = JobID()
        #expect(try ListQuery(limit: nil, before: "\(job)").beforeJob == job)
        #expect(try ListQuery(limit: nil, before: "\(job)-3").beforePicture == PictureID(job, 3))
    }

    @Test("readiness has its status of HTTP")
    func readiness() {
        #expect(ReadinessAnswer(.ready(model: "demo")).httpStatus == 200)
        #expect(ReadinessAnswer(.loading(model: "demo")).httpStatus == 503)
        let failed = ReadinessAnswer(.failed(
            model: "demo", reason: PublicReason(.noDevice("GPU", found: ["CPU"], setting: "openvino_devices"), "There is no GPU.")))
        #expect(failed.reason == "There is no GPU." && failed.reasonCode == .noDevice)
        #expect(failed.values == ["name": .string("GPU"), "devices": .array([.string("CPU")]), "setting": .string("openvino_devices")])
    }

    @Test("the queue is told of with what is known of its time")
    func queue() throws {
        let answer = QueueAnswer(QueueState(isPaused: true, waitingCount: 2, runningCount: 1, remainingSeconds: nil))
        #expect(
            try json(WebJSON.text(answer)) == json(#"{"is_paused": true, "waiting": 2, "running": 1, "remaining_seconds": null}"#))
    }

    @Test("changes of the queue are read strictly", arguments: [
        ("{}", "is_paused", .missing), (#"{"is_paused": 5}"#, "is_paused", .wrongType), (#"{"paused": true}"#, "paused", .unknownField),
    ] as [(String, String, ErrorReason.Name)])
    func queueChanges(_ body: String, field: String, reason: ErrorReason.Name) throws {
        let error = refusal { _ = try QueueChange(body: Data(body.utf8)) }
        #expect(error?.field == field && error?.errorName == reason)
        #expect(try QueueChange(body: Data(#"{"is_paused": true}"#.utf8)).isPaused)
    }

    @Test("another place in the queue is read strictly", arguments: [
        ("{}", "position", .missing), (#"{"position": "first"}"#, "position", .wrongType), (#"{"position": -1}"#, "position", .outOfRange),
        (#"{"position": 1, "priority": 2}"#, "priority", .unknownField),
    ] as [(String, String, ErrorReason.Name)])
    func jobChanges(_ body: String, field: String, reason: ErrorReason.Name) throws {
        let error = refusal { _ = try JobChange(body: Data(body.utf8)) }
        #expect(error?.field == field && error?.errorName == reason)
        #expect(try JobChange(body: Data(#"{"position": 3}"#.utf8)).position == 3)
    }

    @Test("prompts and reloads are read strictly")
    func small() throws {
        var settings = EaselSettings()
        settings.limits.promptLength = 1
        func read(_ json: String) throws -> PromptRequest { try PromptRequest(body: Data(json.utf8), settings) }
        let plain = try read(#"{"prompt": "x"}"#)
        #expect((plain.prompt, plain.steps, plain.sampler, plain.scheduleCounting) == ("x", 20, .euler, .sdnext))
        let full = try read(#"{"prompt": "x", "steps": 7, "sampler": "heun", "schedule_counting": "a1111"}"#)
        #expect((full.prompt, full.steps, full.sampler, full.scheduleCounting) == ("x", 7, .heun, .a1111))
        settings.requests.scheduleCounting = .a1111
        #expect(try read(#"{"prompt": "x"}"#).scheduleCounting == .a1111)
        #expect(
            refusal { _ = try read(#"{"prompt": "xy"}"#) }?.message
                == "prompt has 2 characters, over the limit of 1 (setting max_prompt_length).")
        #expect(refusal { _ = try read(#"{"prompt": "x", "steps": 151}"#) }?.errorName == .tooManySteps)
        #expect(refusal { _ = try read("{}") }?.field == "prompt")
        #expect(refusal { _ = try read(#"{"prompt": "x", "steps": 0}"#) }?.field == "steps")
        #expect(try ReloadRequest(body: Data()).keepsDiskCache)
        #expect(try !ReloadRequest(body: Data(#"{"keep_disk_cache": false}"#.utf8)).keepsDiskCache)
        #expect(refusal { _ = try ReloadRequest(body: Data(#"{"x": false}"#.utf8)) }?.field == "x")
    }
}
