import Foundation
import Generation
import Testing

@Suite("Requests that are written down")
struct StoredRequestTests {
    @Test("what an older version has written is read with defaults: schedules count as they did")
    func older() throws {
        let request = try JSONDecoder().decode(GenerationRequest.self, from: Data(#"{"prompt": "[a:b:5]", "steps": 8}"#.utf8))
        var expected = GenerationRequest(prompt: "[a:b:5]")
        expected.steps = 8
        #expect(request == expected)
        #expect(request.scheduleCounting == .sdnext)
    }

    @Test("how schedules count comes back", arguments: ScheduleCounting.allCases)
    func counting(_ counting: ScheduleCounting) throws {
        var request = GenerationRequest(prompt: "[a:b:5]")
        request.scheduleCounting = counting
        #expect(try JSONDecoder().decode(GenerationRequest.self, from: JSONEncoder().encode(request)) == request)
    }
}
