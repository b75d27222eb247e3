import Checkpoints
import Generation
import GraphIR
import Networks
import OpenVINO
import Tensors
import TestSupport
import Testing

/// Networks whose edges fit together, in f32 on the CPU plugin.
struct TilingTests {
    /// Tests/Fixtures/networks/make_tiling.py wrote it.
    private struct Reference: Decodable {
        let unet, vaeDecoder, vaeEncoder: [ReferenceNumbers.Case]
    }

    /// As in AgreementTests. torch itself answers moved latents up to 1.4e-6 beside the moved answer.
    private let tolerance: Float = 1e-5

    private func compiledUNet(_ tiny: TinyCheckpoint, _ shape: InputShape) throws -> CompiledModel {
        let stored = tiny.checkpoint.unet
        return try tiny.compile(.unet(stored.configuration, shape: shape, weights: stored.weights, weightsByteCount: tiny.byteCount))
    }

    private func compiledDecoder(_ tiny: TinyCheckpoint, _ shape: InputShape) throws -> CompiledModel {
        let stored = tiny.checkpoint.vae
        return try tiny.compile(.vaeDecoder(stored.configuration, shape: shape, weights: stored.weights, weightsByteCount: tiny.byteCount))
    }

    private func predict(_ model: CompiledModel, _ latents: NDArray, of tiny: TinyCheckpoint) throws -> NDArray {
        let width = tiny.checkpoint.unet.configuration.crossAttentionWidth
        var request = try model.makeInferRequest()
        try request.setInput("latents", to: latents)
        try request.setInput("timestep", to: NDArray(shape: [1], values: [500.5]))
        try request.setInput("context", to: ReferenceNumbers.noise([latents.shape[0], 7, width], salt: 2))
        try request.inferBlocking()
        return try request.output("noise")
    }

    private func decode(_ model: CompiledModel, _ latents: NDArray) throws -> NDArray {
        var request = try model.makeInferRequest()
        try request.setInput("latents", to: latents)
        try request.inferBlocking()
        return try request.output("image")
    }

    private func numbers(_ name: String, _ tiling: Tiling) throws -> Reference {
        let all: [String: Reference] = try Fixture.decode(from: "networks/\(name)/tiling.json")
        return try #require(all[tiling.rawValue])
    }

    private func check(_ answer: NDArray, _ output: String, _ expected: ReferenceNumbers.Case) throws {
        let error = answer.error(against: try #require(expected.outputs[output]))
        #expect(error <= tolerance, "\(output), batch \(expected.batch), \(expected.height ?? 0)×\(expected.width ?? 0)")
    }

    private func noise(_ expected: ReferenceNumbers.Case, channels: Int = 4, salt: Int) throws -> NDArray {
        ReferenceNumbers.noise([expected.batch, channels, try #require(expected.height), try #require(expected.width)], salt: salt)
    }

    @Test("the UNet predicts what torch does with circular padding, for any size", arguments: ["sd1", "sd2"], [Tiling.x, .y, .both])
    func unet(name: String, tiling: Tiling) throws {
        let tiny = try TinyCheckpoint(name)
        let model = try compiledUNet(tiny, InputShape(tiling: tiling))
        for expected in try numbers(name, tiling).unet {
            try check(predict(model, noise(expected, salt: 1), of: tiny), "noise", expected)
        }
    }

    @Test("a UNet compiled for one size predicts the same", arguments: ["sd1", "sd2"], [Tiling.x, .y, .both])
    func staticUNet(name: String, tiling: Tiling) throws {
        let tiny = try TinyCheckpoint(name)
        let expected = try numbers(name, tiling).unet[0]
        let shape = InputShape(
            batch: .fixed(expected.batch), height: .fixed(try #require(expected.height)), width: .fixed(try #require(expected.width)),
            tokens: .fixed(try #require(expected.tokens)), tiling: tiling)
        try check(predict(compiledUNet(tiny, shape), noise(expected, salt: 1), of: tiny), "noise", expected)
    }

    @Test("the VAE decodes and encodes what torch does with circular padding", arguments: ["sd1", "sd2"], [Tiling.x, .y, .both])
    func vae(name: String, tiling: Tiling) throws {
        let tiny = try TinyCheckpoint(name)
        let reference = try numbers(name, tiling)
        let decoder = try compiledDecoder(tiny, InputShape(tiling: tiling))
        for expected in reference.vaeDecoder { try check(decode(decoder, noise(expected, salt: 3)), "image", expected) }

        let stored = tiny.checkpoint.vae
        let encoder = try tiny.compile(.vaeEncoder(
            stored.configuration, shape: InputShape(tiling: tiling), weights: stored.weights, weightsByteCount: tiny.byteCount))
        for expected in reference.vaeEncoder {
            var request = try encoder.makeInferRequest()
            try request.setInput("image", to: noise(expected, channels: 3, salt: 4))
            try request.inferBlocking()
            for output in ["mean", "deviation"] { try check(request.output(output), output, expected) }
        }
    }

    @Test(
        "latents that are moved around a tile give an answer that is moved with them, along axes that tile and no others",
        arguments: ["sd1", "sd2"], Tiling.allCases)
    func moved(name: String, tiling: Tiling) throws {
        let tiny = try TinyCheckpoint(name)
        let unet = try compiledUNet(tiny, InputShape(tiling: tiling))
        let decoder = try compiledDecoder(tiny, InputShape(tiling: tiling))
        // The innermost features of a UNet move by whole positions only.
        let step = tiny.checkpoint.unet.configuration.downscale
        let factor = tiny.checkpoint.vae.configuration.scaleFactor
        let large = ReferenceNumbers.noise([1, 4, 2 * step, 3 * step], salt: 1)
        let small = ReferenceNumbers.noise([1, 4, 4, 6], salt: 3)
        let (predicted, decoded) = (try predict(unet, large, of: tiny), try decode(decoder, small))
        for (rows, columns, fits) in [(1, 0, tiling.wrapsY), (0, 1, tiling.wrapsX)] {
            let errors = [
                try predict(unet, large.moved(rows: rows * step, columns: columns * step), of: tiny)
                    .error(against: predicted.moved(rows: rows * step, columns: columns * step)),
                try decode(decoder, small.moved(rows: rows, columns: columns))
                    .error(against: decoded.moved(rows: rows * factor, columns: columns * factor)),
            ]
            // Where an axis does not tile, torch is 0.35 and more beside it.
            for error in errors { #expect(fits ? error <= tolerance : error > 0.1, "\(rows) rows, \(columns) columns: \(error)") }
        }
    }

    @Test("a network that does not tile has nothing of it, and one that does pads no axis that tiles with zeros")
    func text() throws {
        let tiny = try TinyCheckpoint("sd1")
        let (unet, vae) = (tiny.checkpoint.unet, tiny.checkpoint.vae)
        for tiling in Tiling.allCases {
            let shape = InputShape(tiling: tiling)
            let denoiser = try Network.unet(unet.configuration, shape: shape, weights: unet.weights, weightsByteCount: tiny.byteCount)
            let decoder = try Network.vaeDecoder(vae.configuration, shape: shape, weights: vae.weights, weightsByteCount: tiny.byteCount)
            for text in [denoiser.graph.xml, decoder.graph.xml] {
                #expect(text.contains("\"Slice\"") == (tiling != Tiling.none))
                #expect(text.contains("pads_begin=\"1,1\"") == (tiling == Tiling.none))
                #expect(text.contains("pads_begin=\"1,0\"") == (tiling == .x))
                #expect(text.contains("pads_begin=\"0,1\"") == (tiling == .y))
            }
        }
    }
}

extension NDArray {
    /// A feature map whose last rows and columns are moved to its beginning, as `torch.roll` does it.
    fileprivate func moved(rows: Int, columns: Int) -> NDArray {
        let (height, width) = (shape[2], shape[3])
        var moved = self
        for (index, value) in values.enumerated() {
            let (plane, place) = index.quotientAndRemainder(dividingBy: height * width)
            let (row, column) = place.quotientAndRemainder(dividingBy: width)
            moved.values[(plane * height + (row + rows) % height) * width + (column + columns) % width] = value
        }
        return moved
    }

    /// Largest distance from other numbers, relative to the largest of those.
    fileprivate func error(against other: NDArray) -> Float {
        guard shape == other.shape else { return .infinity }
        let distance = zip(values, other.values).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
        return distance / other.values.reduce(0) { max($0, abs($1)) }
    }
}
