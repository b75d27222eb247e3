import ArgumentParser
import Checkpoints
import Generation
import Testing

@testable import Commands

@Suite("easel models convert")
struct ModelsConvertTests {
    @Test("a LoRA is named with its strength, or without for 1; colons before the last number belong to its name", arguments: [
        ("ink", "ink", 1), ("ink:0.7", "ink", 0.7), ("ink:-1", "ink", -1), ("a:b", "a:b", 1), ("a:b:0.5", "a:b", 0.5), ("ink:", "ink:", 1),
        (":0.5", ":0.5", 1), ("ink:nan", "ink:nan", 1), ("sub/ink.safetensors:2", "sub/ink.safetensors", 2),
    ])
    func argument(text: String, name: String, strength: Float) {
        let argument = LoRAArgument(argument: text)
        #expect(argument?.name == name && argument?.strength == strength)
    }

    @Test("options are read, and the new file must end in .safetensors")
    func options() throws {
        let command = try ModelsCommand.Convert.parse([
            "a.ckpt", "b.safetensors", "--precision", "bf16", "--lora", "ink:-0.5", "--lora", "x", "--text-encoder", "l", "--vae", "none",
        ])
        #expect(command.precision == .bf16 && command.lora.map(\.strength) == [-0.5, 1])
        #expect(command.parts.textEncoder == ["l"] && command.parts.vae == "none" && !command.force)
        #expect(throws: (any Error).self) { try ModelsCommand.Convert.parse(["a.ckpt", "b.ckpt"]) }
        #expect(throws: (any Error).self) { try ModelsCommand.Convert.parse(["a.ckpt"]) }
    }

    @Test("the report names the file and its hash")
    func report() {
        let report = ConversionReport(file: "/m/new.safetensors", bytes: 2_132_696_762, sha256: "ab", loras: [])
        #expect(report.text == "/m/new.safetensors\n2.13 GB, read back and compared. SHA-256 ab\n")
    }
}
