import Generation
import Prompting
import Sampling
import Tensors
import TestSupport
import Testing

@testable import Diffusion

/// What a prompt means for the UNet, without any model.
@Suite("Prompt plans")
struct PromptPlanTests {
    private static func plan(
        _ prompt: String, resources: PromptResources = PromptResources(), zeroesEmptyNegative: Bool = false,
        _ change: (inout GenerationRequest) -> Void = { _ in }
    ) throws -> PromptPlan {
        var request = GenerationRequest(prompt: prompt)
        request.steps = 4
        change(&request)
        return try PromptPlan(
            request, guidance: Guidance(scale: request.cfgScale), resources: resources, tokenizer: .bundled, paddingToken: 49407,
            widths: [4],
            zeroesEmptyNegative: zeroesEmptyNegative)
    }

    private static func words(_ count: Int) -> String { Array(repeating: "star", count: count).joined(separator: " ") }

    /// What a plan's texts say, by their tokens.
    private static func text(_ plan: PromptPlan, _ index: Int) -> String {
        plan.texts[index].chunks.map { CLIPTokenizer.bundled.decode($0.tokens[1..<1 + $0.tokenCount]) }.joined(separator: " | ")
    }

    @Test("a plain prompt is two texts that never change: the negative prompt, then the prompt")
    func plain() throws {
        let plan = try Self.plan("a cat") { $0.negativePrompt = "a dog" }
        #expect(plan.pictures.count == 1)
        #expect(
            plan.pictures[0].slots.map { $0.texts.map { Self.text(plan, $0) } } == [
                .init(repeating: "a dog", count: 4), .init(repeating: "a cat", count: 4)
            ])
        #expect(plan.texts.count == 2)
        #expect(plan.ignored.isEmpty && plan.warnings.isEmpty)
    }

    @Test("schedules and alternations are resolved for each step, each distinct text once", arguments: [
        ("[red:blue:0.5]", ["red", "red", "blue", "blue"], 2),
        ("[red:blue:1]", ["red", "blue", "blue", "blue"], 2),
        ("[red:blue:0]", ["blue", "blue", "blue", "blue"], 1),
        ("[red:blue:9]", ["red", "red", "red", "red"], 1),
        ("[red:blue:1.0]", ["red", "red", "red", "red"], 1),
        ("[red|blue]", ["red", "blue", "red", "blue"], 2),
        ("[red:0.5]", ["", "", "red", "red"], 2),
        ("[red::0.5]", ["red", "red", "", ""], 2),
        ("[[red|blue]:green:3]", ["red", "blue", "red", "green"], 3),
    ] as [(String, [String], Int)])
    func schedules(prompt: String, expected: [String], count: Int) throws {
        let plan = try Self.plan(prompt) { $0.cfgScale = 1 }
        #expect(plan.pictures[0].parts.map { $0.texts.map { Self.text(plan, $0) } } == [expected])
        #expect(plan.texts.count == count)
    }

    @Test("schedules are resolved for each evaluation, in prompt and negative prompt, as the request counts", arguments: [
        (Sampler.euler, ScheduleCounting.sdnext, "a a b b", "x y x y"),
        (.euler, .a1111, "a a a b", "x x y x"),
        (.heun, .sdnext, "a a a a b b b", "x x y y x x y"),
        (.heun, .a1111, "a a a b b b b", "x x y x y x y"),
    ])
    func counting(sampler: Sampler, counting: ScheduleCounting, prompt: String, negativePrompt: String) throws {
        let plan = try Self.plan("[a:b:2]") { ($0.negativePrompt, $0.sampler, $0.scheduleCounting) = ("[x|y]", sampler, counting) }
        let said = plan.pictures[0].slots.map { $0.texts.map { Self.text(plan, $0) }.joined(separator: " ") }
        #expect(said == [negativePrompt, prompt])
        #expect(plan.dependsOnScheduleCounting)
        #expect(try !Self.plan("a [cat]") { ($0.sampler, $0.scheduleCounting) = (sampler, counting) }.dependsOnScheduleCounting)
    }

    @Test("requests that count otherwise and are drawn together keep what each of them says")
    func joinedCounting() throws {
        let plans = try ScheduleCounting.allCases.map { counting in
            try Self.plan("[a:b:2]") { ($0.cfgScale, $0.scheduleCounting) = (1, counting) }
        }
        let joined = PromptPlan(joining: plans)
        #expect(joined.pictures.map { $0.parts[0].texts.map { Self.text(joined, $0) } } == [["a", "a", "b", "b"], ["a", "a", "a", "b"]])
    }

    @Test("the negative prompt has a schedule too, and AND is a word there")
    func negative() throws {
        let plan = try Self.plan("a cat") { $0.negativePrompt = "[red:blue:2] AND green" }
        #expect(
            plan.pictures[0].negative?.texts.map { Self.text(plan, $0) } == [
                "red and green", "red and green", "blue and green", "blue and green"
            ])
    }

    @Test("AND makes weighted parts; guidance 1 leaves the negative prompt out only for a single part that counts 1", arguments: [
            ("a AND b :0.5", 7, [1, 0.5], true), ("a", 1, [1], false), ("a :0.5", 1, [0.5], true), ("a :0.5", 2, [0.5], false),
            ("a AND b", 1, [1, 1], true)
    ] as [(String, Float, [Float], Bool)])
    func parts(prompt: String, scale: Float, weights: [Float], hasNegative: Bool) throws {
        let picture = try Self.plan(prompt) { $0.cfgScale = scale }.pictures[0]
        #expect(picture.parts.map(\.weight) == weights)
        #expect((picture.negative != nil) == hasNegative)
    }

    @Test("wildcards are drawn for each picture from its seed, so that a picture of a batch says what it says alone")
    func wildcards() throws {
        let prompt = "a {red|green|blue|yellow} [cat:dog:0.5] {1$$x|y}"
        let batch = try Self.plan(prompt) { ($0.seed, $0.batchSize) = (40, 12) }
        #expect(Set(batch.pictures.map(\.prompt)).count > 2)
        for (index, picture) in batch.pictures.enumerated() {
            #expect(try Self.plan(prompt) { $0.seed = 40 + UInt64(index) }.pictures[0].prompt == picture.prompt)
        }
        // Twelve pictures, a handful of texts.
        #expect(batch.texts.count <= 17)
    }

    @Test("styles are applied before wildcards; one that is not there is refused with its name and field")
    func styles() throws {
        var styles = StyleLibrary()
        styles.add(Style(name: "ink", prompt: "ink drawing of {prompt}, {one|two}", negativePrompt: "photo"))
        let resources = PromptResources(styles: styles)
        let plan = try Self.plan("a cat", resources: resources) { ($0.styles, $0.negativePrompt) = (["ink"], "blurry") }
        #expect(["ink drawing of a cat, one", "ink drawing of a cat, two"].contains(plan.pictures[0].prompt))
        #expect(plan.pictures[0].negativePrompt == "blurry, photo")
        #expect(throws: InvalidRequest(
            field: "styles", ErrorReason(.unknownStyle, ["name": "inc", "did_you_mean": "ink", "count": 1]),
            "There is no style \"inc\". Did you mean \"ink\"?")
        ) {
            try Self.plan("a cat", resources: resources) { $0.styles = ["inc"] }
        }
    }

    @Test("a NUL character that a style's file has is left out, and told")
    func nul() throws {
        var styles = StyleLibrary()
        styles.add(Style(name: "ink", prompt: "in\0k", negativePrompt: "\0photo"))
        let plan = try Self.plan("a cat", resources: PromptResources(styles: styles)) { $0.styles = ["ink"] }
        #expect((plan.pictures[0].prompt, plan.pictures[0].negativePrompt) == ("a cat, ink", "photo"))
        #expect(plan.warnings == [Notice(.nulCharacters, "NUL characters (U+0000) in a style or a wildcard were left out.")])
    }

    @Test("tags and wildcards that have no effect are told, each once")
    func ignored() throws {
        let plan = try Self.plan("a __beast__ <lora:film:0.8><foo:bar>") {
            ($0.negativePrompt, $0.batchSize) = ("<lora:film:0.8><hypernet:x:1>", 2)
        }
        #expect(plan.ignored == ["<foo:bar>", "<lora:film:0.8>", "<hypernet:x:1>"])
        #expect(plan.warnings == [
            Notice(
                .noWildcardFolder, ["name": "beast"],
                "__beast__ stays as typed, for there is no folder with wildcards. Name one with --wildcards."),
            Notice(
                .tagLeftOut, ["tag": "<foo:bar>", "kind": "foo"], "<foo:bar> was left out: no kind of network is called \"foo\"."),
            Notice(
                .loraInNegativePrompt, ["tag": "<lora:film:0.8>"],
                "<lora:film:0.8> was left out: LoRAs are read from the prompt, not from the negative prompt. A negative strength does the "
                    + "opposite."),
            Notice(.hypernetworkLeftOut, ["tag": "<hypernet:x:1>"], "<hypernet:x:1> was left out: Easel does not apply hypernetworks."),
            Notice(.loraLeftOut, ["tag": "<lora:film:0.8>"], "<lora:film:0.8> was left out: no folder of LoRAs is known."),
        ])
        #expect(Self.text(plan, plan.pictures[0].parts[0].texts[0]) == "a __ beast __")
        #expect(plan.pictures[0].prompt == "a __beast__ <lora:film:0.8><foo:bar>")
    }

    @Test("brackets are text with emphasis none, and have no weights with ignore", arguments: [
        (Emphasis.none, "( red : 1 . 5 )"), (.ignore, "red"), (.original, "red"),
    ])
    func emphasis(_ emphasis: Emphasis, text: String) throws {
        let plan = try Self.plan("(red:1.5)") { ($0.emphasis, $0.cfgScale) = (emphasis, 1) }
        #expect(Self.text(plan, 0) == text)
    }

    @Test("only a negative prompt that is empty at every step becomes zeros, and what fills it up is encoded", arguments: [
        ("", true), (" ", false), ("[:blurry:2]", false), ("blurry", false),
    ])
    func zeroedNegative(negative: String, isZeroed: Bool) throws {
        let plan = try Self.plan(Self.words(80), zeroesEmptyNegative: true) {
            $0.negativePrompt = negative
            $0.padsConditionings = true
        }
        #expect(plan.pictures[0].negative?.isZeroed == isZeroed)
        #expect(plan.pictures[0].parts.allSatisfy { !$0.isZeroed })
        let encoded = plan.texts.map { text in
            EncodedText(context: NDArray(repeating: 3, shape: [1, text.chunks.count, 1]), pooled: NDArray(repeating: 3, shape: [1, 2]))
        }
        let told = plan.contexts(of: 0..<1, atEvaluation: 0, encoded)[0][0]
        #expect(told.context.values == (isZeroed ? [0, 3] : [3, 3]))
        #expect(told.pooled?.values == (isZeroed ? [0, 0] : [3, 3]))
        #expect(try Self.plan("a") { $0.negativePrompt = negative }.pictures[0].negative?.isZeroed == false)
    }

    @Test("a comma is looked for as far back as asked")
    func commaBacktrack() throws {
        let prompt = Self.words(70) + ", " + Self.words(10)
        #expect(try Self.plan(prompt).longestText?.chunks.map(\.tokenCount) == [71, 10])
        #expect(try Self.plan(prompt) { $0.commaBacktrack = 0 }.longestText?.chunks.map(\.tokenCount) == [75, 6])
    }

    @Test("the UNet is compiled for the longest text of all steps and pictures", arguments: [
        ("a cat", [1, 1], false),
        ("[a:b:2]", [1, 1], false),
        ("[a:\(words(80)):2]", [1, 2], true),
        ("a AND \(words(80))", [1, 1, 2], false),
        ("{a|\(words(80))|a AND b}", [1, 2, 1], true),
    ] as [(String, [Int], Bool)])
    func chunkCounts(prompt: String, most: [Int], vary: Bool) throws {
        let counts = try Self.plan(prompt) { $0.batchSize = 12 }.chunkCounts
        #expect(counts.most == most)
        #expect(counts.vary == vary)
    }

    @Test("shorter texts of a step are filled up with encoded empty chunks when asked for")
    func padding() throws {
        let prompt = "[a:\(Self.words(80)):2]"
        let plan = try Self.plan(prompt) { $0.padsConditionings = true }
        #expect(plan.chunkCounts.most == [2, 2])
        // One number stands for a chunk: 1, 2, … for the texts, in order.
        let embeddings = plan.texts.enumerated().map { index, text in
            EncodedText(context: NDArray(repeating: Float(index + 1), shape: [1, text.chunks.count, 1]))
        }
        let empty = try Float(#require(plan.filler) + 1)
        let long = try Float(#require(plan.texts.firstIndex { $0.chunks.count == 2 }) + 1)
        #expect(plan.contexts(of: 0..<1, atEvaluation: 1, embeddings)[0].map(\.context.shape[1]) == [1, 1])
        #expect(plan.contexts(of: 0..<1, atEvaluation: 2, embeddings)[0].map(\.context.values) == [[empty, empty], [long, long]])
        #expect(try Self.plan("a cat") { $0.padsConditionings = true }.filler == nil)
    }

    @Test("joined plans tell each picture what its own plan tells it, each distinct text once")
    func joined() throws {
        let plans = [
            try Self.plan("[a:b:2]") { $0.padsConditionings = true },
            try Self.plan("[b:\(Self.words(80)):2] AND a :0.5") { ($0.negativePrompt, $0.padsConditionings) = ("a", true) },
        ]
        let joined = PromptPlan(joining: plans)
        #expect(joined.texts.count == 4)
        #expect(joined.filler != nil && plans[0].filler == nil)
        for (picture, plan) in zip(joined.pictures, plans) {
            let own = plan.pictures[0]
            #expect(picture.slots.map { $0.texts.map { joined.texts[$0] } } == own.slots.map { $0.texts.map { plan.texts[$0] } })
            #expect(picture.slots.map(\.weight) == own.slots.map(\.weight))
            #expect((picture.prompt, picture.negative == nil) == (own.prompt, own.negative == nil))
        }
        #expect(joined.chunkCounts == (most: [2, 2, 2], vary: true))
    }

    @Test("the longest text of the prompt is counted, whatever the negative prompt's length")
    func counts() throws {
        let plan = try Self.plan("[a cat:(a black:1.2) cat:2] AND x") { $0.negativePrompt = Self.words(100) }
        #expect(plan.longestText?.tokenCount == 3)
        #expect(plan.longestText?.chunks.count == 1)
    }
}
