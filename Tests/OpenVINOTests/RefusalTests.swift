import Tensors
import Testing

@testable import OpenVINO

@Suite("What is wrong is an error, not a crash")
struct RefusalTests {
    let core: Core

    init() throws { core = try Core() }

    @Test("text that is no model", arguments: [
        "", "no XML", "<net", "<net name=\"x\" version=\"11\"><layers><layer/></layers></net>", "<?xml version=\"1.0\"?><html/>",
    ])
    func malformed(xml: String) {
        #expect(throws: OpenVINOError.self) { _ = try core.readModel(xml: xml) }
    }

    @Test("a constant that lies outside the weights", arguments: [4, 8, 1 << 20, 1 << 62, -4])
    func constantOutOfRange(offset: Int) throws {
        let weights = Weights([1, 2])
        let xml = IRText.addConstant(shape: [2], constantShape: [2], offset: offset)
        #expect(throws: OpenVINOError.self) { _ = try core.readModel(xml: xml, weights: weights.tensor()) }
    }

    @Test("a constant whose shape needs more bytes than it has")
    func constantTooShort() throws {
        let weights = Weights([1, 2])
        let xml = IRText.addConstant(shape: [2], constantShape: [2]).replacing("size=\"8\"", with: "size=\"4\"")
        #expect(throws: OpenVINOError.self) { _ = try core.readModel(xml: xml, weights: weights.tensor()) }
    }

    @Test("constants without weights")
    func noWeights() {
        #expect(throws: OpenVINOError.self) {
            let model = try core.readModel(xml: IRText.addConstant(shape: [2], constantShape: [2]))
            _ = try core.compile(model, device: "CPU")
        }
    }

    @Test("a file that is not there, by its path")
    func missingFile() {
        let error = #expect(throws: OpenVINOError.self) { _ = try core.readModel(path: "/nowhere/model.xml") }
        #expect(error?.description.contains("/nowhere/model.xml") == true)
    }

    @Test("a device that is not there, with those that are")
    func unknownDevice() throws {
        let error = #expect(throws: OpenVINOError.self) {
            let model = try core.readModel(xml: IRText.matrixPower(side: 2, length: 1))
            _ = try core.compile(model, device: "GPU.7")
        }
        guard case .deviceNotFound("GPU.7", let available) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(available.contains("CPU"))
    }

    @Test("a property value that the device refuses")
    func refusedProperty() throws {
        let model = try core.readModel(xml: IRText.matrixPower(side: 2, length: 1))
        let property = Property(PropertyKey<String>("INFERENCE_PRECISION_HINT"), "f7")
        #expect(throws: OpenVINOError.self) { _ = try core.compile(model, device: "CPU", properties: [property]) }
    }

    @Test("an input of another shape, element type or name, and an output that is not there")
    func wrongInputs() throws {
        var request = try core.compile(core.readModel(xml: IRText.matrixPower(side: 2, length: 1)), device: "CPU")
            .makeInferRequest()
        let error = #expect(throws: OpenVINOError.self) {
            try request.setInput("x", to: NDArray(repeating: 0, shape: [2, 3]))
        }
        #expect(error?.description.contains("input \"x\" to f32 of shape [2, 3]") == true)
        #expect(throws: OpenVINOError.self) { try request.setInput("x", to: Tensor(shape: [2, 2], values: [Int32(1), 2, 3, 4])) }
        #expect(throws: OpenVINOError.self) { try request.setInput("z", to: NDArray(repeating: 0, shape: [2, 2])) }
        #expect(throws: OpenVINOError.self) { _ = try request.output("z") }

        try request.setInput("x", to: NDArray(repeating: 1, shape: [2, 2]))
        try request.inferBlocking()
        #expect(try request.output("y").values == [2, 2, 2, 2])
    }

    @Test("a shape that the model cannot have")
    func wrongReshape() throws {
        let weights = Weights([1, 2, 3])
        var model = try core.readModel(xml: IRText.addConstant(shape: [3], constantShape: [3]), weights: weights.tensor())
        #expect(throws: OpenVINOError.self) { try model.reshape(["x": [4]]) }
        #expect(throws: OpenVINOError.self) { try model.reshape(["z": [3]]) }
    }

    @Test("bytes that are no exported model", arguments: [[], [UInt8](repeating: 7, count: 100)])
    func wrongBlob(bytes: [UInt8]) {
        #expect(throws: OpenVINOError.self) { try bytes.withUnsafeBytes { _ = try core.importModel($0, device: "CPU") } }
    }

    @Test("the text says what was attempted and why it failed, without places in OpenVINO's sources")
    func text() throws {
        let model = try core.readModel(xml: IRText.matrixPower(side: 2, length: 1))
        let request = try core.compile(model, device: "CPU").makeInferRequest()
        let error = #expect(throws: OpenVINOError.self) { _ = try request.output("z") }
        #expect(error?.description == "Could not get output \"z\": Port for tensor name z was not found (general error).")
    }
}
