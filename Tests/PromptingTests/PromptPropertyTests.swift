import Prompting
import Testing

@Suite("Prompts of any kind") struct PromptPropertyTests {
    /// SplitMix64: the same prompts every time.
    struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    static let scraps = [
        "(", ")", "[", "]", "(", ")", "[", "]", ":", "|", "\\", "\\(", ":1.2)", ":-1)", ":5]", ":.5]", "[a:", "a", "b c", ",", " ", "\n",
        "BREAK", " AND ", "<lora:x:1>",
        "<", ">", "é", "e\u{301}", "猫", "👩‍🚀", "\u{3000}", "\u{0}", "\r\n", "٣", "9999999999", "0.5", "e", "+", "-", ".",
    ]

    static func scraps(_ generator: inout Generator) -> String {
        (0..<Int.random(in: 0...40, using: &generator)).map { _ in scraps.randomElement(using: &generator) ?? "" }.joined()
    }

    /// A tree as the reader makes them: no empty texts, and no two side by side.
    static func tree(_ depth: Int, _ generator: inout Generator) -> [PromptNode] {
        var nodes: [PromptNode] = []
        for _ in 0..<Int.random(in: 0...3, using: &generator) {
            switch Int.random(in: 0...(depth == 0 ? 0 : 4), using: &generator) {
            case 1: nodes.append(.group(.round, tree(depth - 1, &generator)))
            case 2: nodes.append(.group(.square, tree(depth - 1, &generator)))
            case 3:
                guard let when = ["5", ".5", "-1", "1e1", "0.25"].randomElement(using: &generator).flatMap(SwitchPoint.init) else {
                    continue
                }
                nodes.append(.schedule(before: tree(depth - 1, &generator), after: tree(depth - 1, &generator), when: when))
            case 4: nodes.append(.alternation((0...Int.random(in: 1...3, using: &generator)).map { _ in tree(depth - 1, &generator) }))
            default:
                if case .text? = nodes.last { continue }
                nodes.append(.text(["a", "b c", " ", "\\]", "\\:", "猫"].randomElement(using: &generator) ?? "a"))
            }
        }
        return nodes
    }

    @Test("reading what a tree prints gives the tree")
    func printing() {
        var generator = Generator(state: 1)
        for _ in 0..<3000 {
            let tree = PromptTree(Self.tree(5, &generator))
            #expect(PromptTree(parsing: tree.description) == tree, "\(tree)")
            // The same for what is read from anything.
            let text = Self.scraps(&generator)
            let read = PromptTree(parsing: text)
            #expect(PromptTree(parsing: read.description) == read, "\(text.debugDescription)")
        }
    }

    @Test("of any text come finite weights, whole chunks and a schedule up to the last step")
    func anything() throws {
        var generator = Generator(state: 2)
        let chunker = PromptChunker(tokenizer: .bundled)
        for _ in 0..<3000 {
            let text = Self.scraps(&generator)
            let prompt = Prompt(text)
            #expect(prompt.pieces.allSatisfy { $0.weight.isFinite } && !prompt.pieces.isEmpty)
            let chunked = chunker.chunks(of: prompt.pieces)
            #expect(chunked.chunks.allSatisfy { $0.tokens.count == 77 && $0.weights.count == 77 && $0.weights.allSatisfy(\.isFinite) })
            #expect((chunked.chunks.count - 1) * 75...chunked.chunks.count * 75 ~= chunked.tokenCount)
            #expect(prompt.parts.allSatisfy { $0.weight.isFinite } && !prompt.parts.isEmpty)
            for part in prompt.parts {
                let schedule = part.tree.schedule(steps: 7)
                #expect(schedule.entries.last?.until == 7)
                #expect(zip(schedule.entries, schedule.entries.dropFirst()).allSatisfy { $0.until < $1.until })
                #expect(Set(schedule.texts).count == schedule.texts.count)
            }
        }
    }

    /// A megabyte each. Anything that takes quadratic time or recurses would not come to an end here.
    static let megabytes: [(String, String)] = [
        ("(", ""), ("[", ""), ("(", ")"), ("[", "]"), ("([", ")]"), ("(a", ""), ("[a:", ""), ("[a:", ":1]"), ("[a|", "]"),
        ("[[a|b]:", ":.5]"),
        (":1.2)", ""), ("<lora:", ""), (" AND ", ""), (" BREAK ", ""),
        ("\u{3000}", ""), ("[a:b:1]", ""), ("((a:1.0001)b", ")"),
    ].map { opening, closing in
        let count = 1_000_000 / (opening.utf8.count + closing.utf8.count)
        return (opening + closing, String(repeating: opening, count: count) + String(repeating: closing, count: count))
    }

    @Test("a megabyte of brackets is read, compared and let go", arguments: megabytes.indices)
    func megabyte(index: Int) {
        let text = Self.megabytes[index].1
        let prompt = Prompt(text)
        #expect(prompt.pieces.allSatisfy { $0.weight.isFinite })
        let tree = prompt.tree
        #expect(tree == PromptTree(parsing: tree.description))
        #expect(tree.schedule(steps: 3).entries.last?.until == 3)
    }

    @Test("brackets nested beyond the limit are text, and what is inside of them still counts")
    func depth() {
        let opening = String(repeating: "[a:", count: 150)
        let text = opening + "b" + String(repeating: ":1]", count: 150)
        let schedule = PromptTree(parsing: text).schedule(steps: 2)
        #expect(schedule.texts.count == 2)
        let within = PromptTree(parsing: String(repeating: "[", count: 100) + "[a:b:1]" + String(repeating: "]", count: 100))
        #expect(within.schedule(steps: 2).entries.count == 2)
    }
}
