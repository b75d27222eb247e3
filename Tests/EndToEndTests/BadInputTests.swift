import Foundation
import Tensors
import TestSupport
import Testing

@Suite("Bad input: what it was, why, what to do, and an exit code for scripts")
struct BadInputTests {
    @Test("each is told apart, and leaves nothing behind", arguments: [
        BadInput(["--model", "missing.safetensors"], 65, "There is no model \"missing.safetensors\" in "),
        BadInput(["--model", "/nowhere/missing.safetensors"], 65, "There is no model \"/nowhere/missing.safetensors\". Give the path of"),
        BadInput(["--model", "./text.safetensors"], 65, "text.safetensors", "it holds text"),
        BadInput(["--model", "./half.safetensors"], 65, "\"half.safetensors\" is damaged", "Download or copy it again."),
        BadInput(["--model", "./lora.safetensors"], 65, "lora.safetensors", "is a LoRA, not a checkpoint"),
        BadInput(["--model", "./lora.safetensors", "--output", "pictures/"], 65, "is a LoRA, not a checkpoint"),
        BadInput(["--model", "."], 65, "model_index.json"),
        BadInput(["--width", "500"], 64, "Width 500 is not a multiple of 8. Use 496 or 504."),
        BadInput(["--steps", "0"], 64, "Steps 0 is out of range. Use 1 to 1000."),
        BadInput(["--sampler", "Eulr"], 64, "The value 'Eulr' is invalid for '--sampler <name>'", "  - DPM++ 2M\n"),
        BadInput(
            ["--sampler", "TCD", "--steps", "51"], 64,
            "51 steps are more than the 50 that sampler TCD can take with this model. Use 1 to 50."),
        BadInput(["--device", "TPU"], 69, "There is no device \"TPU\" here (openvino_devices, --device). OpenVINO finds: CPU"),
        BadInput(["--output", "/dev/null/x/"], 74, "Cannot write to \"/dev/null/x\": Not a directory. Choose another place with --output."),
        BadInput(["--output", "/dev/null/cat.png"], 74, "Cannot write to \"/dev/null\": Not a directory."),
        BadInput(["--output", "/proc/cat.png"], 74, "Cannot write to \"/proc\": "),
        BadInput(["--output", "cat.gif"], 74, "Cannot write \"cat.gif\": pictures are saved as .png, .jpg or .webp."),
    ])
    fileprivate func told(_ input: BadInput) async throws {
        let easel = try Easel()
        try easel.folder.write("This is no model.\n", to: "text.safetensors")
        let lora = RawTensor(
            key: "lora_unet_mid_block.lora_down.weight", elementType: .f16, shape: [4], bytes: Array(repeating: 0, count: 8))
        try easel.folder.write(SafetensorsWriter.file([lora]), to: "lora.safetensors")
        let whole = try Data(contentsOf: Fixture.demoModel.appending(path: "vae/diffusion_pytorch_model.safetensors"))
        try easel.folder.write(Array(whole.prefix(whole.count / 2)), to: "half.safetensors")
        let before = try easel.files()

        let run = try await easel.start(["generate", "a cat", "--quiet"] + input.arguments).outcome()
        #expect(run.exitCode == input.exitCode)
        for part in input.parts { #expect(run.errors.contains(part), "\(run.errors)") }
        #expect(run.errors.hasPrefix("Error: "), "\(run.errors)")
        #expect(run.output == "")
        #expect(try easel.files() == before)
    }

    @Test("a folder with a file cut in half is refused with the name of that file")
    func halfACheckpoint() async throws {
        let easel = try Easel()
        try FileManager.default.copyItem(at: Fixture.demoModel, to: easel.folder.url.appending(path: "half"))
        let unet = easel.folder.url.appending(path: "half/unet/diffusion_pytorch_model.safetensors")
        let whole = try Data(contentsOf: unet)
        try whole.prefix(whole.count / 2).write(to: unet)
        let run = try await easel("generate", "a cat", "--model", "half")
        #expect(run.exitCode == 65)
        #expect(run.errors.contains("diffusion_pytorch_model.safetensors"), "\(run.errors)")
    }

    @Test("a folder of the working directory that is no checkpoint does not hide the model of its name")
    func unrelatedFolder() async throws {
        let easel = try Easel()
        try easel.folder.write("", to: "demo/notes.txt")
        #expect(try await easel("models", "info", "demo").exitCode == 0)
    }
}

private struct BadInput: CustomTestStringConvertible {
    let arguments: [String]
    let exitCode: Int32
    /// What the message must hold.
    let parts: [String]

    init(_ arguments: [String], _ exitCode: Int32, _ parts: String...) {
        self.arguments = arguments
        self.exitCode = exitCode
        self.parts = parts
    }

    var testDescription: String { arguments.joined(separator: " ") }
}
