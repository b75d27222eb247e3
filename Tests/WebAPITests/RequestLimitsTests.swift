import Foundation
import Generation
import Jobs
import Testing
import WebAPI

@Suite("Limits of requests")
struct RequestLimitsTests {
    private let limits = ["max_pixels": "262144", "max_steps": "30", "max_pictures": "8", "max_prompt_length": "20"]

    @Test("a refusal names the field, its value and the limit", arguments: [
        (#"{"steps": 20, "width": 1024}"#, "width", "1024×512 is 524288 pixels, over the limit of 262144 (setting max_pixels)."),
        (#"{"steps": 31}"#, "steps", "31 steps are over the limit of 30 (setting max_steps)."),
        (#"{"steps": 9999}"#, "steps", "9999 steps are over the limit of 30 (setting max_steps)."),
        (#"{"steps": 0}"#, "steps", "Steps 0 is out of range. Use 1 to 30."),
        (#"{"steps": 20, "n_iter": 0}"#, "n_iter", "n_iter 0 is out of range. Use 1 to 8."),
        (#"{"steps": 20, "batch_size": 9}"#, "batch_size", "9 pictures are over the limit of 8 for one request (setting max_pictures)."),
        (#"{"steps": 20, "batch_size": 3, "n_iter": 3}"#, "n_iter",
            "3 × 3 pictures are over the limit of 8 for one request (setting max_pictures)."),
        (#"{"steps": 20, "n_iter": 9223372036854775807, "batch_size": 64}"#, "n_iter",
            "9223372036854775807 × 64 pictures are over the limit of 8 for one request (setting max_pictures)."),
        (#"{"steps": 20, "prompt": "123456789012345678901"}"#, "prompt",
            "prompt has 21 characters, over the limit of 20 (setting max_prompt_length)."),
        (#"{"steps": 20, "negative_prompt": "123456789012345678901"}"#, "negative_prompt",
            "negative_prompt has 21 characters, over the limit of 20 (setting max_prompt_length)."),
    ])
    func refusals(_ body: String, field: String, message: String) {
        let error = refusal { _ = try textToImage(body, limits) }
        #expect(error?.kind == .invalidValue && error?.field == field)
        #expect(error?.message == message)
    }

    @Test("what reaches a limit is within it")
    func atTheLimit() throws {
        let request = try textToImage(#"{"steps": 30, "batch_size": 4, "n_iter": 2, "prompt": "12345678901234567890"}"#, limits)
        #expect(request.job.pictureCount == 8)
    }

    @Test("combining marks count one by one")
    func combiningMarks() {
        let marks = "a" + String(repeating: "\u{301}", count: 20)
        #expect(refusal { _ = try textToImage(#"{"steps": 1, "prompt": "\#(marks)"}"#, limits) }?.field == "prompt")
    }

    @Test("too many styles are refused")
    func styles() {
        let names = Array(repeating: #""x""#, count: 51).joined(separator: ",")
        #expect(refusal { _ = try textToImage("{\"styles\": [\(names)]}") }?.message == "51 styles are over the limit of 50.")
    }
}
