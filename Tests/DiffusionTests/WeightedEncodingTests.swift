import Compilation
import Files
import Foundation
import Generation
import Networks
import OpenVINO
import Tensors
import TestSupport
import Testing

@testable import Checkpoints
@testable import Diffusion
@testable import Prompting

/// Prompts of one to five chunks against transformers; Tests/Fixtures/encoding/make_encoding.py wrote the numbers and repeats the formulas.
@Suite("Encoded prompts")
struct WeightedEncodingTests {
    /// Of the largest number. Rounding differs through six layers (seen: up to 3e-6), and where a mean is restored, its small
    /// difference scales the chunk.
    private let tolerance: Float = 1e-5

    struct Case: CustomTestStringConvertible, Sendable {
        let family: String
        let clipSkip: Int
        let emphasis: Emphasis
        var testDescription: String { "\(family), clip skip \(clipSkip), \(emphasis.rawValue)" }
    }

    static let cases = ["sd1", "sd2"].flatMap { family in
        (1...4).flatMap { clipSkip in Emphasis.allCases.map { Case(family: family, clipSkip: clipSkip, emphasis: $0) } }
    }

    @Test("agree with transformers for every emphasis and clip skip, one to five chunks, and a textual inversion", arguments: cases)
    func agreement(_ test: Case) async throws {
        let network = try await Self.networks[test.family].value()
        let output = try #require(TextEncoderState.normalized(clipSkip: test.clipSkip).output(layerCount: Self.layerCount))
        var encoder = try PromptEncoder(
            network, EncoderReading(output: output), emphasis: test.emphasis,
            inversions: ["word": Self.noise([3, Self.width], salt: 5)])
        let emphasis = test.emphasis == .none ? "ignore" : test.emphasis.rawValue
        let expected = try Self.reference(test.family, "\(test.clipSkip).\(emphasis)")
        for count in 1...5 {
            let prompt = Array(Self.prompt(padding: test.family == "sd1" ? Self.end : 0).prefix(count))
            let encoded = try await encoder.encode([prompt])[0].context
            #expect(encoded.shape == [1, count * 77, Self.width])
            let error = Self.error(encoded.values, expected.prefix(count * 77 * Self.width))
            #expect(error <= tolerance, "\(count) chunks")
        }
    }

    @Test("a prompt is encoded the same beside another")
    func together() async throws {
        var encoder = try PromptEncoder(try await Self.networks["sd1"].value(), inversions: ["word": Self.noise([3, Self.width], salt: 5)])
        let chunks = Self.prompt(padding: Self.end)
        let together = try await encoder.encode([Array(chunks[0..<2]), Array(chunks[2...])]).map(\.context)
        let apart = [
            try await encoder.encode([Array(chunks[0..<2])])[0].context, try await encoder.encode([Array(chunks[2...])])[0].context
        ]
        for (one, other) in zip(together, apart) { #expect(Self.error(one.values, other.values[...]) <= tolerance) }
    }

    @Test("clip skip ends at the encoder's first layer")
    func bounds() {
        #expect(TextEncoderState.normalized(clipSkip: 12).output(layerCount: 12) == "normalized_states.1")
        #expect(TextEncoderState.normalized(clipSkip: 2).output(layerCount: 12) == "normalized_states.11")
        #expect(TextEncoderState.normalized(clipSkip: 1).output(layerCount: 12) == "last_hidden_state")
        #expect(TextEncoderState.normalized(clipSkip: 13).output(layerCount: 12) == nil)
        #expect(TextEncoderState.normalized(clipSkip: 0).output(layerCount: 12) == nil)
        #expect(TextEncoderState.hidden(layersFromEnd: 2).output(layerCount: 12) == "hidden_states.11")
    }

    // The script's formulas

    private static let (layerCount, width) = (6, 8)
    private static let (begin, end): (Int32, Int32) = (398, 399)

    private static func prompt(padding: Int32) -> [PromptChunk] {
        let inserted = [1: 10...12, 3: 73...75]
        return [75, 75, 20, 75, 0].enumerated().map { chunk, length in
            let tokens = (0..<length).map { Int32((chunk * 75 + $0) * 37 % Int(begin)) }
            let weights = (0..<length).map { 0.4 + Double((chunk + $0) * 7 % 13) / 10 }
            var insertions: [Int: InsertedVector] = [:]
            for position in inserted[chunk] ?? 0...0 where position > 0 {
                insertions[position] = InsertedVector(name: "word", row: position - (inserted[chunk]?.lowerBound ?? 0))
            }
            return PromptChunk(
                tokens: [begin] + tokens + [end] + Array(repeating: padding, count: 75 - length),
                weights: [1] + weights + Array(repeating: 1, count: 76 - length), tokenCount: length, insertions: insertions, end: .full)
        }
    }

    private static func noise(_ shape: [Int], salt: Int) -> NDArray {
        NDArray(shape: shape, values: (0..<shape.reduce(1, *)).map { Float(Double(($0 * 7919 + salt * 104_729) % 4001) / 1000 - 2) })
    }

    // What is compared

    private static func error(_ values: [Float], _ expected: ArraySlice<Float>) -> Float {
        let distance = zip(values, expected).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
        return distance / expected.reduce(0) { max($0, abs($1)) }
    }

    private static func reference(_ family: String, _ name: String) throws -> [Float] {
        let file = try OpenFile(path: Fixture.url("encoding/\(family).safetensors").path)
        let tensor = try #require(SafetensorsHeader(of: file).tensors.first { $0.key == name })
        return try file.read(tensor.byteCount, at: tensor.offset).withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    }

    private static let networks = CompiledEncoders()
}

/// Compiled once for all tests.
private struct CompiledEncoders {
    private let tasks: [String: Task<CompiledNetwork, any Error>]

    init() {
        tasks = Dictionary(
            uniqueKeysWithValues: [("sd1", TinyCheckpoint.sd1(vocabularySize: 400)), ("sd2", .sd2(vocabularySize: 400))].map { name, tiny in
            (name, Task { try await Self.compile(tiny) })
        })
    }

    subscript(name: String) -> Entry { Entry(task: tasks[name]) }

    struct Entry {
        let task: Task<CompiledNetwork, any Error>?
        func value() async throws -> CompiledNetwork { try await #require(task).value }
    }

    private static func compile(_ tiny: TinyCheckpoint) async throws -> CompiledNetwork {
        var tiny = tiny
        (tiny.textEncoder.width, tiny.textEncoder.intermediateWidth) = (8, 16)
        (tiny.textEncoder.layerCount, tiny.textEncoder.headCount) = (6, 2)
        tiny.unet.crossAttentionWidth = 8
        tiny.seed = 22
        let folder = try TemporaryFolder()
        let checkpoint = try Checkpoint.open(tiny.writeFolder(in: folder))
        return try await NetworkCompiler(core: Core(), source: checkpoint)
            .compile(.text(0), at: Placement(device: "CPU", precision: .f32))
    }
}
