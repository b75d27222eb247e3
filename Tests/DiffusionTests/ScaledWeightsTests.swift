import Compilation
import Diffusion
import Foundation
import Generation
import ImageCodecs
import Sampling
import Tensors
import TestSupport
import Testing

@Suite("Weights with a scale beside them")
struct ScaledWeightsTests {
    @Test("a quantised checkpoint draws the picture of the weights that it stands for", arguments: ScaledCase.all)
    func picture(_ scaled: ScaledCase) async throws {
        let folder = try TemporaryFolder()
        let (quantized, restored) = try scaled.write(in: folder)
        let picture = try await DiffusionPipeline(path: quantized, placements: .cpu).pictures(Self.request)[0]
        let expected = try await DiffusionPipeline(path: restored, placements: .cpu).pictures(Self.request)[0]
        // Measured: equal; the limit is that of ReferencePictureTests.
        #expect(picture.peakSignalToNoiseRatio(to: expected) >= 70)
    }

    @Test("shapes that are fixed change nothing", arguments: [ShapePolicy.static, .exact])
    func fixedShapes(_ policy: ShapePolicy) async throws {
        let folder = try TemporaryFolder()
        let (quantized, restored) = try #require(ScaledCase.all.first).write(in: folder)
        let picture = try await DiffusionPipeline(path: quantized, placements: .cpu, shapes: ShapePlan(policy)).pictures(Self.request)[0]
        let expected = try await DiffusionPipeline(path: restored, placements: .cpu, shapes: ShapePlan(policy)).pictures(Self.request)[0]
        #expect(picture.peakSignalToNoiseRatio(to: expected) >= 70)
    }

    @Test("what is not understood is refused before anything is drawn")
    func refused() throws {
        let folder = try TemporaryFolder()
        var tensors = TinyCheckpoint.minimal().singleFileTensors()
        tensors.append(RawTensor(key: "model.diffusion_model.odd", elementType: .f16, shape: [1], bytes: [0, 0]))
        let path = try folder.write(SafetensorsWriter.file(tensors), to: "odd.safetensors")
        let error = #expect(throws: DiffusionError.self) { try DiffusionPipeline(path: path, placements: .cpu) }
        #expect(error?.description == """
            "odd.safetensors" has a tensor that Easel does not know in its UNet: "model.diffusion_model.odd". Without it the pictures \
            would be others, so nothing is drawn. Use another version of the model; `easel models info` lists all.
            """)
    }

    private static var request: GenerationRequest {
        var request = GenerationRequest(prompt: "a red apple on a table")
        (request.width, request.height, request.seed) = (64, 64, 5)
        (request.sampler, request.steps, request.cfgScale) = (.ddimDiffusers, 2, 5)
        return request
    }
}

/// A way in which tools store quantised checkpoints.
struct ScaledCase: CustomTestStringConvertible, Sendable {
    let testDescription: String
    var isSD2 = false
    var isFolder = false
    let type: ElementType
    /// The scale's key from the weight's without `weight`.
    let scaleSuffix: String
    var scaleType = ElementType.f32
    /// Of a weight: nil for one number, else whether the row scales have an axis for each of the weight's.
    var rows: Bool?
    /// Which weights are quantised, by their keys.
    var parts = ["model.diffusion_model."]
    /// What is stored beside a weight of the given key besides its scale.
    var marks: @Sendable (String) -> [RawTensor] = { _ in [] }
    var metadata: [String: String] = [:]
    /// The weights' type in the file, when a mark says another.
    var storedAs: ElementType?

    static let all: [ScaledCase] = [
        ScaledCase(
            testDescription: "ComfyUI, a scale_weight for each weight of the UNet", type: .f8e4m3, scaleSuffix: "scale_weight",
            marks: { key in
                let mark = RawTensor(key: "model.diffusion_model.scaled_fp8", elementType: .f8e4m3, shape: [2], bytes: [0, 0])
                let input = RawTensor(key: key.dropLast(6) + "scale_input", elementType: .f32, shape: [1], bytes: [0, 0, 0, 0x40])
                return key.hasSuffix("input_blocks.0.0.weight") ? [mark, input] : [input]
            }),
        ScaledCase(
            testDescription: "a weight_scale without axes in all networks, in bf16", type: .f8e4m3, scaleSuffix: "weight_scale",
            scaleType: .bf16,
            parts: ["model.diffusion_model.", "first_stage_model.", "cond_stage_model."]),
        ScaledCase(
            testDescription: "a weight_scale for each row, with comfy_quant", type: .f8e5m2, scaleSuffix: "weight_scale", rows: true,
            marks: { key in [Self.mark(key, #"{"format": "float8_e5m2", "full_precision_matrix_mult": true}"#)] }),
        ScaledCase(
            testDescription: "i8 with comfy_quant", type: .i8, scaleSuffix: "weight_scale", rows: false,
            marks: { key in [Self.mark(key, #"{"format": "int8_tensorwise", "convrot": false}"#)] }),
        ScaledCase(
            testDescription: "fused matrices of open_clip", isSD2: true, type: .i8, scaleSuffix: "weight_scale", rows: false,
            parts: ["cond_stage_model.", "model.diffusion_model."]),
        ScaledCase(
            testDescription: "bytes that the header calls f8", type: .f8e4m3, scaleSuffix: "weight_scale",
            parts: ["model.diffusion_model.middle_block.0.in_layers.2."],
            metadata: ["_quantization_metadata": #"{"layers": {"middle_block.0.in_layers.2": {"format": "float8_e4m3fn"}}}"#], storedAs: .u8
        ),
        ScaledCase(
            testDescription: "bitsandbytes, in a folder", isFolder: true, type: .i8, scaleSuffix: "SCB", rows: false,
            parts: ["unet", "text_encoder"],
            marks: { key in [RawTensor(key: key + "_format", elementType: .u8, shape: [], bytes: [0])] }),
    ]

    private static func mark(_ key: String, _ json: String) -> RawTensor {
        RawTensor(key: key.dropLast(6) + "comfy_quant", elementType: .u8, shape: [json.utf8.count], bytes: Array(json.utf8))
    }

    /// - Returns: paths of the quantised checkpoint, and of the one that it stands for.
    func write(in folder: TemporaryFolder) throws -> (quantized: String, restored: String) {
        var tiny = isSD2 ? TinyCheckpoint.sd2() : .sd1()
        tiny.elementType = .f32
        if !isFolder {
            let (quantized, restored) = quantize(tiny.singleFileTensors()) { key in parts.contains { key.hasPrefix($0) } }
            return (
                try folder.write(SafetensorsWriter.file(quantized, metadata: metadata), to: "quantized.safetensors"),
                try folder.write(SafetensorsWriter.file(restored), to: "restored.safetensors"))
        }
        let paths = (try tiny.writeFolder(in: folder, name: "quantized"), try tiny.writeFolder(in: folder, name: "restored"))
        for part in parts {
            let (file, tensors) = part == "unet" ? ("diffusion_pytorch_model", tiny.unetTensors()) : ("model", tiny.textTensors())
            // Only linear layers are quantised.
            let (quantized, restored) = quantize(tensors) { key in key.contains("attn") || key.contains("mlp") }
            try folder.write(SafetensorsWriter.file(quantized), to: "quantized/\(part)/\(file).safetensors")
            try folder.write(SafetensorsWriter.file(restored), to: "restored/\(part)/\(file).safetensors")
            let configuration = try String(contentsOfFile: "\(paths.0)/\(part)/config.json", encoding: .utf8)
            try folder.write(
                #"{"quantization_config": {"quant_method": "bitsandbytes", "load_in_8bit": true, "load_in_4bit": false}, "#
                    + configuration.dropFirst(),
                to: "quantized/\(part)/config.json")
        }
        return paths
    }

    private func quantize(_ tensors: [RawTensor], where isChosen: (String) -> Bool) -> (quantized: [RawTensor], restored: [RawTensor]) {
        var quantized: [RawTensor] = [], restored: [RawTensor] = []
        for tensor in tensors {
            guard isChosen(tensor.key), tensor.shape.count >= 2, tensor.key.hasSuffix("weight") else {
                quantized.append(tensor)
                restored.append(tensor)
                continue
            }
            let tensor = QuantizedTensor(tensor, as: type, perRow: rows != nil)
            let scales = tensor.scale
            var stored = tensor.stored
            if let storedAs { stored.elementType = storedAs }
            quantized.append(stored)
            restored.append(tensor.restored)
            let shape =
                rows == nil
                ? scaleType == .bf16 ? [] : [1]
                : rows == true ? [scales.count] + tensor.stored.shape.dropFirst().map { _ in 1 } : [scales.count]
            // bitsandbytes stores the largest weight of a row.
            let numbers = scaleSuffix == "SCB" ? scales.map { $0 * 127 } : scales
            let bytes = scaleType == .bf16
                ? numbers.map { UInt16(truncatingIfNeeded: $0.bitPattern >> 16) }.withUnsafeBytes(Array.init)
                : numbers.withUnsafeBytes(Array.init)
            quantized.append(RawTensor(key: stored.key.dropLast(6) + scaleSuffix, elementType: scaleType, shape: shape, bytes: bytes))
            quantized += marks(stored.key)
        }
        return (quantized, restored)
    }
}
