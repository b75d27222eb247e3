import Compilation
import Diffusion
import Generation
import Testing

@Suite("The plan of a request")
struct RequestPlanTests {
    @Test("prompts and files are read once for all pictures that are drawn together, and nothing is checked again for a second drawing")
    func once() async throws {
        let readings = Counter()
        var resources = PromptResources()
        resources.reader = { _ in
            readings.add()
            return PromptResources()
        }
        let pipeline = try Demo.newPipeline(resources: resources)
        _ = try await pipeline.generate(Demo.request("a cat")) { _ in }
        #expect(readings.value == 1)
        _ = try await pipeline.generate([Demo.request("a cat"), Demo.request("a dog")]) { _ in }
        #expect(readings.value == 2)
        let plan = try pipeline.plan(for: [Demo.request("a cat")])
        let first = try await pipeline.draw(plan) { _ in }
        let second = try await pipeline.draw(plan) { _ in }
        #expect(first.results[0].images == second.results[0].images)
        #expect(readings.value == 3)
    }

    @Test("what is refused is refused by the plan, before anything is compiled")
    func refusal() async throws {
        let pipeline = try Demo.newPipeline()
        for (field, change) in [
            ("steps", { $0.steps = 0 }), ("clip_skip", { $0.clipSkip = 12 }), ("styles", { $0.styles = ["none of these"] }),
            ("width", { $0.width = 100 }),
        ] as [(String, (inout GenerationRequest) -> Void)] {
            let error = #expect(throws: InvalidRequest.self) { try pipeline.plan(for: [Demo.request("a cat", change)]) }
            #expect(error?.field == field)
        }
        #expect(await pipeline.networks.records.isEmpty)
    }

    @Test("the estimate for the queue is the plan's need for plain prompts")
    func estimate() throws {
        let pipeline = try Demo.newPipeline()
        for words in [1, 60, 100, 200] {
            let request = Demo.request(Array(repeating: "star", count: words).joined(separator: " "))
            #expect(try pipeline.estimatedNeed(of: request) == pipeline.plan(for: [request]).need)
        }
    }
}
