import Foundation
import Tensors
import Testing

@testable import OpenVINO

@Suite("Reading, compiling and running a model")
struct ModelTests {
    let core: Core

    init() throws { core = try Core() }

    @Test("a constant is read from the weights at its offset")
    func numbers() throws {
        let weights = Weights([9, 9, 10, 20, 30])
        let xml = IRText.addConstant(shape: [2, 3], constantShape: [1, 3], offset: 8)
        let model = try core.readModel(xml: xml, weights: weights.tensor())
        var request = try core.compile(model, device: "CPU").makeInferRequest()
        try request.setInput("x", to: NDArray(shape: [2, 3], values: [1, 2, 3, 4, 5, 6]))
        try request.inferBlocking()
        #expect(try request.output("y") == NDArray(shape: [2, 3], values: [11, 22, 33, 14, 25, 36]))
    }

    @Test("awaiting gives the same as blocking, many times over")
    func asynchronous() async throws {
        let weights = Weights([1])
        let model = try core.readModel(xml: IRText.addConstant(shape: [nil], constantShape: [1]), weights: weights.tensor())
        var request = try core.compile(model, device: "CPU").makeInferRequest()
        for size in 1...200 {
            try request.setInput("x", to: NDArray(repeating: Float(size), shape: [size]))
            try await request.infer()
            #expect(try request.output("y") == NDArray(repeating: Float(size + 1), shape: [size]))
        }
    }

    @Test("ports tell their names, element types and which extents are open")
    func ports() throws {
        let weights = Weights([1, 2, 3])
        let xml = IRText.addConstant(shape: [nil, 3], constantShape: [3])
        var model = try core.readModel(xml: xml, weights: weights.tensor())
        let input = Port(name: "x", elementType: .f32, shape: [nil, 3])
        #expect(try model.inputs() == [input])
        #expect(try model.outputs().map(\.name) == ["y"])
        #expect(try core.compile(model, device: "CPU").inputs == [input])

        try model.reshape(["x": [5, 3]])
        #expect(try model.inputs().map(\.shape) == [[5, 3]])
        #expect(try core.compile(model, device: "CPU").outputs.map(\.shape) == [[5, 3]])
    }

    @Test("scalars are numbers without axes")
    func scalars() throws {
        let weights = Weights([2])
        let model = try core.readModel(xml: IRText.addConstant(shape: [], constantShape: []), weights: weights.tensor())
        #expect(try model.inputs().map(\.shape) == [[]])
        var request = try core.compile(model, device: "CPU").makeInferRequest()
        try request.setInput("x", to: NDArray(shape: [], values: [40]))
        try request.inferBlocking()
        #expect(try request.output("y") == NDArray(shape: [], values: [42]))
    }

    @Test("a model without constants needs no weights")
    func withoutWeights() throws {
        let model = try core.readModel(xml: IRText.matrixPower(side: 2, length: 2))
        var request = try core.compile(model, device: "CPU").makeInferRequest()
        try request.setInput("x", to: NDArray(shape: [2, 2], values: [1, 1, 0, 1]))
        try request.inferBlocking()
        #expect(try request.output("y").values == [1, 3, 0, 1])
    }

    @Test("a compiled model tells what it was compiled with")
    func properties() throws {
        let model = try core.readModel(xml: IRText.matrixPower(side: 2, length: 1))
        let compiled = try core.compile(
            model, device: "CPU",
            properties: [
                Property(.inferencePrecision, .f32), Property(.executionMode, .accuracy),
                Property(.performanceHint, .latency),
            ])
        #expect(try compiled.value(of: .inferencePrecision) == .f32)
        #expect(try compiled.value(of: .executionMode) == .accuracy)
        #expect(try compiled.value(of: .performanceHint) == .latency)
        #expect(try compiled.value(of: .executionDevices) == ["CPU"])
    }

    @Test("profiling names each node that ran")
    func profile() throws {
        let model = try core.readModel(xml: IRText.matrixPower(side: 8, length: 3))
        let compiled = try core.compile(model, device: "CPU", properties: [Property(.profiling, true)])
        var request = try compiled.makeInferRequest()
        try request.setInput("x", to: NDArray(repeating: 1, shape: [8, 8]))
        try request.inferBlocking()
        let nodes = try request.profile().filter { $0.status == .executed }
        #expect(nodes.contains { $0.type == "MatMul" && $0.name == "product1" && !$0.executionType.isEmpty })
    }

    @Test("an exported model runs after import, without the one it came from")
    func exportAndImport() throws {
        let path = NSTemporaryDirectory() + "easel-\(UUID().uuidString).blob"
        defer { try? FileManager.default.removeItem(atPath: path) }
        do {
            let weights = Weights([1, 2])
            let xml = IRText.addConstant(shape: [2], constantShape: [2])
            let model = try core.readModel(xml: xml, weights: weights.tensor())
            try core.compile(model, device: "CPU").export(to: path)
        }
        let exported = try Data(contentsOf: URL(filePath: path))
        let imported = try exported.withUnsafeBytes { try core.importModel($0, device: "CPU") }
        var request = try imported.makeInferRequest()
        try request.setInput("x", to: NDArray(shape: [2], values: [10, 20]))
        try request.inferBlocking()
        #expect(try request.output("y").values == [11, 22])
    }

    @Test("an IR folder's model is read with the weights beside it")
    func readFromFiles() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "easel-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(IRText.addConstant(shape: [1], constantShape: [1]).utf8).write(to: folder.appending(path: "model.xml"))
        try withUnsafeBytes(of: Float(5)) { Data($0) }.write(to: folder.appending(path: "model.bin"))

        let model = try core.readModel(path: folder.appending(path: "model.xml").path)
        var request = try core.compile(model, device: "CPU").makeInferRequest()
        try request.setInput("x", to: NDArray(shape: [1], values: [2]))
        try request.inferBlocking()
        #expect(try request.output("y").values == [7])
    }
}
