import Files
import Foundation
import Generation
import Settings
import Testing
import WebAPI

@Suite("A1111's options")
struct OptionsTests {
    private func changes(_ text: String, _ before: [String: String] = [:]) throws -> [String: String] {
        guard case .object(let values) = try json(text) else { return [:] }
        return try Options.changes(values, settings: context(before).settings, models: twoModels)
    }

    @Test("options have A1111's and SD.Next's names where there are such, and Easel's otherwise")
    func all() throws {
        let options = try Options.all(
            context(["clip_skip": "2", "image_format": "jpeg", "openvino_devices": "GPU,CPU", "preview_steps": "0"]).settings,
            models: twoModels)
        #expect(options["sd_model_checkpoint"] == .string("demo.safetensors [6ce0161689]"))
        #expect(options["sd_checkpoint_hash"] == .string(demoHash))
        #expect(options["CLIP_stop_at_last_layers"] == .integer(2))
        #expect(options["samples_format"] == .string("jpg"))
        #expect(options["emphasis"] == .string("Original"))
        #expect(options["comma_padding_backtrack"] == .integer(20) && options["pad_cond_uncond"] == .bool(false))
        #expect(options["live_previews_enable"] == .bool(false) && options["show_progress_every_n_steps"] == .integer(5))
        #expect(options["openvino_devices"] == .array([.string("GPU"), .string("CPU")]) && options["openvino_accuracy"] == .string("auto"))
        #expect(options["max_steps"] == .integer(150))
        // A setting is listed once: sent back under two names, it could not be changed under one.
        #expect(
            ["model", "clip_skip", "image_format", "comma_backtrack", "pad_conditionings", "preview_steps", "vae_decoder"].allSatisfy {
                options[$0] == nil
            })
        #expect(options["sd_vae_decode_method"] == .string("Full") && options["show_progress_type"] == .string("TAESD"))
    }

    @Test("all options sent back change nothing")
    func roundTrip() throws {
        for before in [
            [:],
            [
                "model": "anime", "clip_skip": "2", "openvino_devices": "HETERO:GPU,CPU", "image_format": "jpeg", "emphasis": "no_norm",
                "preview_steps": "0", "preview_method": "fast", "vae_decoder": "tiny"
            ]
        ] {
            let context = try context(before)
            let changes = try Options.changes(
                Options.all(context.settings, models: context.models), settings: context.settings, models: context.models)
            #expect(changes == [:])
        }
    }

    @Test("all options sent back with another checkpoint change the checkpoint, as Open WebUI does it")
    func anotherCheckpoint() throws {
        let context = try context()
        var options = Options.all(context.settings, models: twoModels)
        options["sd_model_checkpoint"] = .string("anime")
        #expect(try Options.changes(options, settings: context.settings, models: twoModels) == ["model": "anime"])
    }

    @Test("an option changes its setting", arguments: [
        (#"{"CLIP_stop_at_last_layers": 2}"#, ["clip_skip": "2"]), (#"{"clip_skip": "2"}"#, ["clip_skip": "2"]),
        (#"{"samples_format": "JPG"}"#, ["image_format": "jpeg"]), (#"{"samples_format": "webp"}"#, ["image_format": "webp"]),
        (#"{"emphasis": "No norm"}"#, ["emphasis": "No norm"]), (#"{"emphasis": "no_norm"}"#, ["emphasis": "no_norm"]),
            (
                #"{"openvino_devices": ["GPU", "CPU"], "openvino_accuracy": "ACCURACY"}"#,
                ["openvino_devices": #"["GPU", "CPU"]"#, "openvino_accuracy": "ACCURACY"]
            ),
        (#"{"live_previews_enable": false}"#, ["preview_steps": "0"]), (#"{"live_previews_enable": true}"#, [:]),
        (#"{"live_previews_enable": true, "show_progress_every_n_steps": 2}"#, ["preview_steps": "2"]),
        (#"{"live_previews_enable": false, "show_progress_every_n_steps": 2}"#, ["preview_steps": "0"]),
        (#"{"sd_vae_decode_method": "TAESD", "sd_vae_encode_method": "taesd"}"#, ["vae_decoder": "tiny", "vae_encoder": "tiny"]),
        (#"{"sd_vae_decode_method": "Full"}"#, [:]), (#"{"vae_tiling": "on"}"#, ["vae_tiling": "on"]),
        (#"{"show_progress_type": "Approx NN"}"#, ["preview_method": "fast"]), (#"{"show_progress_type": "TAESD"}"#, [:]),
        (#"{"show_progress_every_n_steps": -1}"#, ["preview_steps": "0"]), (#"{"sd_vae": "Automatic", "sd_checkpoint_hash": "x"}"#, [:]),
        (#"{"outdir_samples": "/tmp", "save_images_add_number": true, "clip_skip": null}"#, [:]),
    ] as [(String, [String: String])])
    func change(_ text: String, expected: [String: String]) throws {
        let written = try changes(text)
        if expected["emphasis"] == "No norm" { #expect(written == ["emphasis": "no_norm"]) } else { #expect(written == expected) }
    }

    @Test("an option without an effect is read as it was written, of its type, and bounded")
    func idle() throws {
        var options = IdleOptions()
        #expect(options.values["send_seed"] == .bool(true))
        let written: [String: JSONValue] = [
            "send_seed": .bool(false), "of_a_plug_in": .array([.integer(1)]), "CLIP_stop_at_last_layers": .integer(2),
            "max_steps": .integer(9)
        ]
        #expect(try options.change(written) == ["of_a_plug_in", "send_seed"])
        #expect(options.values["send_seed"] == .bool(false) && options.values["of_a_plug_in"] == .array([.integer(1)]))
        // Those of settings are no business of theirs.
        #expect(options.values["CLIP_stop_at_last_layers"] == nil && options.values["max_steps"] == nil)
        #expect(try options.change(options.values) == [])
        let before = options
        for (name, value) in [
            ("send_seed", .integer(0)), ("of_a_plug_in", .string("x")), ("jpeg_quality", .string("80")),
            (String(repeating: "n", count: 101), .bool(true)),
            ("long", .string(String(repeating: "x", count: 10_001))),
        ] as [(String, JSONValue)] {
            let error = refusal { _ = try options.change(["another": .bool(true), name: value]) }
            #expect(error?.kind == .invalidValue && error?.field?.isEmpty == false, "\(name)")
            #expect(options == before)
        }
        let many = Dictionary(uniqueKeysWithValues: (0...1000).map { ("option\($0)", JSONValue.bool(true)) })
        #expect(refusal { _ = try options.change(many) }?.kind == .invalidValue)
        #expect(options == before)
    }

    @Test("no option without an effect is a setting's, too")
    func idleNames() throws {
        let settings = try Options.all(context().settings, models: twoModels)
        #expect(Set(IdleOptions().values.keys).isDisjoint(with: settings.keys))
    }

    @Test("previews come back as often as before their being off was a setting")
    func previewsAgain() throws {
        #expect(try changes(#"{"live_previews_enable": true}"#, ["preview_steps": "0"]) == ["preview_steps": "5"])
    }

    @Test("a value that cannot be is refused under the client's name", arguments: [
            (
                #"{"CLIP_stop_at_last_layers": 99}"#, "CLIP_stop_at_last_layers",
                #"CLIP_stop_at_last_layers cannot be "99". Use a whole number from 1 to 12."#
            ),
        (#"{"max_steps": 0}"#, "max_steps", #"max_steps cannot be "0". Use a whole number from 1 to 1000."#),
        (#"{"sd_model_checkpoint": "nope"}"#, "sd_model_checkpoint", #"There is no model "nope". Use anime, demo."#),
        (#"{"sd_model_checkpoint": 5}"#, "sd_model_checkpoint", "sd_model_checkpoint is a model's title or name."),
        (#"{"openvino_devices": ["AUTO"], "CLIP_stop_at_last_layers": 2}"#, "openvino_devices", nil),
        (#"{"live_previews_enable": 3}"#, "live_previews_enable", "live_previews_enable cannot be 3. Use true or false."),
            (
                #"{"comma_padding_backtrack": {"a": 1}}"#, "comma_padding_backtrack",
                #"comma_padding_backtrack cannot be "{…}". Use a whole number from 0 to 75."#
            )
    ] as [(String, String, String?)])
    func refusals(_ text: String, field: String, message: String?) {
        let error = refusal { _ = try changes(text) }
        #expect(error?.kind == .invalidValue && error?.field == field)
        if let message { #expect(error?.message == message) }
    }
}
