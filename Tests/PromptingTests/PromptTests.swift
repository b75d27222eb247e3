import Prompting
import Testing

@Suite struct PromptTests {
    @Test("AND separates parts as in A1111", arguments: try PromptTables.shared.get().and)
    func references(reference: PromptTables.And) {
        let parts = PromptPart.parts(of: reference.prompt)
        #expect(parts == reference.parts.map { PromptPart(text: $0.text, weight: $0.weight) })
    }

    @Test("AND is a word in capitals; a weight is the number after the last colon", arguments: [
        ("a and b", [PromptPart(text: "a and b")]),
        ("SAND ANDY a_AND ANDé", [PromptPart(text: "SAND ANDY a_AND ANDé")]),
        ("a,AND.b", [PromptPart(text: "a,"), PromptPart(text: ".b")]),
        ("a :2 :3 ", [PromptPart(text: "a :2", weight: 3)]),
        ("a :1.", [PromptPart(text: "a", weight: 1)]),
        ("a :.", [PromptPart(text: "a :.")]),
        ("a :1e2", [PromptPart(text: "a :1e2")]),
        ("a :1.2.3", [PromptPart(text: "a :1.2.3")]),
        ("a :-.5\n AND \u{3000}", [PromptPart(text: "a", weight: -0.5), PromptPart(text: "")]),
        (":0", [PromptPart(text: "", weight: 0)]),
        ("(a AND b:1.2)", [PromptPart(text: "(a"), PromptPart(text: " b:1.2)")]),
        ("a:\(String(repeating: "9", count: 400))", [PromptPart(text: "a", weight: .greatestFiniteMagnitude)]),
    ])
    func and(prompt: String, parts: [PromptPart]) { #expect(PromptPart.parts(of: prompt) == parts) }

    @Test("network tags are taken out of the text and kept", arguments: [
        ("a <lora:x:0.8> b", "a  b", ["<lora:x:0.8>"]),
        ("<lora:x><hypernet:y:1>", "", ["<lora:x>", "<hypernet:y:1>"]),
        ("(a<lora:x:1>b:1.2)", "(ab:1.2)", ["<lora:x:1>"]),
        ("a <nosuch:x> b", "a  b", ["<nosuch:x>"]),
        ("a < b: c >", "a < b: c >", []),
        ("<lora:>, <:a>, <lora>, <3, <lora:x", "<lora:>, <:a>, <lora>, <3, <lora:x", []),
        ("<lora:a<lora:b>", "", ["<lora:a<lora:b>"]),
        ("<<lora:a>", "<", ["<lora:a>"]),
    ])
    func tags(prompt: String, text: String, tags: [String]) {
        let prompt = Prompt(prompt)
        #expect(prompt.text == text)
        #expect(prompt.tags.map(\.description) == tags)
    }
}
