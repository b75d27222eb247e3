import Foundation
import Testing
import WebAPI

@Suite("What the engine tells")
struct EngineSummaryTests {
    @Test("keys are in snake case")
    func keys() throws {
        let summary = PromptSummary(tokenCount: 1, tokenCapacity: 75, chunks: [[.init(text: "cat", weight: 1)]], warnings: [])
        let object = try #require(JSONSerialization.jsonObject(with: JSONEncoder().encode(summary)) as? [String: Any])
        #expect(Set(object.keys) == ["token_count", "token_capacity", "chunks", "schedules", "warnings"])
    }
}
