import TestSupport
import Testing

@Suite("The other commands")
struct OtherCommandsTests {
    let easel: Easel

    init() throws { easel = try Easel() }

    @Test("easel devices lists the CPU and the version of OpenVINO")
    func devices() async throws {
        let run = try await easel("devices")
        #expect(run.exitCode == 0)
        let lines = run.output.split(separator: "\n")
        #expect(lines.first?.hasPrefix("DEVICE") == true)
        #expect(lines.contains { $0.hasPrefix("CPU ") && $0.contains("FP32") })
        #expect(lines.last?.hasPrefix("OpenVINO 20") == true)
    }

    @Test("easel models lists the bundled models and those of EASEL_MODELS")
    func models() async throws {
        try easel.folder.write(SafetensorsWriter.file(header: "{}"), to: "mine/sub/anime.SAFETENSORS")
        try easel.folder.write("version https://git-lfs.github.com/spec/v1", to: "mine/pointer.safetensors")
        let run = try await easel("models", environment: ["EASEL_MODELS": "\(easel.folder.path)/mine"])
        #expect(run.exitCode == 0)
        let lines = run.output.split(separator: "\n")
        #expect(lines.first?.hasPrefix("Models are looked for in") == true && run.output.contains("\n  \(easel.folder.path)/mine\n"))
        let names = lines.drop { !$0.hasPrefix("MODEL") }.compactMap { $0.split(separator: " ").first }
        #expect(names == ["MODEL", "demo", "sub/anime"])
        #expect(run.output.contains("\(easel.folder.path)/mine/sub/anime.SAFETENSORS"))
        #expect(run.errors.contains("pointer.safetensors is not listed: it is a Git LFS pointer"))
    }

    @Test("easel import shows what it would set, --yes sets it, and then models are found by name")
    func moving() async throws {
        let sd = easel.folder.path + "/sd"
        try easel.folder.write(SafetensorsWriter.file(header: "{}"), to: "sd/models/Stable-diffusion/anime.safetensors")
        try easel.folder.write(#"{"CLIP_stop_at_last_layers": 2, "outdir_grids": ""}"#, to: "sd/config.json")
        let file = easel.folder.path + "/s/settings.json"
        let environment = ["EASEL_SETTINGS": file]
        // Nobody has to have the file before.
        let plan = try await easel("import", "--from", sd, "--settings", file)
        #expect(plan.exitCode == 0 && plan.output.contains("A1111 in \(sd)\n") && plan.output.contains("--from \(sd) --yes"))
        #expect(plan.output.contains("Without a counterpart here:\n\noutdir_grids\n"))
        #expect(try easel.files() == ["sd"])
        let written = try await easel("import", "--from", sd, "--settings", file, "--yes", "--json")
        #expect(written.exitCode == 0 && written.output.contains(#""written":true"#))
        #expect(try String(decoding: easel.contents(of: file), as: UTF8.self).split { $0.isWhitespace }.joined() == """
            {"clip_skip":2,"model_folders":["\(sd)"]}
            """)
        #expect(try await easel("models", environment: environment).output.contains("\nanime  "))
        #expect(try await easel("import", "--from", sd, environment: environment).output.contains("All of this is set already"))
        #expect(try await easel("import", "--from", "\(sd)/models/Stable-diffusion").exitCode == 65)
    }

    @Test("easel models info tells what the bundled model is")
    func info() async throws {
        let run = try await easel("models", "info", "demo")
        #expect(run.exitCode == 0)
        for part in ["Stable Diffusion 1", "12 steps, CFG scale 4 (demo.json)", "128×128", "v_prediction", "10.6 M parameters, f16"] {
            #expect(run.output.contains(part), "\(run.output)")
        }
        #expect(try await easel("models", "info", "nosuch").exitCode == 65)
    }

    @Test("easel prompt explains a prompt, from an argument or with the vocabulary of a model")
    func prompt() async throws {
        let run = try await easel("prompt", "a [red:blue:2] (cat:1.2) <lora:x:0.5>", "--steps", "4")
        #expect(run.exitCode == 0)
        for part in ["1–2", "3–4", "a red (cat:1.2)", "1.2  \"cat\"", "cat 2368", "<lora:x:0.5>"] {
            #expect(run.output.contains(part), "\(run.output)")
        }
        #expect(!run.output.contains("\u{1B}"))
        let json = try await easel("prompt", "a cat", "--json", "--model", "demo")
        #expect(json.output.contains(#""parts":[{"schedule":[[20,"a cat"]],"text":"a cat","weight":1}]"#))
        #expect(try await easel("prompt", "a cat", "--model", "nosuch").exitCode == 65)
    }

    @Test("--help tells every option and the exit codes")
    func help() async throws {
        let generate = try await easel("generate", "--help")
        #expect(generate.exitCode == 0)
        let options = [
            "--negative-prompt", "--model", "--seed", "--noise", "--steps", "--sampler", "--schedule", "--cfg-scale", "--width", "--height",
            "--batch-size", "--device", "--precision", "--output", "--json", "--quiet",
            "Exit codes: 0 done, 64 wrong usage, 65 bad input file",
        ]
        for option in options { #expect(generate.output.contains(option)) }
        let main = try await easel("--help")
        for command in ["generate", "prompt", "models", "devices"] { #expect(main.output.contains(command)) }
    }

    @Test("what was likely meant is asked", arguments: [
        (["generat", "cat"], "There is no command \"generat\". Did you mean \"easel generate\"?"),
        (["models", "inf", "demo"], "There is no command \"inf\". Did you mean \"easel models info\"?"),
        (["generate", "cat", "--cfg", "4"], "There is no flag --cfg. Did you mean --cfg-scale?"),
        (["generate", "cat", "--step=4"], "There is no flag --step. Did you mean --steps?"),
    ])
    func hints(arguments: [String], question: String) async throws {
        let outcome = try await easel.start(arguments).outcome()
        #expect(outcome.exitCode == 64)
        #expect(outcome.errors.contains(question), "\(outcome.errors)")
    }

    @Test("an unknown command and a missing prompt are wrong usage", arguments: [["paint"], ["generate"], ["--nonsense"]])
    func usage(_ arguments: [String]) async throws {
        let outcome = try await easel.start(arguments).outcome()
        #expect(outcome.exitCode == 64)
        #expect(outcome.errors.contains("Usage: easel") || outcome.errors.contains("--help"))
    }
}
