import Files
import Foundation
import Generation
import Testing

@testable import WebAPI

@Suite("Defaults of models")
struct ModelDefaultsTests {
    private static func read(_ text: String) throws -> ModelDefaults? { try ModelDefaults.read(body: Data(text.utf8)) }

    @Test("every field is read, and written again the same")
    func everything() throws {
        let text = """
            {"steps": 12, "cfg_scale": 4, "sampler": "DPM++ 2M", "schedule": "karras", "width": 512, "height": 768, "clip_skip": 2,
            "negative_prompt": "lowres", "prompt_examples": ["a cat"]}
            """
        #expect(try Self.read(text) == someDefaults)
        #expect(try json(WebJSON.text(someDefaults)) == json(text))
        #expect(
            someDefaults.text()
                == #"12 steps, CFG scale 4, sampler DPM++ 2M, schedule karras, 512×768, clip skip 2, negative prompt "lowres""#)
        #expect(ModelDefaults.fields.allSatisfy { someDefaults.value(of: $0) != nil })
    }

    @Test("null and an empty object say nothing; a schedule may be fused to the sampler", arguments: [
        ("null", nil), (" null\n", nil), ("{}", [:]), (#"{"steps": null}"#, [:]),
        (#"{"sampler": "DPM++ 2M Karras"}"#, ["sampler": "DPM++ 2M", "schedule": "karras"]),
        (#"{"sampler": "dpm++ 2m karras", "schedule": "normal"}"#, ["sampler": "DPM++ 2M", "schedule": "normal"]),
    ] as [(String, [String: JSONValue]?)])
    func forms(text: String, expected: [String: JSONValue]?) throws {
        let read = try Self.read(text)
        #expect((read == nil) == (expected == nil))
        guard let read, var expected else { return }
        expected["prompt_examples"] = .array([])
        #expect(try json(WebJSON.text(read)) == .object(expected))
    }

    /// What is wrong, the field at fault, and a part of the message.
    private static let wrong = [
        (#"{"steps": 0}"#, "steps", "Steps 0 is out of range."), (#"{"steps": "many"}"#, "steps", "\"many\""),
        (#"{"width": 500}"#, "width", "Use 496 or 504."), (#"{"sampler": "Eular"}"#, "sampler", "Eular"),
        (#"{"schedule": 5}"#, "schedule", "5"), (#"{"cfg_scale": -1}"#, "cfg_scale", "-1"), (#"{"clip_skip": 99}"#, "clip_skip", "99"),
        (#"{"seed": 1}"#, "seed", "steps, "), (#"{"prompt_examples": [1]}"#, "prompt_examples", "list of texts"),
        (#"{"negative_prompt": "a\u0000"}"#, "negative_prompt", "NUL"),
    ]

    @Test("a request with a mistake is refused; a file with it keeps all else", arguments: wrong)
    func mistakes(text: String, field: String, words: String) throws {
        let error = refusal { _ = try Self.read(text) }
        #expect(error?.field == field && error?.message.contains(words) == true, "\(error?.message ?? "")")
        guard case .object(var values) = try json(text) else { return }
        if values["steps"] == nil { values["steps"] = 9 } else { values["cfg_scale"] = 3 }
        let (defaults, problems) = ModelDefaults.read(values)
        #expect(defaults.steps == 9 || defaults.cfgScale == 3)
        #expect(problems.count == 1 && problems[0].contains(words), "\(problems)")
    }

    @Test("texts and lists are bounded")
    func bounds() {
        let long = String(repeating: "a", count: 5001)
        #expect(refusal { _ = try Self.read(#"{"negative_prompt": "\#(long)"}"#) }?.message.contains("5000") == true)
        #expect(refusal { _ = try Self.read(#"{"prompt_examples": ["\#(long)"]}"#) }?.field == "prompt_examples")
        let many = Array(repeating: "\"a\"", count: 21).joined(separator: ",")
        #expect(refusal { _ = try Self.read("{\"prompt_examples\": [\(many)]}") }?.message.contains("20") == true)
        #expect(refusal { _ = try Self.read("[]") }?.kind == .malformedBody)
    }

    @Test("what is saved comes before the file, member by member; a sampler brings its schedule")
    func layers() {
        var saved = ModelDefaults()
        saved.steps = 30
        #expect(saved.filled(from: someDefaults).text(of: [.steps, .sampler, .schedule]) == "30 steps, sampler DPM++ 2M, schedule karras")
        saved.sampler = "Euler"
        let filled = saved.filled(from: someDefaults)
        #expect(filled.schedule == nil && filled.promptExamples == ["a cat"] && filled.width == 512)
        saved.promptExamples = ["a dog"]
        #expect(saved.filled(from: someDefaults).promptExamples == ["a dog"])
        #expect(saved.filled(from: nil) == saved && ModelDefaults().isEmpty)
    }
}

@Suite("Prompts over the API")
struct PromptRequestTests {
    @Test("styles, a seed and the negative prompt can be said", arguments: [
        (#"{"prompt": "a"}"#, [], nil, false), (#"{"prompt": "a", "styles": "ink", "seed": 7, "negative": true}"#, ["ink"], 7, true),
        (#"{"prompt": "a", "styles": ["ink", "None", null], "seed": -1}"#, ["ink"], nil, false),
    ] as [(String, [String], UInt64?, Bool)])
    func read(body: String, styles: [String], seed: UInt64?, isNegative: Bool) throws {
        let request = try PromptRequest(body: Data(body.utf8), context().settings)
        #expect(request.styles == styles && request.seed == seed && request.isNegative == isNegative)
    }

    @Test("a style that cannot be saved is refused with its field", arguments: [
        ("{}", "name"), (#"{"name": "  ", "prompt": "x"}"#, "name"), (#"{"name": "a\nb", "prompt": "x"}"#, "name"),
        (#"{"name": " a", "prompt": "x"}"#, "name"), (#"{"name": "None", "prompt": "x"}"#, "name"),
        (#"{"name": "---- a", "prompt": "x"}"#, "name"), (#"{"name": "a"}"#, "prompt"), (#"{"name": "a", "prompt": "\u0000"}"#, "prompt"),
        (#"{"name": "a", "prompt": "x", "extra": 1}"#, "extra"), (#"{"name": "a", "prompt": "x", "replace": "maybe"}"#, "replace"),
    ])
    func refusedStyles(body: String, field: String) throws {
        let settings = try context().settings
        #expect(refusal { _ = try StyleSubmission(body: Data(body.utf8), settings) }?.field == field)
    }

    @Test("a style is read as it was sent")
    func style() throws {
        let body = #"{"name": "Ink, old", "prompt": "{prompt}, ink", "negative_prompt": "photo", "replace": true}"#
        let submission = try StyleSubmission(body: Data(body.utf8), context().settings)
        #expect(submission.style == .init(name: "Ink, old", prompt: "{prompt}, ink", negativePrompt: "photo") && submission.replaces)
    }
}
