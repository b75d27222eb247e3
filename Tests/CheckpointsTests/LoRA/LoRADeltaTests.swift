import Files
import Foundation
import Tensors
import Testing
import TestSupport

@testable import Checkpoints

/// Changes of weights against those of Fixtures/lora/make_lora.py, which are computed in double precision.
@Suite("Changes of weights by LoRA files")
struct LoRADeltaTests {
    /// A fixture's cases, read once.
    private struct Reference: Sendable {
        let tensors: [String: StoredTensor]
        let mapping: MappedWeights

        init() throws {
            var files = FileSequence()
            let opened = try files.open(OpenFile(path: Fixture.url("lora/deltas.safetensors").path))
            (tensors, mapping) = (opened.tensors, try MappedWeights(files.files, of: "deltas"))
        }

        var cases: [String] { Set(tensors.keys.filter { $0.contains("/") }.map { String($0.prefix { $0 != "/" }) }).sorted() }

        func numbers(_ key: String) -> [Float]? { tensors[key].map(mapping.numbers) }

        func change(_ name: String) throws -> (change: LayerChange, weight: [Float], shape: [Int]) {
            let stored = try #require(tensors["weight.\(name.split(separator: ".")[1])"])
            let prefix = "\(name)/file/"
            let parts = tensors.filter { $0.key.hasPrefix(prefix) }.map { (String($0.key.dropFirst(prefix.count)), $0.value) }
            let shape = try #require(LayerShape(stored.shape))
            var entry = LayerEntry(Dictionary(uniqueKeysWithValues: parts), in: mapping, shape: shape, adapterScale: nil)
            let placement = LayerPlacement(shape: shape, isTransposed: false, storedInputs: shape.inputs)
            let change = try LayerChange(&entry, placement, biasCount: shape.outputs)
            #expect(entry.used == Set(parts.map(\.0)))
            return (change, mapping.numbers(of: stored), stored.shape)
        }
    }

    private let reference: Reference
    init() throws { reference = try Reference() }

    @Test("every algorithm gives the reference's change of a linear layer, of convolutions and of a norm")
    func deltas() throws {
        let cases = reference.cases
        #expect(cases.count == 74)
        for name in cases {
            let (change, weight, shape) = try reference.change(name)
            let (delta, bias) = change.delta(of: weight, shape: shape)
            let expected = try #require(reference.numbers("\(name)/delta"))
            #expect(try #require(delta).distance(to: expected) < 1e-6, "\(name)")
            #expect(bias == reference.numbers("\(name)/delta_bias"), "\(name)")
        }
    }

    @Test("the first ranks of a LoRA count alone when told so", arguments: ["lora.linear", "lora.conv1", "lora.conv3"])
    func rankLimit(name: String) throws {
        let (change, weight, shape) = try reference.change(name)
        let expected = try #require(reference.numbers("\(name)/delta_dyn2"))
        #expect(try #require(change.delta(of: weight, shape: shape, rankLimit: 2).weight).distance(to: expected) < 1e-6)
        #expect(change.factors(rankLimit: 2)?.rank == 2)
        let all = change.delta(of: weight, shape: shape).weight
        #expect(change.delta(of: weight, shape: shape, rankLimit: 9).weight == all)
        #expect(change.delta(of: weight, shape: shape, rankLimit: 0).weight == all)
    }

    @Test("a core's ranks are not cut", arguments: ["lora-cp.conv3", "loha.linear"])
    func noRankLimit(name: String) throws {
        let (change, weight, shape) = try reference.change(name)
        let cut = change.delta(of: weight, shape: shape, rankLimit: 2).weight
        #expect(cut == change.delta(of: weight, shape: shape).weight)
    }

    @Test("what is of low rank is the product of its factors; what reads the weight has none")
    func factors() throws {
        var ranks: [String: Int] = [:]
        for name in reference.cases {
            let (change, weight, shape) = try reference.change(name)
            let algorithm = String(name.prefix { $0 != "." })
            let reads = ["ia3", "ia3-in", "glora", "glora-old", "glora-cp", "oft", "oft-limit", "oft-rescale", "oft-diag", "boft", "set"]
            #expect(change.readsWeight == (reads.contains(algorithm) || algorithm.contains("+")), "\(name)")
            #expect(change.hasMagnitude == algorithm.contains("+"), "\(name)")
            guard let factors = change.factors() else { continue }
            ranks[name] = factors.rank
            #expect(factors.down.shape == [factors.rank] + (shape.count == 4 && shape[2] == 1 ? [shape[1]] : Array(shape.dropFirst())))
            #expect(factors.up.shape == [shape[0], factors.rank])
            let columns = shape.dropFirst().reduce(1, *)
            let product = Matrix(rows: shape[0], columns: factors.rank, values: factors.up.values)
                * Matrix(rows: factors.rank, columns: columns, values: factors.down.values)
            #expect(product.values.distance(to: try #require(change.delta(of: weight, shape: shape).weight)) < 1e-5, "\(name)")
        }
        let expected = [
            "lora.linear": 4, "lora.conv1": 4, "lora.conv3": 4, "lora-plain.linear": 4, "lora-plain.conv1": 4, "lora-plain.conv3": 4,
            "lora-cp.conv1": 4, "lora-cp.conv3": 4, "loha.linear": 16, "loha.conv1": 16, "loha.conv3": 16, "loha-cp.linear": 16,
            "loha-cp.conv1": 16, "loha-cp.conv3": 16, "lokr.linear": 8, "lokr.conv1": 8, "lokr.conv3": 8, "lokr-full.linear": 6,
            "lokr-full.conv1": 6, "lokr-full.conv3": 6, "lokr-cp.linear": 6, "lokr-cp.conv1": 6, "lokr-cp.conv3": 8,
        ]
        #expect(ranks == expected)
    }

    @Test("numbers of every type are read, with a scale for each row or for all", arguments: [
        (ElementType.f8e4m3, [UInt8(0x38), 0x01, 0xC8, 0x7E], [Float(1), 0x1p-9, -4, 448]),
        (.f8e5m2, [0x3C, 0x01, 0xC4, 0x7B], [1, 0x1p-16, -4, 57_344]),
        (.f16, [0x00, 0x3C, 0x01, 0x00, 0x00, 0xC4, 0xFF, 0x7B], [1, 0x1p-24, -4, 65_504]),
        (.bf16, [0x80, 0x3F, 0x00, 0x00, 0x80, 0xC0, 0x00, 0x40], [1, 0, -4, 2]),
        (.i8, [1, 0, 0xFC, 0x7F], [1, 0, -4, 127]),
        (.f64, [0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 0, 0, 0, 0, 0, 0, 0, 0xC0] + [UInt8](repeating: 0, count: 16), [1, -2, 0, 0]),
    ])
    func numbers(type: ElementType, bytes: [UInt8], expected: [Float]) throws {
        let folder = try TemporaryFolder()
        let scale = RawTensor("scale", [2], [2, 0.5])
        let file = SafetensorsWriter.file([RawTensor(key: "w", elementType: type, shape: [2, 2], bytes: bytes), scale])
        var files = FileSequence()
        let opened = try files.open(OpenFile(path: folder.write(file, to: "numbers.safetensors")))
        let mapping = try MappedWeights(files.files, of: "numbers")
        var tensor = try #require(opened["w"])
        #expect(mapping.numbers(of: tensor) == expected)
        let stored = try #require(opened["scale"])
        tensor.scale = StoredScale(key: "scale", elementType: .f32, count: 2, offset: stored.offset, factor: 3)
        #expect(mapping.numbers(of: tensor) == [6 * expected[0], 6 * expected[1], 1.5 * expected[2], 1.5 * expected[3]])
        tensor.scale?.count = 1
        #expect(mapping.numbers(of: tensor) == expected.map { 6 * $0 })
    }

    @Test("infinite numbers and those that are none stay so")
    func specialNumbers() throws {
        let folder = try TemporaryFolder()
        let halves = RawTensor(key: "w", elementType: .f16, shape: [3], bytes: [0x00, 0x7C, 0x00, 0xFC, 0x01, 0x7E])
        let eighths = RawTensor(key: "x", elementType: .f8e4m3, shape: [1], bytes: [0xFF])
        var files = FileSequence()
        let opened = try files.open(OpenFile(path: folder.write(SafetensorsWriter.file([halves, eighths]), to: "numbers.safetensors")))
        let mapping = try MappedWeights(files.files, of: "numbers")
        let numbers = mapping.numbers(of: try #require(opened["w"]))
        #expect(numbers[0] == .infinity && numbers[1] == -.infinity && numbers[2].isNaN)
        #expect(mapping.numbers(of: try #require(opened["x"]))[0].isNaN)
    }
}
