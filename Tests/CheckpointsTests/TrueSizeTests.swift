import Foundation
import TestSupport
import Testing

@testable import Checkpoints

/// Files with all tensors of the released models, but without their bytes: the data is a hole in the file.
/// Names and shapes are those that diffusers' converter gives; see Fixtures/checkpoints/make_names.py.
struct TrueSizeTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private struct Parameter {
        let component, name, key: String
        let slice: Int?
        let shape, storedShape: [Int]
    }

    private func parameters(_ family: Family) throws -> [Parameter] {
        try String(contentsOf: Fixture.url("checkpoints/names_\(family.rawValue).tsv"), encoding: .utf8).split(separator: "\n").map {
            line in
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            try #require(fields.count == 6)
            func shape(_ text: String) -> [Int] { text.split(separator: "x").compactMap { Int($0) } }
            return Parameter(
                component: fields[0], name: fields[1], key: fields[2], slice: Int(fields[3]), shape: shape(fields[4]),
                storedShape: shape(fields[5]))
        }
    }

    private func writeSparse(_ shapes: [String: [Int]]) throws -> String {
        var end = 0
        let members = shapes.sorted { $0.key < $1.key }.map { key, shape in
            let begin = end
            end += 2 * shape.reduce(1, *)
            return SafetensorsWriter.member(key, "F16", shape, begin, end)
        }
        return try folder.write(
            SafetensorsWriter.file(header: "{\(members.joined(separator: ","))}"), followedByHoleOf: end, to: "sparse.safetensors")
    }

    @Test("a single file's tensors get the names that diffusers gives them", arguments: [Family.sd1, .sd2])
    func names(family: Family) throws {
        let reference = try parameters(family)
        let stored = Dictionary(reference.map { ($0.key, $0.storedShape) }, uniquingKeysWith: { first, _ in first })
        let checkpoint = try Checkpoint.open(writeSparse(stored))
        #expect(checkpoint.family == family)
        #expect(checkpoint.unusedKeys == [])
        #expect(checkpoint.ignoredKeys == reference.filter { $0.component == "-" }.map(\.key).sorted())
        for (component, weights) in [
            ("text_encoder", checkpoint.textEncoders[0].weights), ("unet", checkpoint.unet.weights), ("vae", checkpoint.vae.weights)
        ] {
            let expected = reference.filter { $0.component == component }
            #expect(Set(weights.names) == Set(expected.map(\.name)))
            for parameter in expected {
                let tensor = try weights.tensor(parameter.name, shape: parameter.shape)
                #expect(tensor.key == parameter.key)
                let whole = try #require(parameter.slice == nil || tensor.shape[0] * 3 == parameter.storedShape[0] ? tensor : nil)
                if let slice = parameter.slice, slice > 0 {
                    let first = try #require(expected.first { $0.key == parameter.key && $0.slice == 0 })
                    #expect(whole.offset == (try weights.tensor(first.name, shape: first.shape)).offset + slice * tensor.byteCount)
                }
            }
        }
    }

    @Test("the architectures of the released models are read off their shapes")
    func architectures() throws {
        for family in [Family.sd1, .sd2] {
            let stored = Dictionary(try parameters(family).map { ($0.key, $0.storedShape) }, uniquingKeysWith: { first, _ in first })
            let checkpoint = try Checkpoint.open(writeSparse(stored))
            let heads = family == .sd1 ? [8, 8, 8, 8] : [5, 10, 20, 20]
            var unet = UNetConfiguration(
                blocks: zip([320, 640, 1280, 1280], heads).enumerated().map { level, block in
                    .init(channels: block.0, hasAttention: level < 3, headCount: block.1)
                }, crossAttentionWidth: family == .sd1 ? 768 : 1024)
            unet.usesLinearProjection = family == .sd2
            #expect(checkpoint.unet.configuration == unet)
            #expect(checkpoint.vae.configuration == VAEConfiguration(blockChannels: [128, 256, 512, 512]))
            #expect(
                checkpoint.textEncoders[0].configuration
                    == (family == .sd1
                        ? TextEncoderConfiguration(
                            width: 768, intermediateWidth: 3072, layerCount: 12, headCount: 12, activation: .quickGELU)
                        : TextEncoderConfiguration(width: 1024, intermediateWidth: 4096, layerCount: 23, headCount: 16, activation: .gelu)))
            #expect(checkpoint.scheduler.prediction == (family == .sd1 ? .epsilon : .velocity))
            #expect(checkpoint.tokenizers[0] == TokenizerFiles(source: .bundled, paddingTokenID: family == .sd1 ? 49_407 : 0))
        }
    }

    @Test("OpenCLIP's last layer is left out, unless it is gone already", arguments: [(24, 23), (23, 23), (12, 11)])
    func openCLIPLayers(stored: Int, used: Int) throws {
        let shapes = Dictionary(
            try parameters(.sd2).filter { parameter in
                guard let number = parameter.key.firstMatch(of: /resblocks\.(\d+)\./)?.1 else { return true }
                return Int(number) ?? 0 < stored
            }.map { ($0.key, $0.storedShape) }, uniquingKeysWith: { first, _ in first })
        let checkpoint = try Checkpoint.open(writeSparse(shapes))
        #expect(checkpoint.textEncoders[0].configuration.layerCount == used)
    }
}
