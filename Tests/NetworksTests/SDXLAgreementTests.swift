import Checkpoints
import GraphIR
import Networks
import OpenVINO
import Tensors
import TestSupport
import Testing

/// Stable Diffusion XL's networks against diffusers and transformers, in f32 on the CPU plugin, from both layouts.
struct SDXLAgreementTests {
    /// Tests/Fixtures/networks/make_sdxl.py wrote it; seen: up to 2e-6.
    private struct Reference: Decodable {
        let unet, ssd1b, textEncoder, textEncoder2, vaeDecoder, vaeEncoder: [ReferenceNumbers.Case]
    }

    private let tolerance: Float = 1e-5
    private let folder: TemporaryFolder
    private let reference: Reference

    init() throws {
        folder = try TemporaryFolder()
        reference = try Fixture.decode(from: "networks/sdxl/expected.json")
    }

    private func open(_ tiny: TestSupport.TinyCheckpoint, _ layout: Checkpoint.Layout) throws -> TinyCheckpoint {
        TinyCheckpoint(try .open(layout == .single ? tiny.writeSingleFile(in: folder) : tiny.writeFolder(in: folder)))
    }

    @Test(
        "the UNet predicts what diffusers predicts, told text, time, pooled text and sizes",
        arguments: [Checkpoint.Layout.single, .diffusers])
    func unet(layout: Checkpoint.Layout) throws {
        try checkUNet(open(.sdxl(vocabularySize: 400), layout), reference.unet)
    }

    @Test("so does SSD-1B's irregular UNet", arguments: [Checkpoint.Layout.single, .diffusers])
    func ssd1b(layout: Checkpoint.Layout) throws {
        try checkUNet(open(.ssd1b(vocabularySize: 400), layout), reference.ssd1b)
    }

    @Test("a UNet compiled for one size predicts the same")
    func staticUNet() throws {
        let expected = reference.unet[2]
        let shape = InputShape(
            batch: .fixed(expected.batch), height: .fixed(try #require(expected.height)), width: .fixed(try #require(expected.width)),
            tokens: .fixed(try #require(expected.tokens)))
        try checkUNet(open(.sdxl(vocabularySize: 400), .single), [expected], shape: shape)
    }

    private func checkUNet(_ tiny: TinyCheckpoint, _ cases: [ReferenceNumbers.Case], shape: InputShape = InputShape()) throws {
        let stored = tiny.checkpoint.unet
        let network = try Network.unet(stored.configuration, shape: shape, weights: stored.weights, weightsByteCount: tiny.byteCount)
        #expect(network.unused(in: stored.weights) == [])
        let model = try tiny.compile(network)
        for expected in cases {
            let timesteps = try #require(expected.timesteps), sizes = try #require(expected.sizes)
            var request = try model.makeInferRequest()
            let latents = [expected.batch, 4, try #require(expected.height), try #require(expected.width)]
            try request.setInput("latents", to: ReferenceNumbers.noise(latents, salt: 1))
            try request.setInput("timestep", to: NDArray(shape: [timesteps.count], values: timesteps))
            try request.setInput("context", to: ReferenceNumbers.noise([expected.batch, try #require(expected.tokens), 192], salt: 2))
            let pooled = ReferenceNumbers.noise([expected.batch, 128], salt: 5).values
            let vector = (0..<expected.batch).flatMap { row in
                pooled[row * 128..<(row + 1) * 128] + sizes[row].flatMap(ConditioningPlan.SizeNumbers.waves)
            }
            try request.setInput("vector", to: NDArray(shape: [expected.batch, 128 + 6 * 256], values: vector))
            try check(&request, expected)
        }
    }

    @Test(
        "both text encoders leave what transformers leaves, and the second one its projection",
        arguments: [Checkpoint.Layout.single, .diffusers])
    func textEncoders(layout: Checkpoint.Layout) throws {
        let tiny = try open(.sdxl(vocabularySize: 400), layout)
        for (stored, cases) in zip(tiny.checkpoint.textEncoders, [reference.textEncoder, reference.textEncoder2]) {
            let network = try Network.textEncoder(stored.configuration, weights: stored.weights, weightsByteCount: tiny.byteCount)
            #expect(network.unused(in: stored.weights) == [])
            let model = try tiny.compile(network)
            for expected in cases {
                var request = try model.makeInferRequest()
                try request.setInput("input_ids", to: Tensor(shape: [1, 77], values: (0..<77).map { Int64($0 * 37 % 400) }))
                try request.setInput("vectors", to: NDArray(repeating: .nan, shape: [1, 77, stored.configuration.width]))
                try check(&request, expected)
            }
        }
    }

    @Test(
        "the VAE decodes and encodes what diffusers does, with Stable Diffusion XL's scale",
        arguments: [Checkpoint.Layout.single, .diffusers])
    func vae(layout: Checkpoint.Layout) throws {
        let tiny = try open(.sdxl(vocabularySize: 400), layout)
        let stored = tiny.checkpoint.vae
        let decoder = try tiny.compile(.vaeDecoder(stored.configuration, weights: stored.weights, weightsByteCount: tiny.byteCount))
        for expected in reference.vaeDecoder {
            var request = try decoder.makeInferRequest()
            let shape = [expected.batch, 4, try #require(expected.height), try #require(expected.width)]
            try request.setInput("latents", to: ReferenceNumbers.noise(shape, salt: 3))
            try check(&request, expected)
        }
        let encoder = try tiny.compile(.vaeEncoder(stored.configuration, weights: stored.weights, weightsByteCount: tiny.byteCount))
        for expected in reference.vaeEncoder {
            var request = try encoder.makeInferRequest()
            let shape = [expected.batch, 3, try #require(expected.height), try #require(expected.width)]
            try request.setInput("image", to: ReferenceNumbers.noise(shape, salt: 4))
            try check(&request, expected)
        }
    }

    private func check(_ request: inout InferRequest, _ expected: ReferenceNumbers.Case) throws {
        try request.inferBlocking()
        for (name, reference) in expected.outputs {
            let error = try request.output(name).error(against: reference)
            #expect(error <= tolerance, "\(name), batch \(expected.batch), \(expected.height ?? 0)×\(expected.width ?? 0)")
        }
    }
}
