import Files
import Foundation
import Generation
import Testing
import WebAPI

@Suite("What the engine tells")
struct EngineSummaryTests {
    @Test("keys are in snake case")
    func keys() throws {
        let summary = PromptSummary(tokenCount: 1, tokenCapacity: 75, chunks: [[.init(text: "cat", weight: 1)]])
        let object = try #require(JSONSerialization.jsonObject(with: JSONEncoder().encode(summary)) as? [String: Any])
        #expect(Set(object.keys) == [
            "token_count", "token_capacity", "chunks", "schedules", "parts", "expanded", "problems", "warnings", "notices",
        ])
    }

    @Test("a model tells what suits it, and null when there is nothing to tell")
    func suits() throws {
        let settings = SuitableSettings(.hyperUnified, foundBy: "by its name")
        let models = [
            ModelSummary(name: "hyper", sha256: nil, file: "hyper.safetensors", isLoaded: false, suits: settings),
            ModelSummary(name: "plain", sha256: nil, file: "plain.safetensors", isLoaded: false),
        ]
        let answer = try json(WebJSON.text(ModelsAnswer(ModelCatalog(models, current: "plain"), folders: ["/models"])))
        guard case .array(let listed)? = answer["models"] else {
            Issue.record("there are no models")
            return
        }
        #expect(listed.map { $0["suits"] != .null } == [true, false])
        let suits = try #require(listed.first?["suits"])
        #expect(suits["name"] == "Hyper-SD for any number of steps" && suits["found_by"] == "by its name")
        #expect(suits["steps"] == 4 && suits["min_steps"] == 1 && suits["max_steps"] == 8)
        #expect(suits["cfg_scale"] == 1 && suits["min_cfg_scale"] == 1 && suits["max_cfg_scale"] == 1 && suits["eta"] == 1)
        #expect(suits["width"] == nil && suits["height"] == nil)
        #expect(suits["sampler"] == .string("TCD"))
        let turbo = try json(WebJSON.text(SuitableSettings(.sdxlTurbo, foundBy: "by its name")))
        #expect(turbo["width"] == 512 && turbo["height"] == 512 && turbo["eta"] == nil && turbo["sampler"] == "Euler a")
    }
}
