import CMalloc
import Synchronization
import Tensors
import Testing

@testable import OpenVINO

@Suite("Lifetimes")
struct LifetimeTests {
    @Test("weights live as long as the last model that was made from them")
    func weightsOwner() throws {
        let core = try Core()
        weak var watched: Weights?
        var compiled: CompiledModel?
        do {
            let weights = Weights([1, 2])
            watched = weights
            let xml = IRText.addConstant(shape: [2], constantShape: [2])
            let model = try core.readModel(xml: xml, weights: weights.tensor())
            compiled = try core.compile(model, device: "CPU")
        }
        #expect(watched != nil)
        do {
            var request = try #require(compiled).makeInferRequest()
            compiled = nil
            #expect(watched != nil)
            try request.setInput("x", to: NDArray(shape: [2], values: [1, 1]))
            try request.inferBlocking()
            #expect(try request.output("y").values == [2, 3])
        }
        #expect(watched == nil)
    }

    @Test("what comes of weights that others have changed is thrown away, whatever reads them")
    func changedWeights() async throws {
        let core = try Core()
        let weights = Weights([1, 2])
        let xml = IRText.addConstant(shape: [2], constantShape: [2])
        let model = try core.readModel(xml: xml, weights: weights.tensor())
        var request = try core.compile(model, device: "CPU").makeInferRequest()
        try request.setInput("x", to: NDArray(shape: [2], values: [1, 1]))
        try request.inferBlocking()
        weights.told.withLock { $0 = "The weights have changed." }
        let expected = OpenVINOError.memoryChanged("The weights have changed.")
        #expect(throws: expected) { _ = try core.readModel(xml: xml, weights: weights.tensor()) }
        // Also in place of an error that they may have caused.
        #expect(throws: expected) { _ = try core.readModel(xml: "<net", weights: weights.tensor()) }
        #expect(throws: expected) { _ = try core.compile(model, device: "CPU") }
        #expect(throws: expected) { try request.inferBlocking() }
        await #expect(throws: expected) { try await request.infer() }
    }

    @Test("memory lent as an input lives until the request has another")
    func inputOwner() throws {
        let core = try Core()
        let model = try core.readModel(xml: IRText.matrixPower(side: 2, length: 1))
        var request = try core.compile(model, device: "CPU").makeInferRequest()
        weak var watched: Weights?
        do {
            let input = Weights([1, 1, 0, 1])
            watched = input
            try request.setInput("x", to: input.tensor(elementType: .f32, shape: [2, 2]))
        }
        #expect(watched != nil)
        try request.inferBlocking()
        #expect(try request.output("y").values == [1, 2, 0, 1])
        try request.setInput("x", to: NDArray(repeating: 0, shape: [2, 2]))
        #expect(watched == nil)
    }

    @Test("no C object outlives its Swift owner, on throwing paths either")
    func handlesAreFreed() async {
        // In a process of its own, because the count is the process's.
        await #expect(processExitsWith: .success) {
            do {
                let core = try Core()
                var model = try addition(core)
                var request = try profiled(core, model)
                try request.setInput("x", to: NDArray(repeating: 1, shape: [3]))
                try await request.infer()
                try useAndMisuse(core, &model, &request)
                #expect(Handle.liveCount.load(ordering: .relaxed) == 4)
            }
            #expect(Handle.liveCount.load(ordering: .relaxed) == 0)
        }
    }

    @Test("strings and lists that C calls return are freed, on throwing paths either")
    func memoryIsFreed() async {
        await #expect(processExitsWith: .success) {
            let core = try Core()
            var model = try addition(core)
            var request = try profiled(core, model)
            try request.setInput("x", to: NDArray(repeating: 1, shape: [3]))
            try request.inferBlocking()
            for _ in 0..<20 { try useAndMisuse(core, &model, &request) }
            // The smallest thing to forget takes 24 bytes, so 4800 in 200 rounds, every time; some tables of OpenVINO's grow by
            // less, and what its threads set up once on a busy machine does not come again.
            var growth = Int.max
            for _ in 0..<5 where growth >= 4000 {
                let before = Int(mallinfo2().uordblks)
                for _ in 0..<200 { try useAndMisuse(core, &model, &request) }
                growth = Int(mallinfo2().uordblks) - before
            }
            #expect(growth < 4000)
        }
    }
}

/// y = x + 1
private func addition(_ core: Core) throws -> Model {
    let xml = IRText.addConstant(shape: [nil], constantShape: [1])
    return try core.readModel(xml: xml, weights: Weights([1]).tensor())
}

private func profiled(_ core: Core, _ model: borrowing Model) throws -> InferRequest {
    try core.compile(model, device: "CPU", properties: [Property(.profiling, true)]).makeInferRequest()
}

/// Calls whose results must be freed, and calls that throw, each once.
/// Successful compiling and reading are not among them: OpenVINO itself keeps some bytes of each.
private func useAndMisuse(_ core: Core, _ model: inout Model, _ request: inout InferRequest) throws {
    _ = try Core.version()
    _ = try core.devices()
    _ = try model.inputs()
    _ = try request.profile()
    _ = try request.output("y")

    refused { _ = try core.readModel(xml: "no XML") }
    refused { _ = try core.value(of: .fullDeviceName, device: "TPU") }
    refused { _ = try core.value(of: PropertyKey<Int>("FULL_DEVICE_NAME"), device: "CPU") }
    refused { try core.set([Property(PropertyKey<String>("NO_SUCH"), "1")], device: "CPU") }
    refused { _ = try core.importModel(UnsafeRawBufferPointer(start: nil, count: 0), device: "CPU") }
    refused { _ = try core.compile(model, device: "TPU") }
    refused { try model.reshape(["z": [1]]) }
    refused { _ = try request.output("z") }
    refused { try request.setInput("z", to: NDArray(repeating: 1, shape: [3])) }
    refused { try request.withOutput("y") { _ throws(OpenVINOError) in throw .cancelled } }
}

/// Stands in for `#expect(throws:)`, which keeps what it saw and would spoil the count of memory.
private func refused(_ call: () throws -> Void) {
    do {
        try call()
        Issue.record("The call went through")
    } catch {}
}
