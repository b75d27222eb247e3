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
}
