import Files
import Foundation
import Jobs
import Settings
import Testing

@testable import WebAPI

@Suite("Choosing a model by its hash")
struct ModelHashTests {
    /// `old` was renamed to `new`; of `plain` no hash is known yet.
    private func catalog(_ names: [String: String?] = [:]) -> ModelCatalog {
        ModelCatalog([
            ModelSummary(name: "demo", sha256: demoHash, file: "demo.safetensors", isLoaded: true),
            ModelSummary(name: "new", sha256: String(repeating: "ab", count: 32), file: "new.safetensors", isLoaded: false),
            ModelSummary(name: "plain", sha256: nil, file: "plain.safetensors", isLoaded: false),
        ], current: "demo", namesByHash: names)
    }

    @Test("known hashes resolve at once, in any length and case, alone and in titles of renamed files", arguments: [
        ("abababab", "new"), ("ABABABABAB", "new"), (String(repeating: "ab", count: 32), "new"), ("old.safetensors [ababababab]", "new"),
        ("demo.safetensors [ababababab]", "new"), ("demo.safetensors [0000000000]", "demo"), ("plain.safetensors [0000000000]", "plain"),
    ])
    func known(text: String, name: String) {
        let catalog = catalog()
        #expect(catalog.find(text)?.name == name)
        #expect(catalog.hashQuestions == [])
    }

    @Test(
        "what can be no hash is not looked for",
        arguments: ["abababa", "ababababag", String(repeating: "a", count: 65), "", "old.safetensors []", "old.safetensors [xyz]", "[abab]"]
    )
    func noHash(text: String) {
        let catalog = catalog()
        #expect(catalog.find(text) == nil && catalog.hashQuestions == [])
    }

    @Test("a hash that is not known is asked for; the answer counts, also when there is none", arguments: [
        "0123456789", "old.safetensors [0123456789]", "OLD.safetensors [0123456789]",
    ])
    func unknown(text: String) {
        let before = catalog()
        #expect(before.find(text) == nil && before.hashQuestions == [HashQuestion(hash: "0123456789", name: nil)])
        let found = catalog(["0123456789": "plain"])
        #expect(found.find(text)?.name == "plain" && found.hashQuestions == [])
        let none = catalog(["0123456789": nil])
        #expect(none.find(text) == nil && none.hashQuestions == [])
    }

    @Test("an infotext's hash counts more than its name, and what is not here is told", arguments: [
            ("Model hash: ababababab, Model: old", "new", nil), ("Model hash: ABABABABAB", "new", nil), ("Model: new", "new", nil),
            ("Model: sub/old", "demo", "\"sub/old\""),
        ("Model hash: 0123456789, Model: old", "demo", "0123456789"), ("Model hash: 0123456789, Model: new", "new", "abababab"),
            ("Model hash: 0123456789", "demo", "0123456789"), ("Model hash: nonsense, Model: new", "new", "nonsense"),
            ("Clip skip: 1", "demo", nil)
    ])
    func infotext(parameters: String, model: String, note: String?) throws {
        let body = Data(#"{"infotext": "a cat\nSteps: 9, Sampler: Euler, Seed: 1, \#(parameters)"}"#.utf8)
        let reading = RequestContext(settings: EaselSettings(), models: catalog(["0123456789": nil]), client: "tester")
        let request = try A1111Request(body: body, reading)
        #expect(request.job.model == model)
        #expect(request.notes.count == (note == nil ? 0 : 1))
        if let note { #expect(request.notes.first?.contains(note) == true) }
        let answer = try A1111Answer(request, pictures: [], model: nil, finishedAt: .now, version: "Easel")
        #expect(try json(answer.info)["extra_generation_params"]?["Warnings"] == request.notes.first.map(JSONValue.string))
    }

    @Test("a request that names its model itself asks for no hash of its infotext")
    func explicit() throws {
        let text = #"{"infotext": "a\nSteps: 9, Sampler: Euler, Seed: 1, Model hash: 0123456789", "#
            + #""override_settings": {"sd_model_checkpoint": "plain"}}"#
        let body = Data(text.utf8)
        let models = catalog()
        let request = try A1111Request(body: body, RequestContext(settings: EaselSettings(), models: models, client: "tester"))
        #expect(request.job.model == "plain" && request.notes == [] && models.hashQuestions == [])
    }
}
