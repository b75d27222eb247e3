import Foundation
import Generation
import TestSupport
import Testing

@testable import Settings

@Suite("Settings from everywhere")
struct SettingsLayersTests {
    @Test("what nobody sets has its default")
    func defaults() throws {
        let settings = try EaselSettings(environment: [:])
        #expect(settings == EaselSettings())
        let texts = Dictionary(uniqueKeysWithValues: Setting.all.map { ($0.key, $0.text(in: settings)) })
        #expect(texts == [
            "openvino_devices": "", "openvino_devices_text_encoder": "CPU", "openvino_devices_unet": "", "openvino_devices_vae": "",
            "workers_per_device": "0",
            "openvino_accuracy": "auto", "openvino_accuracy_text_encoder": "f32", "openvino_accuracy_unet": "",
            "openvino_accuracy_vae": "f32",
            "auto_error_bound": "0.01", "prediction": "auto", "model_folders": "", "vae": "", "text_encoders": "", "tiny_vae": "",
            "upscalers": "", "model_downloads": "off", "download_hosts": "", "max_download_bytes": "50GB",
            "shapes": "auto", "context_chunks": "4",
            "memory_budget_bytes": "0",
            "disk_cache_bytes": "20GB",
            "fidelity_check_pictures": "50", "fidelity_check_hours": "24",
            "fidelity_bound_text_encoder": "0.001", "fidelity_bound_unet": "0.01", "fidelity_bound_vae": "0.01",
            "fidelity_last_rung": "cpu", "reload_pictures": "0", "reload_hours": "0",
            "model": "demo", "clip_skip": "1", "comma_backtrack": "20", "pad_conditionings": "false", "emphasis": "original",
            "schedule_counting": "", "preview_steps": "5", "preview_method": "auto", "image_format": "png", "eta_ancestral": "1", "eta_ddim": "0", "s_churn": "0",
            "vae_tiling": "auto", "vae_decoder": "full", "vae_encoder": "full",
            "s_tmin": "0", "s_tmax": "0", "s_noise": "1", "solver_order": "", "uni_pc_variant": "", "uni_pc_lower_order_final": "true",
            "eta_noise_seed_delta": "0", "rho": "0", "sigma_min": "0", "sigma_max": "0", "always_discard_next_to_last_sigma": "false",
            "zero_terminal_snr": "false",
            "beta_dist_alpha": "0.6", "beta_dist_beta": "0.6", "guidance_rescale": "0", "cfg_start": "0", "cfg_end": "1",
            "skip_early_cond": "0", "s_min_uncond": "0", "s_min_uncond_all": "false",
            "queue_capacity": "1000", "queue_patience_jobs": "8", "queue_patience_minutes": "5", "queue_batch_size": "8",
            "job_minutes": "60",
            "max_body_bytes": "64MB", "max_pixels": "4194304", "max_input_pixels": "100000000", "max_steps": "150", "max_pictures": "64", "max_prompt_length": "50000",
            "max_requests_per_second": "500", "max_event_streams": "256", "keep_pictures": "0", "keep_days": "0",
            "picture_names": "[date]/[number]-[seed]-[prompt]",
        ])
        #expect(Setting.all.allSatisfy { settings.source(of: $0.key) == .standard })
    }

    @Test("a flag counts more than the environment, that more than the file, that more than the default")
    func order() throws {
        let file = try SettingsFile(path: "/s.json", contents: Data("""
            {"context_chunks": 1, "shapes": "exact", "reload_pictures": 7, "reload_hours": null}
            """.utf8))
        let settings = try EaselSettings(
            file: file,
            environment: ["EASEL_CONTEXT_CHUNKS": "2", "EASEL_SHAPES": "dynamic", "EASEL_MODELS": "/models", "CONTEXT_CHUNKS": "9"],
            flags: [.init("--context-chunks", ["context_chunks": "3"])])
        #expect(settings.contextChunks == 3)
        #expect(settings.source(of: "context_chunks") == .flag("--context-chunks"))
        #expect(settings.shapes == .dynamic)
        #expect(settings.source(of: "shapes") == .environment("EASEL_SHAPES"))
        #expect(settings.reloadPictures == 7)
        #expect(settings.source(of: "reload_pictures") == .file(path: "/s.json"))
        #expect(settings.reloadHours == 0)
        #expect(settings.source(of: "reload_hours") == .standard)
    }

    @Test("every setting is read from the environment by its own name, and from a file")
    func everySetting() throws {
        let texts = [
            "openvino_devices": "GPU,CPU", "openvino_devices_text_encoder": "NPU", "openvino_devices_unet": "GPU.1",
            "openvino_devices_vae": "CPU", "workers_per_device": "2",
            "openvino_accuracy": "performance", "openvino_accuracy_text_encoder": "bf16", "openvino_accuracy_unet": "default",
            "openvino_accuracy_vae": "f16", "auto_error_bound": "0.5", "prediction": "v", "vae": "~/vae.safetensors",
            "text_encoders": "clip_l:~/clip_g.safetensors", "tiny_vae": "~/taesd", "shapes": "static",
            "upscalers": "~/ESRGAN:/srv/upscalers", "model_folders": "~/ComfyUI:/srv/sd",
            "model_downloads": "ada, bob", "download_hosts": "example.org, *.example.net", "max_download_bytes": "8GB",
            "context_chunks": "64",
            "memory_budget_bytes": "8GB", "disk_cache_bytes": "512MiB", "fidelity_check_pictures": "1", "fidelity_check_hours": "0.5",
            "fidelity_bound_text_encoder": "0.1", "fidelity_bound_unet": "0.2", "fidelity_bound_vae": "0.3",
            "fidelity_last_rung": "none", "reload_pictures": "1000", "reload_hours": "12",
            "model": "sd15", "clip_skip": "2", "comma_backtrack": "0", "pad_conditionings": "true", "emphasis": "no_norm",
            "schedule_counting": "a1111", "preview_steps": "1", "preview_method": "fast", "image_format": "webp",
            "vae_tiling": "off", "vae_decoder": "tiny", "vae_encoder": "tiny", "eta_ancestral": "0.5", "eta_ddim": "0.25",
            "s_churn": "3", "s_tmin": "0.5", "s_tmax": "9", "s_noise": "1.01", "solver_order": "2", "uni_pc_variant": "bh2",
            "uni_pc_lower_order_final": "false", "eta_noise_seed_delta": "31337", "rho": "5", "sigma_min": "0.1", "sigma_max": "10",
            "always_discard_next_to_last_sigma": "true", "zero_terminal_snr": "true",
            "beta_dist_alpha": "0.5", "beta_dist_beta": "0.75", "guidance_rescale": "0.7",
            "cfg_start": "0.1", "cfg_end": "0.9", "skip_early_cond": "0.2", "s_min_uncond": "3", "s_min_uncond_all": "true",
            "queue_capacity": "10", "queue_patience_jobs": "0", "queue_patience_minutes": "0.5", "queue_batch_size": "1",
            "job_minutes": "2.5",
            "max_body_bytes": "1MB", "max_pixels": "262144", "max_input_pixels": "1000000", "max_steps": "50", "max_pictures": "4", "max_prompt_length": "1000",
            "max_requests_per_second": "5", "max_event_streams": "2", "keep_pictures": "100", "keep_days": "1.5",
            "picture_names": "[model]/[time] [width]x[height]",
        ]
        #expect(Set(texts.keys) == Set(Setting.all.map(\.key)))
        let environment = Dictionary(uniqueKeysWithValues: texts.map { ("EASEL_\($0.key.uppercased())", $0.value) })
        let file = try SettingsFile(path: "/s.json", contents: JSONEncoder().encode(texts))
        for settings in [try EaselSettings(environment: environment), try EaselSettings(file: file)] {
            #expect(Dictionary(uniqueKeysWithValues: Setting.all.map { ($0.key, $0.text(in: settings)) }) == texts)
            #expect(settings.openvinoDevices == ["GPU", "CPU"])
            #expect(settings.openvinoDevicesPerComponent == .init(encode: ["NPU"], denoise: ["GPU.1"], decode: ["CPU"]))
            #expect(settings.openvinoAccuracyPerComponent == .init(encode: .bf16, denoise: .default, decode: .f16))
            #expect(settings.memoryBudgetBytes == 8_000_000_000 && settings.diskCacheBytes == 512 << 20)
            #expect(settings.fidelityBounds == .init(encode: 0.1, denoise: 0.2, decode: 0.3))
            #expect(settings.fidelityLastRung == .nothing)
            #expect(settings.reloadHours == 12)
        }
    }

    @Test("a value is written in more than one way", arguments: [
        ("openvino_accuracy", "ACCURACY", "accuracy"), ("openvino_accuracy", "Performance", "performance"),
        ("openvino_accuracy_unet", "", ""), ("openvino_accuracy_vae", "", ""),
        ("openvino_devices", "", ""), ("openvino_devices", "gpu", "GPU"), ("openvino_devices", " GPU , CPU,", "GPU,CPU"),
        ("openvino_devices", "GPU.1 NPU", "GPU.1,NPU"), ("openvino_devices", "[\"GPU\", \"CPU\"]", "GPU,CPU"),
        ("openvino_devices", "[]", ""),
        ("openvino_devices", "NPU, hetero:GPU, CPU", "NPU,HETERO:GPU,CPU"),
        ("openvino_devices", "[\"HETERO:GPU,CPU\", \"CPU\"]", "[\"HETERO:GPU,CPU\", \"CPU\"]"),
        ("auto_error_bound", "1%", "0.01"), ("auto_error_bound", "2.5 %", "0.025"), ("auto_error_bound", "1", "1.0"),
        ("auto_error_bound", "1e-3", "0.001"),
        ("disk_cache_bytes", "0", "0"), ("disk_cache_bytes", "8G", "8GB"), ("disk_cache_bytes", "1.5 gib", "1536MiB"),
        ("disk_cache_bytes", "8000000000", "8GB"), ("disk_cache_bytes", "123", "123"), ("disk_cache_bytes", "1024 KB", "1024KB"),
        ("model_folders", "", ""), ("model_folders", " /a : /b c: ", "/a:/b c"), ("model_folders", #"["/a", "~/b"]"#, "/a:~/b"),
        ("model_folders", #"["/a:b", "/c"]"#, #"["/a:b","/c"]"#), ("model_folders", "[]", ""),
        ("reload_hours", "0.25", "0.25"), ("fidelity_last_rung", "Recompile", "recompile"),
        ("model_downloads", "true", "all"), ("model_downloads", "OFF", "off"), ("model_downloads", #"["ada", "bob"]"#, "ada, bob"),
        ("download_hosts", "Example.org , *.example.net", "example.org, *.example.net"), ("download_hosts", #"["a.b"]"#, "a.b"),
    ])
    func spellings(key: String, text: String, meaning: String) throws {
        let setting = try #require(Setting.byKey[key])
        let settings = try EaselSettings(environment: [setting.environmentName: text])
        #expect(setting.text(in: settings) == meaning)
        // What is shown can be typed again.
        #expect(try EaselSettings(environment: [setting.environmentName: meaning]) == settings)
    }

    @Test("what is not allowed is an error that tells the key, the value, where it stands, and what is allowed", arguments: [
        ("context_chunks", "0", "a whole number from 1 to 64"), ("context_chunks", "65", "a whole number from 1 to 64"),
        ("context_chunks", "four", "a whole number from 1 to 64"), ("context_chunks", "", "a whole number from 1 to 64"),
        ("context_chunks", "4.5", "a whole number from 1 to 64"), ("context_chunks", "99999999999999999999", "a whole number from 1 to 64"),
        ("fidelity_check_pictures", "-1", "a whole number from 0 to 1000000"),
        ("openvino_accuracy", "exact", "auto, default, performance, accuracy, f32, bf16 or f16"),
        ("openvino_accuracy", "", "auto, default, performance"),
        ("openvino_accuracy_vae", "f64", "f16, or nothing"), ("shapes", "fixed", "auto, dynamic, static or exact"),
        ("fidelity_last_rung", "gpu", "none, recompile, accuracy or cpu"),
        ("auto_error_bound", "0", "a number above 0 and up to 1, such as 0.01 or 1%"), ("auto_error_bound", "nan", "above 0"),
        ("auto_error_bound", "101%", "above 0"), ("auto_error_bound", "inf", "above 0"), ("fidelity_bound_unet", "-0.1", "above 0"),
        ("disk_cache_bytes", "8 apples", "a number of bytes, such as 8GB"), ("disk_cache_bytes", "-1", "a number of bytes"),
        ("disk_cache_bytes", "GB", "a number of bytes"), ("disk_cache_bytes", "1.2.3GB", "a number of bytes"),
        ("disk_cache_bytes", "9999999999TB", "a number of bytes"), ("disk_cache_bytes", "99999999999999999999", "a number of bytes"),
        ("disk_cache_bytes", "1e99", "a number of bytes"), ("disk_cache_bytes", "٣GB", "a number of bytes"),
        ("reload_hours", "9000", "a number of hours from 0 to 8760"), ("reload_hours", "nan", "a number of hours"),
        ("openvino_devices", "AUTO", "one picture is made by one fixed set of devices"),
        ("openvino_devices", "AUTO:GPU,CPU", "AUTO, MULTI and BATCH change devices as they run"),
        ("openvino_devices", "MULTI:GPU,CPU", "AUTO, MULTI and BATCH"), ("openvino_devices", "GPU,BATCH:GPU", "AUTO, MULTI and BATCH"),
        ("openvino_devices", "HETERO:", "AUTO, MULTI and BATCH"),
        ("openvino_devices", "[1]", "names of devices"), ("openvino_devices", "[\"GPU,CPU\"]", "names of devices"),
        ("openvino_devices", "the card!", "names of devices"),
        ("openvino_devices_vae", "auto", "AUTO, MULTI and BATCH"), ("model_folders", "[1]", "folders separated by \":\""),
        ("model_downloads", "[1]", "off, all, or names of accounts"), ("download_hosts", "https://a.b/c", "names of servers"),
        ("download_hosts", "localhost", "names of servers"), ("download_hosts", "*", "names of servers"),
    ])
    func notAllowed(key: String, text: String, allowed: String) throws {
        let setting = try #require(Setting.byKey[key])
        let error = #expect(throws: SettingsError.self) { try EaselSettings(environment: [setting.environmentName: text]) }
        let message = try #require(error).description
        #expect(message.hasPrefix("\(key) cannot be \"\(text)\" (\(setting.environmentName)). Use "))
        #expect(message.contains(allowed))
    }

    @Test("the error names the place, be it a flag, a variable or a file")
    func places() throws {
        let flag = #expect(throws: SettingsError.self) { try EaselSettings(flags: [.init("--context-chunks", ["context_chunks": "0"])]) }
        #expect(flag?.description == "context_chunks cannot be \"0\" (--context-chunks). Use a whole number from 1 to 64.")
        let file = try SettingsFile(path: "/etc/s.json", contents: Data("{\"context_chunks\": [4]}".utf8))
        let error = #expect(throws: SettingsError.self) { try EaselSettings(file: file) }
        #expect(error?.description == "context_chunks cannot be \"[4]\" (/etc/s.json). Use a whole number from 1 to 64.")
    }

    @Test("rungs are in order")
    func rungs() { #expect(Rung.allCases.sorted() == [.nothing, .recompile, .accuracy, .cpu]) }
}
