import Files
import Foundation
import Generation
import ImageCodecs
import Jobs
import Sampling
import Settings
import Testing
import WebAPI

@Suite("A1111's txt2img")
struct TextToImageTests {
    @Test(
        "nothing at all is A1111's defaults, with any seed",
        arguments: ["", "{}", #"{"prompt": null, "steps": null, "styles": null, "unknown": [1]}"#])
    func defaults(_ body: String) throws {
        let request = try textToImage(body)
        let generation = request.job.generation
        #expect((generation.steps, generation.cfgScale, generation.width, generation.height) == (50, 7, 512, 512))
        #expect((generation.sampler, generation.schedule, generation.seed, generation.batchSize) == (.euler, .automatic, 4711, 1))
        #expect((request.job.model, request.job.runs, request.job.client) == ("demo", 1, "tester"))
        #expect(request.sendsImages && request.format == .png && request.ignored == [] && request.settingChanges == [:])
    }

    @Test("what Open WebUI sends is drawn")
    func openWebUI() throws {
        let request = try textToImage(#"""
            {"prompt": "a cat", "batch_size": 2, "width": 512, "height": 768, "steps": 20, "negative_prompt": "", "cfg_scale": 7.5,
             "sampler_name": "Euler a", "scheduler": "Karras"}
            """#)
        let generation = request.job.generation
        #expect((generation.prompt, generation.batchSize, generation.height, generation.cfgScale) == ("a cat", 2, 768, 7.5))
        #expect((generation.sampler, generation.schedule) == (.eulerAncestral, .karras))
    }

    @Test("what SillyTavern sends is drawn, and what has no effect is told")
    func sillyTavern() throws {
        let request = try textToImage(#"""
            {"prompt": "portrait", "negative_prompt": "lowres", "sampler_name": "DPM++ 2M", "scheduler": "Automatic", "steps": 20,
            "cfg_scale": 7,
             "width": 512, "height": 512, "restore_faces": true, "enable_hr": false, "hr_upscaler": "Latent", "hr_scale": 1.5,
             "hr_additional_modules": [], "denoising_strength": 0.7, "hr_second_pass_steps": 0, "clip_skip": 2,
             "override_settings": {"CLIP_stop_at_last_layers": 2, "sd_vae": "Automatic", "forge_additional_modules": []},
             "override_settings_restore_afterwards": true, "save_images": true, "send_images": true, "do_not_save_grid": false,
             "do_not_save_samples": false, "alwayson_scripts": {"ADetailer": {"args": [true, true, {"ad_model": "face_yolov8n.pt"}]}}}
            """#)
        #expect(request.job.generation.clipSkip == 2)
        // A1111's "Automatic" is Karras for this sampler.
        #expect(request.job.generation.sampler.followed(request.job.generation.schedule) == .karras)
        #expect(request.ignored == ["restore_faces", "alwayson_scripts.ADetailer", "override_settings.forge_additional_modules"])
    }

    @Test("what LibreChat sends is drawn: the sampler stands in sampler_index, with its schedule")
    func libreChat() throws {
        let request = try textToImage(#"""
            {"prompt": "photo", "negative_prompt": "blurry", "cfg_scale": 4.5, "steps": 22, "width": 1024, "height": 1024,
             "sampler_index": "DPM++ 2M Karras"}
            """#)
        #expect((request.job.generation.sampler, request.job.generation.schedule) == (.dpmpp2M, .karras))
    }

    @Test("what webuiapi sends by itself is drawn, with nothing to complain of")
    func webuiapi() throws {
        let request = try textToImage(#"""
            {"enable_hr": false, "hr_scale": 2, "hr_upscaler": "Latent", "hr_second_pass_steps": 0, "hr_resize_x": 0, "hr_resize_y": 0,
             "hr_checkpoint_name": null, "hr_sampler_name": null, "hr_scheduler": null, "hr_prompt": "", "hr_negative_prompt": "",
             "denoising_strength": 0.7, "firstphase_width": 0, "firstphase_height": 0, "prompt": "cute squirrel", "styles": ["anime"],
             "seed": 1003,
             "subseed": -1, "subseed_strength": 0.0, "seed_resize_from_h": 0, "seed_resize_from_w": 0, "batch_size": 1, "n_iter": 3,
             "steps": 20,
             "cfg_scale": 7, "width": 512, "height": 512, "restore_faces": false, "tiling": false, "do_not_save_samples": false,
             "do_not_save_grid": false, "negative_prompt": "ugly", "eta": 1.0, "s_churn": 0, "s_tmax": 0, "s_tmin": 0, "s_noise": 1,
             "override_settings": {}, "override_settings_restore_afterwards": true, "sampler_name": "Euler a", "scheduler": "automatic",
             "sampler_index": "Euler a", "script_name": null, "script_args": [], "send_images": true, "save_images": false,
             "alwayson_scripts": {}}
            """#)
        #expect(request.ignored == [])
        #expect((request.job.runs, request.job.generation.seed, request.job.generation.styles) == (3, 1003, ["anime"]))
    }

    @Test("a sampler is named in either field, in any case; a scheduler comes before the name's schedule", arguments: [
        (#"{"sampler_name": "dpm++ 2m karras"}"#, .dpmpp2M, .karras), (#"{"sampler_index": "EULER A"}"#, .eulerAncestral, .automatic),
            (#"{"sampler_name": "Heun", "sampler_index": "DDIM"}"#, .heun, .automatic),
            (#"{"sampler_name": "", "sampler_index": "DDIM"}"#, .ddim, .automatic),
        (#"{"sampler_name": "DPM++ 2M Karras", "scheduler": "exponential"}"#, .dpmpp2M, .exponential),
            (#"{"sampler_name": "DPM++ 2M Karras", "scheduler": ""}"#, .dpmpp2M, .karras),
            (#"{"sampler_name": "DPM++ 2M"}"#, .dpmpp2M, .automatic),
            (#"{"sampler_name": "DPM++ 2M Karras", "scheduler": "Automatic"}"#, .dpmpp2M, .karras),
            (#"{"sampler_name": "DPM++ 2M", "scheduler": "Uniform"}"#, .dpmpp2M, .uniform),
            (#"{"scheduler": "SGM Uniform"}"#, .euler, .sgmUniform)
    ] as [(String, Sampler, Schedule)])
    func samplers(_ body: String, sampler: Sampler, schedule: Schedule) throws {
        let generation = try textToImage(body).job.generation
        #expect((generation.sampler, generation.schedule) == (sampler, schedule))
    }

    @Test("numbers may be written as text or with a fraction of nothing", arguments: [
            (#"{"steps": "12", "seed": "-1"}"#, 12, 4711), (#"{"steps": 12.0, "seed": 5.0}"#, 12, 5),
            (#"{"steps": "12.0", "seed": ""}"#, 12, 4711),
        (#"{"steps": 12, "seed": 4294967295}"#, 12, 4_294_967_295), (#"{"steps": 12, "seed": -1.0}"#, 12, 4711),
        (#"{"steps": 12, "seed": 18446744073709551615}"#, 12, .max), (#"{"steps": 12, "seed": "18446744073709551615"}"#, 12, .max),
        (#"{"steps": 12, "seed": 9223372036854775808}"#, 12, 9_223_372_036_854_775_808), (#"{"steps": 12, "seed": "-1"}"#, 12, 4711),
    ])
    func leniency(_ body: String, steps: Int, seed: UInt64) throws {
        let generation = try textToImage(body).job.generation
        #expect((generation.steps, generation.seed) == (steps, seed))
    }

    @Test("a value that cannot be drawn is refused with its field, what it is and what to use", arguments: [
        (#"{"steps": "many"}"#, "steps", #"steps cannot be "many". Use a whole number."#),
        (#"{"steps": 1.5}"#, "steps", "steps cannot be 1.5. Use a whole number."),
        (#"{"steps": true}"#, "steps", "steps cannot be true. Use a whole number."),
        (#"{"steps": [20]}"#, "steps", "steps cannot be a list. Use a whole number."),
        (#"{"cfg_scale": "nan"}"#, "cfg_scale", #"cfg_scale cannot be "nan". Use a number."#),
        (#"{"prompt": {"text": "x"}}"#, "prompt", "prompt cannot be an object. Use text."),
        (#"{"styles": [1]}"#, "styles", "styles cannot be a list. Use a list of texts."),
        (#"{"send_images": "maybe"}"#, "send_images", #"send_images cannot be "maybe". Use true or false."#),
        (#"{"override_settings": []}"#, "override_settings", "override_settings cannot be a list. Use an object."),
        (#"{"seed": -5}"#, "seed", "Seed -5 is out of range. Use 0 to 18446744073709551615, or -1 for any."),
        (#"{"seed": "-2"}"#, "seed", "Seed -2 is out of range. Use 0 to 18446744073709551615, or -1 for any."),
            (
                #"{"seed": 18446744073709551616}"#, "seed",
                "Seed 18446744073709551616 is out of range. Use 0 to 18446744073709551615, or -1 for any."
            ),
        (#"{"seed": 1.5}"#, "seed", "seed cannot be 1.5. Use a whole number."),
        (#"{"steps": 1e400}"#, "steps", "steps cannot be a number of that size. Use a whole number."),
        (#"{"steps": 1e30}"#, "steps", "steps 1000000000000000019884624838656 is out of range."),
            (
                #"{"clip_skip": 13}"#, "clip_skip",
                "Clip skip 13 is out of range. Use 1 to 12; 1 is the text encoder's last layer, 2 the one before it."
            ),
        (#"{"tiling": "z"}"#, "tiling", #"tiling cannot be "z". Use none, x, y, both."#),
        (#"{"tiling": 2}"#, "tiling", "tiling cannot be 2. Use true or false."),
        (#"{"override_settings": {"preview_steps": 9e18}}"#, "override_settings.preview_steps",
            #"override_settings.preview_steps cannot be "9000000000000000000". Use a whole number from 0 to 1000."#),
        (#"{"prompt": "a\u0000b"}"#, "prompt", "prompt has a NUL character (U+0000) at position 2. Leave it out."),
        (#"{"width": 500}"#, "width", "Width 500 is not a multiple of 8. Use 496 or 504."),
        (#"{"steps": 0}"#, "steps", "Steps 0 is out of range. Use 1 to 150."),
        (#"{"n_iter": 0}"#, "n_iter", "n_iter 0 is out of range. Use 1 to 64."),
        (#"{"cfg_scale": 1e300}"#, "cfg_scale", "CFG scale inf is out of range. Use 0 to 100; 1 turns guidance off."),
        (
            #"{"sampler_name": "Foo"}"#, "sampler_name",
            #"There is no sampler "Foo". Use \#(Sampler.all.map(\.name).joined(separator: ", "))."#),
        (
            #"{"sampler_index": "Foo"}"#, "sampler_index",
            #"There is no sampler "Foo". Use \#(Sampler.all.map(\.name).joined(separator: ", "))."#),
        (
            #"{"scheduler": "Foo"}"#, "scheduler",
            #"There is no scheduler "Foo". Use \#(Schedule.all.map(\.name).joined(separator: ", "))."#),
            (
                #"{"override_settings": {"sd_model_checkpoint": "x"}}"#, "override_settings.sd_model_checkpoint",
                #"There is no model "x". Use anime, demo."#
            ),
        (#"{"override_settings": {"samples_format": "bmp"}}"#, "override_settings.samples_format",
            #"override_settings.samples_format cannot be "bmp". Use png, jpeg or webp."#),
            (
                #"{"override_settings": {"sd_vae": "x.pt"}}"#, "override_settings.sd_vae",
                "Easel uses the VAE in the checkpoint's file. Use Automatic."
            ),
            (
                #"{"override_settings": {"randn_source": "TPU"}}"#, "override_settings.randn_source",
                #"override_settings.randn_source cannot be "TPU". Use CPU, GPU, NV."#
            )
    ])
    func refusals(_ body: String, field: String, message: String) {
        let error = refusal { _ = try textToImage(body) }
        #expect(error?.kind == .invalidValue && error?.field == field)
        #expect(error?.message == message)
    }

    @Test("a body that is no JSON object is refused as such", arguments: ["[]", "{", "\"prompt\"", "nul\0"])
    func malformed(_ body: String) {
        #expect(refusal { _ = try textToImage(body) }?.kind == .malformedBody)
    }

    @Test("half of a character is told with its field")
    func brokenText() {
        let error = refusal { _ = try textToImage(#"{"prompt": "a \ud83d"}"#) }
        #expect(error?.kind == .malformedBody && error?.field == "prompt" && error?.message.contains("half of a character") == true)
    }

    @Test("no style is no style, however that is written", arguments: [#"["None"]"#, #"[""]"#, "[null]", #""None""#, #""""#, "[]", "null"])
    func noStyles(_ styles: String) throws { #expect(try textToImage(#"{"styles": \#(styles)}"#).job.generation.styles == []) }

    @Test("what a model refuses is told under the client's name for the field", arguments: [
            (#"{"clip_skip": 3}"#, "clip_skip"),
            (#"{"override_settings": {"CLIP_stop_at_last_layers": 3}}"#, "override_settings.CLIP_stop_at_last_layers"),
        (#"{"clip_skip": 3, "override_settings": {"CLIP_stop_at_last_layers": 3}}"#, "clip_skip"),
        (#"{"infotext": "x\nSteps: 3, Sampler: Euler, Clip skip: 3"}"#, "clip_skip"),
    ])
    func namedErrors(_ body: String, field: String) throws {
        #expect(try textToImage(body).named(InvalidRequest(field: "clip_skip", "too many")) == InvalidRequest(field: field, "too many"))
    }

    @Test("options of samplers, variations and guidance are obeyed under A1111's names")
    func samplerOptions() throws {
        let generation = try textToImage(#"""
            {"sampler_name": "Euler a", "eta": 0.5, "s_noise": 1.01, "s_tmax": null, "s_churn": 2, "s_min_uncond": 2, "subseed": 5,
             "subseed_strength": 0.1, "seed_resize_from_w": 256, "seed_resize_from_h": 320,
             "override_settings": {"eta_noise_seed_delta": 31337, "rho": 5, "sigma_min": 0.1, "skip_early_cond": 0.2,
             "s_min_uncond_all": true, "always_discard_next_to_last_sigma": true, "uni_pc_order": 2, "eta_ancestral": 0.1,
             "sd_noise_schedule": "Zero Terminal SNR"}}
            """#).job.generation
        let options = generation.samplerOptions
        #expect((options.eta, options.noiseScale, options.churnMaximum, options.churn) == (0.5, 1.01, 0, 2))
        #expect((generation.variationSeed, generation.variationStrength) == (5, 0.1))
        #expect(generation.seedResizedFrom == PictureSize(width: 256, height: 320))
        #expect((generation.seedDelta, generation.scheduleOptions.rho, generation.scheduleOptions.sigmaMinimum) == (31337, 5, 0.1))
        #expect((generation.guidance.minimumSigma, generation.guidance.skipEarly) == (2, 0.2))
        #expect(generation.guidance.minimumSigmaAllSteps && generation.scheduleOptions.discardsPenultimate)
        #expect(options.order == 2 && generation.scheduleOptions.zeroTerminalSNR)
    }

    @Test("the setting for η counts for its kind of sampler, where the request says nothing", arguments: [
        (#"{"sampler_name": "Euler a", "override_settings": {"eta_ancestral": 0.25, "eta_ddim": 0.75}}"#, 0.25),
        (#"{"sampler_name": "DDIM", "override_settings": {"eta_ancestral": 0.25, "eta_ddim": 0.75}}"#, 0.75),
        (#"{"sampler_name": "Euler", "override_settings": {"eta_ancestral": 0.25, "eta_ddim": 0.75}}"#, nil),
        (#"{"sampler_name": "DDIM", "override_settings": {"eta_ancestral": 1, "eta_ddim": 0}}"#, nil),
    ] as [(String, Float?)])
    func eta(_ body: String, expected: Float?) throws {
        #expect(try textToImage(body).job.generation.samplerOptions.eta == expected)
    }

    @Test("the VAE is chosen by A1111's option, by Easel's field, or by the infotext of a picture", arguments: [
        (#"{"override_settings": {"sd_vae_decode_method": "TAESD"}}"#, VAEMethod.tiny), (#"{"vae_decoder": "tiny"}"#, .tiny),
        (#"{"infotext": "a cat\nSteps: 20, Seed: 1, Size: 64x64, VAE Decoder: TAESD"}"#, .tiny),
        (#"{"infotext": "a cat\nSteps: 20, Seed: 1, Size: 64x64, VAE Decoder: Approx"}"#, .full),
        (#"{"override_settings": {"sd_vae_decode_method": "Full"}, "infotext": "a cat\nSteps: 20, Seed: 1, Size: 64x64, VAE Decoder: TAESD"}"#, .full),
    ])
    func vae(_ body: String, expected: VAEMethod) throws {
        #expect(try textToImage(body).job.generation.vae.decoder == expected)
        #expect(refusal { _ = try textToImage(#"{"override_settings": {"sd_vae_decode_method": "x"}}"#) }?.field
            == "override_settings.sd_vae_decode_method")
    }

    @Test("a variation without a seed of its own gets any, and no variation gets none")
    func variationSeed() throws {
        let seeds = try (0..<3).map { _ in try textToImage(#"{"subseed_strength": 0.5, "subseed": -1}"#).job.generation.variationSeed }
        #expect(Set(seeds).count > 1)
        #expect(try textToImage("{}").job.generation.variationSeeds == nil)
    }

    @Test("what is not there yet, or elsewhere, is refused with the field, instead of half a picture", arguments: [
        (#"{"enable_hr": true, "hr_upscaler": "ESRGAN"}"#, "hr_upscaler", 422),
        (#"{"enable_hr": true, "hr_scale": 9}"#, "hr_scale", 422), (#"{"enable_hr": true, "hr_scheduler": "x"}"#, "hr_scheduler", 422),
        (#"{"enable_hr": true, "hr_sampler_name": "x"}"#, "hr_sampler_name", 422),
        (#"{"enable_hr": true, "hr_resize_x": 4096, "hr_resize_y": 4096}"#, "hr_scale", 422),
        (#"{"init_images": ["aGk="]}"#, "init_images", 422),
    ])
    func toCome(_ body: String, field: String, status: Int) {
        let error = refusal { _ = try textToImage(body) }
        #expect(error?.kind.status == status && error?.field == field)
    }

    @Test("fields that ask for what has no effect are named", arguments: [
        (#"{"firstphase_width": 64, "restore_faces": false}"#, ["firstphase_width"]),
        (#"{"tiling": true, "restore_faces": true}"#, ["restore_faces"]),
        (#"{"script_name": "X/Y/Z plot", "refiner_checkpoint": "None"}"#, ["script_name"]),
            (
                #"{"override_settings": {"face_restoration": true, "openvino_devices": ["GPU"]}}"#,
                ["override_settings.face_restoration", "override_settings.openvino_devices"]
            )
    ])
    func ignored(_ body: String, names: [String]) throws {
        #expect(try textToImage(body).ignored == names)
    }

    @Test("override_settings hold for the request, and stay only when they shall")
    func overrides() throws {
        let settings = #"""
            "override_settings": {"sd_model_checkpoint": "anime", "CLIP_stop_at_last_layers": 2, "samples_format": "jpg",
                 "emphasis": "No norm",
             "comma_padding_backtrack": 0, "pad_cond_uncond": true, "randn_source": "NV", "show_progress_every_n_steps": 3}
            """#
        let request = try textToImage("{\(settings)}")
        let generation = request.job.generation
        #expect((request.job.model, request.format, generation.clipSkip, generation.emphasis) == ("anime", .jpeg, 2, .noNorm))
        #expect(
            (generation.commaBacktrack, generation.padsConditionings, generation.noise, request.job.previewInterval) == (
                0, true, .philox, 3
            ))
        #expect(request.settingChanges == [:])
        let staying = try textToImage("{\(settings), \"override_settings_restore_afterwards\": false}")
        #expect(
            staying.settingChanges["model"] == "anime" && staying.settingChanges["clip_skip"] == "2" && staying.settingChanges.count == 7)
    }

    @Test(
        "a model is found by title, name, file or hash",
        arguments: [
            "demo", "demo.safetensors", "demo.safetensors [6ce0161689]", "demo.safetensors [0000000000]", "6ce0161689", demoHash, "DEMO"
        ])
    func models(_ text: String) throws {
        #expect(twoModels.find(text)?.name == "demo")
        #expect(try textToImage(#"{"override_settings": {"sd_model_checkpoint": "\#(text)"}}"#, ["model": "anime"]).job.model == "demo")
    }

    @Test("a model in a folder is found by its place, as A1111 writes it on any system, and by its last part", arguments: [
            "sub/anime", "sub/anime.safetensors", #"sub\anime.safetensors [6ce0161689]"#, #"\sub\anime.safetensors"#, "/sub/anime",
            "SUB/Anime.SafeTensors", "sub_anime",
        "anime", "anime.safetensors [ffffffffff]",
    ])
    func inFolder(_ text: String) throws {
        let models = ModelCatalog([
            ModelSummary(name: "sub/anime", sha256: nil, file: "sub/anime.safetensors", isLoaded: false),
            ModelSummary(name: "sub/anime2", sha256: nil, file: "sub/anime2.safetensors", isLoaded: false),
            ModelSummary(name: "sub/deep/anime3", sha256: nil, file: "sub/deep/anime3.safetensors", isLoaded: false),
        ], current: "sub/anime2")
        #expect(models.find(text)?.name == "sub/anime")
    }

    @Test("a name that several models may have is refused with their names, on each face")
    func ambiguous() throws {
        let models = ModelCatalog(["a/x", "b/x", "c"].map { ModelSummary(name: $0, sha256: nil, file: $0, isLoaded: false) }, current: "c")
        let reading = RequestContext(settings: EaselSettings(), models: models, client: "tester")
        let refusals = [
            refusal { _ = try A1111Request(body: Data(#"{"override_settings": {"sd_model_checkpoint": "x"}}"#.utf8), reading) },
            refusal { _ = try JobSubmission(body: Data(#"{"model": "x"}"#.utf8), reading) },
            refusal { _ = try ImageGenerationRequest(body: Data(#"{"prompt": "", "model": "x"}"#.utf8), reading) },
        ]
        for refusal in refusals {
            #expect(refusal?.message == "There are several models that \"x\" may stand for: a/x, b/x. Use one of these names.")
        }
        #expect(models.find("b/x")?.name == "b/x")
    }

    @Test("no path finds a model", arguments: ["/etc/passwd", "../demo", "models/demo.safetensors", "", "6ce01"])
    func noPaths(_ text: String) {
        #expect(twoModels.find(text) == nil)
    }

    @Test("an infotext fills what is not said")
    func infotext() throws {
        let text =
            "a cat\\nNegative prompt: dog\\nSteps: 9, Sampler: DPM++ 2M, Schedule type: Exponential, CFG scale: 5.5, Seed: 77, "
            + "Size: 640x448, Model hash: 6ce0161689, Clip skip: 2, RNG: NV"
        let request = try textToImage(
            #"{"infotext": "\#(text)", "steps": 4, "override_settings": {"pad_cond_uncond": true}}"#, ["model": "anime"])
        let generation = request.job.generation
        #expect((generation.prompt, generation.negativePrompt, generation.steps, generation.seed) == ("a cat", "dog", 4, 77))
        #expect((generation.sampler, generation.schedule, generation.cfgScale, generation.clipSkip) == (.dpmpp2M, .exponential, 5.5, 2))
        #expect((generation.width, generation.height, request.job.model, generation.noise) == (640, 448, "demo", .philox))
        #expect(generation.padsConditionings)
    }

    @Test("what SDXL is told is said as in Easel's own API, and read from an infotext, A1111's checkbox for clip skip too", arguments: [
            #""original_size": "1024x768", "crop_top_left": "0,128", "target_size": "640x512", "clip_skip_sdxl": "a1111-l", "#
                + #""zero_empty_negative": false"#,
            #""infotext": "x\nSteps: 3, Original size: 1024x768, Crop top left: \"0,128\", Target size: 640x512, Clip skip SDXL: True, "#
                + #"Zero empty negative: False""#
    ])
    func sdxl(_ fields: String) throws {
        let recipe = try textToImage("{\(fields)}").job.generation.recipe
        #expect(recipe.sizeConditioning.original == PictureSize(width: 1024, height: 768))
        #expect(recipe.sizeConditioning.crop == CropOffset(top: 0, left: 128))
        #expect(recipe.sizeConditioning.target == PictureSize(width: 640, height: 512))
        #expect(recipe.clipSkipRule == .a1111L && !recipe.zeroesEmptyNegative)
    }

    @Test("tiling is true or false as in A1111, or one of Easel's words; an infotext has either", arguments: [
        ("{}", Tiling.none), (#"{"tiling": null}"#, .none), (#"{"tiling": false}"#, .none), (#"{"tiling": "none"}"#, .none),
        (#"{"tiling": true}"#, .both), (#"{"tiling": 1}"#, .both), (#"{"tiling": "True"}"#, .both), (#"{"tiling": "both"}"#, .both),
        (#"{"tiling": "x"}"#, .x), (#"{"tiling": "Y"}"#, .y),
        (#"{"infotext": "a\nSteps: 4, Sampler: Euler, CFG scale: 7, Tiling: True"}"#, .both),
        (#"{"infotext": "a\nSteps: 4, Sampler: Euler, CFG scale: 7, Tiling: x"}"#, .x),
        (#"{"infotext": "a\nSteps: 4, Sampler: Euler, CFG scale: 7, Tiling: True", "tiling": false}"#, .none),
    ] as [(String, Tiling)])
    func tiling(_ body: String, expected: Tiling) throws {
        let request = try textToImage(body)
        #expect(request.job.generation.tiling == expected && request.ignored == [])
    }

    @Test("the answer repeats A1111's default of tiling")
    func tilingDefault() throws { #expect(try textToImage("{}").parameters["tiling"] == .bool(false)) }

    @Test("schedules count as A1111's, unless field, option, infotext or setting says otherwise", arguments: [
        ("{}", "", ScheduleCounting.a1111),
        (#"{"schedule_counting": "sdnext"}"#, "", .sdnext),
        (#"{"override_settings": {"schedule_counting": "sdnext"}}"#, "", .sdnext),
        ("{}", "sdnext", .sdnext),
        (#"{"schedule_counting": "a1111"}"#, "sdnext", .a1111),
        (#"{"infotext": "a\nSteps: 4, Sampler: Euler, CFG scale: 7, Version: v1.10.1"}"#, "sdnext", .a1111),
        (#"{"infotext": "a\nSteps: 4, Sampler: Euler, CFG scale: 7, Version: f2.0.1v1.10.1-previous-1"}"#, "sdnext", .a1111),
        (#"{"infotext": "a\nSteps: 4, Sampler: Euler, CFG scale: 7, App: SD.Next, Version: 8d1c8b7"}"#, "", .sdnext),
        (#"{"infotext": "a\nSteps: 4, Sampler: Euler, CFG scale: 7, Version: Easel 0.1.0"}"#, "", .sdnext),
        (#"{"infotext": "a\nSteps: 4, Sampler: Euler, Schedule counting: a1111, Version: Easel 0.1.0"}"#, "sdnext", .a1111),
        (#"{"infotext": "a\nSteps: 4, Sampler: Euler, Schedule counting: sdnext, Version: v1.10.1"}"#, "", .sdnext),
        (#"{"infotext": "a\nSteps: 4, Sampler: Euler, CFG scale: 7"}"#, "", .a1111),
        (#"{"infotext": "a\nSteps: 4, Sampler: Euler, CFG scale: 7, Version: v1.10.1", "schedule_counting": "sdnext"}"#, "", .sdnext),
    ])
    func scheduleCounting(body: String, setting: String, expected: ScheduleCounting) throws {
        #expect(try textToImage(body, ["schedule_counting": setting]).job.generation.scheduleCounting == expected)
    }

    @Test(
        "on the other faces schedules count as SD.Next's, unless the setting says otherwise",
        arguments: [("", ScheduleCounting.sdnext), ("a1111", .a1111)])
    func scheduleCountingElsewhere(setting: String, expected: ScheduleCounting) throws {
        let reading = try context(["schedule_counting": setting])
        #expect(try JobSubmission(body: Data("{}".utf8), reading).job.generation.scheduleCounting == expected)
        #expect(try ImageGenerationRequest(body: Data(#"{"prompt": "a"}"#.utf8), reading).job.generation.scheduleCounting == expected)
    }

    @Test("what the settings say holds where the request says nothing")
    func settings() throws {
        let request = try textToImage("{}", ["clip_skip": "2", "image_format": "webp", "emphasis": "ignore", "preview_steps": "0"])
        #expect(
            (request.job.generation.clipSkip, request.format, request.job.generation.emphasis, request.job.previewInterval) == (
                2, .webp, .ignore, 0
            ))
    }
}
