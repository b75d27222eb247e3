import Prompting
import TestSupport
import Testing

@Suite struct PromptChunkerTests {
    @Test("weighted prompts with BREAK are cut where A1111 cuts them", arguments: try PromptTables.shared.get().chunks)
    func references(reference: PromptTables.Chunks) {
        let prompt = PromptChunker(tokenizer: .bundled, commaBacktrack: reference.commaBacktrack).chunks(of: reference.prompt)
        #expect(prompt.chunks.map(\.tokens) == reference.chunks.map(\.tokens))
        #expect(prompt.tokenCount == reference.tokenCount)
        #expect(prompt.chunks.count == reference.chunks.count)
        for (chunk, expected) in zip(prompt.chunks, reference.chunks) {
            // The table has nine decimals.
            #expect(zip(chunk.weights, expected.weights).allSatisfy { abs($0 - $1) < 1e-9 })
        }
    }

    /// Every word here is one token.
    static func prompt(words: Int, commaAfter commas: [Int] = []) -> String {
        (1...words).map { commas.contains($0) ? "a," : "a" }.joined(separator: " ")
    }

    @Test("phrases stay together when a comma is near the end of a full chunk", arguments: [
        (prompt(words: 75), 20, [75]),
        (prompt(words: 76), 20, [75, 1]),
        (prompt(words: 230), 20, [75, 75, 75, 5]),
        (prompt(words: 80, commaAfter: [60]), 20, [61, 20]),
        (prompt(words: 80, commaAfter: [55]), 20, [56, 25]),  // the comma is the 20th token from the end
        (prompt(words: 80, commaAfter: [54]), 20, [75, 6]),  // the 21st
        (prompt(words: 80, commaAfter: [60]), 0, [75, 6]),
        (prompt(words: 80, commaAfter: [74]), 20, [75, 6]),  // the comma is the last token
        (prompt(words: 80, commaAfter: [75]), 20, [75, 6]),  // the comma itself does not fit: a hard cut
        (prompt(words: 74, commaAfter: [60]), 20, [75]),  // full, but nothing follows
        (prompt(words: 150, commaAfter: [60, 130]), 20, [61, 71, 20]),
    ])
    func commas(prompt: String, backtrack: Int, counts: [Int]) {
        let chunks = PromptChunker(tokenizer: .bundled, commaBacktrack: backtrack).chunks(of: prompt).chunks
        #expect(chunks.map(\.tokenCount) == counts)
        let content = chunks.flatMap { $0.tokens.dropFirst().prefix($0.tokenCount) }
        #expect(content == CLIPTokenizer.bundled.encode(prompt))
    }

    @Test("an empty prompt is one chunk of padding")
    func empty() {
        let chunks = PromptChunker(tokenizer: .bundled).chunks(of: "").chunks
        #expect(chunks.map(\.tokens) == [[49_406] + Array(repeating: 49_407, count: 76)])
        #expect(chunks.map(\.weights) == [Array(repeating: 1, count: 77)])
        #expect(chunks.map(\.tokenCount) == [0])
    }

    @Test("Stable Diffusion 2 pads with 0 after one end token")
    func padding() throws {
        let chunk = try #require(PromptChunker(tokenizer: .bundled, paddingToken: 0).chunks(of: "cat").chunks.first)
        #expect(chunk.tokens == [49_406, 2368, 49_407] + Array(repeating: 0, count: 74))
    }

    @Test("weights go with their tokens to the next chunk")
    func weights() {
        let chunks = PromptChunker(tokenizer: .bundled).chunks(of: Self.prompt(words: 60) + ", a a a a (b b b b b b b b b b b b:1.5)")
            .chunks
        #expect(chunks.map(\.end) == [.comma(moved: 14), .prompt])
        #expect(chunks[0].weights == Array(repeating: 1, count: 77))
        #expect(chunks[1].weights == Array(repeating: 1, count: 5) + Array(repeating: 1.5, count: 12) + Array(repeating: 1, count: 60))
    }

    @Test("a BREAK ends a chunk, full or not; a last one adds none, and its chunk counts as full", arguments: [
        ("a BREAK b", [1, 1], 76),
        ("a BREAK", [1], 75),
        ("BREAK", [0], 75),
        ("BREAK a", [0, 1], 76),
        ("a BREAK BREAK b", [1, 0, 1], 151),
        (prompt(words: 75) + " BREAK b", [75, 1], 76),
        ("a break b", [3], 3),
        ("(a BREAK b:1.2)", [3], 3),  // A1111 weighs it, and takes it for a word
    ])
    func breaks(prompt: String, counts: [Int], tokenCount: Int) {
        let result = PromptChunker(tokenizer: .bundled).chunks(of: prompt)
        #expect(result.chunks.map(\.tokenCount) == counts)
        #expect(result.tokenCount == tokenCount)
    }

    @Test("plain text keeps its brackets as tokens")
    func plainText() {
        let chunks = PromptChunker(tokenizer: .bundled).chunks(ofPlainText: "(a:1.2) BREAK b").chunks
        #expect(chunks.map(\.tokenCount) == [CLIPTokenizer.bundled.encode("(a:1.2) BREAK b").count])
        #expect(chunks[0].weights == Array(repeating: 1, count: 77))
    }

    @Test(
        "a prompt of t tokens without commas has max(1, ⌈t/75⌉) chunks, also with brackets",
        arguments: [0, 1, 74, 75, 76, 149, 150, 151, 375, 1000])
    func chunkCount(tokens: Int) {
        let words = Array(repeating: "(a)", count: tokens / 2) + Array(repeating: "a", count: tokens - tokens / 2)
        let prompt = PromptChunker(tokenizer: .bundled).chunks(of: words.joined(separator: " "))
        #expect(prompt.chunks.count == max(1, (tokens + 74) / 75))
        #expect(prompt.tokenCount == tokens)
        #expect(prompt.chunks.allSatisfy { $0.tokens.count == 77 && $0.weights.count == 77 })
    }

    @Test("the vectors of a textual inversion take their positions, with the weight of their word, and never straddle a border")
    func inversions() {
        let chunker = PromptChunker(tokenizer: .bundled, inversions: [
            InversionWord(name: "my-style", vectorCount: 3), InversionWord(name: "my-style-2", vectorCount: 1),
        ])
        let short = chunker.chunks(of: "a (my-style:1.4), MY-STYLE-2").chunks
        #expect(short.map(\.tokenCount) == [6])
        #expect(short[0].insertions == [
                2: InsertedVector(name: "my-style", row: 0), 3: InsertedVector(name: "my-style", row: 1),
                4: InsertedVector(name: "my-style", row: 2),
            6: InsertedVector(name: "my-style-2", row: 0),
        ])
        #expect(short[0].weights.prefix(6) == [1, 1, 1.4, 1.4, 1.4, 1])

        let long = chunker.chunks(of: Self.prompt(words: 73) + " my-style a").chunks
        #expect(long.map(\.tokenCount) == [73, 4])
        #expect(long[0].end == .inversion)
        #expect(long[1].insertions.keys.sorted() == [1, 2, 3])

        // A phrase that moves takes its vectors along.
        let moved = chunker.chunks(of: Self.prompt(words: 71, commaAfter: [69]) + " my-style a").chunks
        #expect(moved.map(\.tokenCount) == [70, 6])
        #expect(moved[0].end == .comma(moved: 5) && moved[0].insertions.isEmpty)
        #expect(moved[1].insertions.keys.sorted() == [3, 4, 5])
    }
}
