import Checkpoints
import Generation
import GraphIR
import Networks
import OpenVINO
import Tensors
import Testing

/// Each network against diffusers or transformers, in f32 on the CPU plugin.
struct AgreementTests {
    /// Both sides add in another order, and each of some hundred layers rounds to 6e-8; seen: up to 2e-6.
    private let tolerance: Float = 1e-5

    @Test(
        "the UNet predicts what diffusers predicts, for any size, batch, timestep and number of tokens",
        arguments: ["sd1", "sd2", "sd2-openvino"])
    func unet(name: String) throws {
        let tiny = try TinyCheckpoint(name)
        let stored = tiny.checkpoint.unet
        let model = try tiny.compile(tiny.network(.denoiser))
        for expected in try ReferenceNumbers.load(name).unet { try check(expected, model, stored.configuration) }
    }

    @Test("a UNet compiled for one size predicts the same", arguments: ["sd1", "sd2"])
    func staticUNet(name: String) throws {
        let tiny = try TinyCheckpoint(name)
        let stored = tiny.checkpoint.unet
        let expected = try ReferenceNumbers.load(name).unet[1]
        let shape = InputShape(
            batch: .fixed(expected.batch), height: .fixed(try #require(expected.height)),
            width: .fixed(try #require(expected.width)), tokens: .fixed(try #require(expected.tokens)))
        try check(expected, tiny.compile(tiny.network(.denoiser, shape: shape)), stored.configuration)
    }

    private func check(_ expected: ReferenceNumbers.Case, _ model: CompiledModel, _ configuration: UNetConfiguration) throws {
        let (height, width) = (try #require(expected.height), try #require(expected.width))
        let timesteps = try #require(expected.timesteps)
        var request = try model.makeInferRequest()
        try request.setInput("latents", to: ReferenceNumbers.noise([expected.batch, 4, height, width], salt: 1))
        try request.setInput("timestep", to: NDArray(shape: [timesteps.count], values: timesteps))
        let context = [expected.batch, try #require(expected.tokens), configuration.crossAttentionWidth]
        try request.setInput("context", to: ReferenceNumbers.noise(context, salt: 2))
        try check(&request, expected)
    }

    @Test("the text encoder leaves what transformers leaves after every layer", arguments: ["sd1", "sd2"])
    func textEncoder(name: String) throws {
        let tiny = try TinyCheckpoint(name)
        let stored = tiny.checkpoint.textEncoders[0]
        let model = try tiny.compile(tiny.network(.text(0)))
        for expected in try ReferenceNumbers.load(name).textEncoder {
            #expect(expected.outputs.count == stored.configuration.layerCount + 2)
            let width = stored.configuration.width
            let ids = (0..<expected.batch * 77).map { Int64($0 * 37 % stored.configuration.vocabularySize) }
            var request = try model.makeInferRequest()
            try request.setInput("input_ids", to: Tensor(shape: [expected.batch, 77], values: ids))
            try request.setInput("vectors", to: NDArray(repeating: .nan, shape: [expected.batch, 77, width]))
            try check(&request, expected)
        }
    }

    @Test("a text encoder that is a graph leaves what transformers leaves last, and takes vectors in the place of tokens")
    func storedTextEncoder() throws {
        let tiny = try TinyCheckpoint("sd2-openvino"), original = try TinyCheckpoint("sd2")
        let models = try [tiny.compile(tiny.network(.text(0))), original.compile(original.network(.text(0)))]
        for expected in try ReferenceNumbers.load("sd2").textEncoder {
            let stored = original.checkpoint.textEncoders[0].configuration
            let ids = (0..<expected.batch * 77).map { Int64($0 * 37 % stored.vocabularySize) }
            let vectors = ReferenceNumbers.noise([expected.batch, 77, stored.width], salt: 5)
            let last = try #require(expected.outputs["last_hidden_state"])
            for inserted in [[], [3, 40]] {
                var tokens = ids
                for place in inserted { tokens[place] = Network.insertedToken }
                let answers = try models.map { model in
                    var request = try model.makeInferRequest()
                    try request.setInput("input_ids", to: Tensor(shape: [expected.batch, 77], values: tokens))
                    try request.setInput("vectors", to: vectors)
                    try request.inferBlocking()
                    return try request.output("last_hidden_state")
                }
                let error = zip(answers[0].values, answers[1].values).map { abs($0 - $1) }.max() ?? .infinity
                #expect(error <= tolerance)
                if inserted.isEmpty { #expect(try answers[0].error(against: last) <= tolerance) }
            }
        }
    }

    @Test("the VAE decodes latents to the picture that diffusers decodes", arguments: ["sd1", "sd2", "sd2-openvino"])
    func vaeDecoder(name: String) throws {
        let tiny = try TinyCheckpoint(name)
        let model = try tiny.compile(tiny.network(.decoder))
        for expected in try ReferenceNumbers.load(name).vaeDecoder { try checkDecoder(expected, model) }
    }

    @Test("a VAE compiled for one size decodes the same", arguments: ["sd1", "sd2"])
    func staticVAEDecoder(name: String) throws {
        let tiny = try TinyCheckpoint(name)
        let expected = try ReferenceNumbers.load(name).vaeDecoder[0]
        let shape = InputShape(
            batch: .fixed(expected.batch), height: .fixed(try #require(expected.height)), width: .fixed(try #require(expected.width)))
        try checkDecoder(expected, tiny.compile(tiny.network(.decoder, shape: shape)))
    }

    private func checkDecoder(_ expected: ReferenceNumbers.Case, _ model: CompiledModel) throws {
        let shape = [expected.batch, 4, try #require(expected.height), try #require(expected.width)]
        var request = try model.makeInferRequest()
        try request.setInput("latents", to: ReferenceNumbers.noise(shape, salt: 3))
        try check(&request, expected)
    }

    @Test("the VAE encodes a picture to the distribution that diffusers encodes it to", arguments: ["sd1", "sd2", "sd2-openvino"])
    func vaeEncoder(name: String) throws {
        let tiny = try TinyCheckpoint(name)
        let model = try tiny.compile(tiny.network(.encoder))
        for expected in try ReferenceNumbers.load(name).vaeEncoder {
            let shape = [expected.batch, 3, try #require(expected.height), try #require(expected.width)]
            var request = try model.makeInferRequest()
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
