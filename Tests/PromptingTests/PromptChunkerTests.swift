import Prompting
import TestSupport
import Testing

@Suite struct PromptChunkerTests {
    struct Reference: Decodable {
        var prompt: String
        var commaBacktrack: Int
        var tokenCount: Int
        var chunks: [[Int32]]
    }

    @Test("plain prompts are cut where A1111 cuts them")
    func references() throws {
        for reference in try Fixture.decode([Reference].self, from: "prompting/chunks.json") {
            let chunks = PromptChunker(tokenizer: .bundled, commaBacktrack: reference.commaBacktrack).chunks(of: reference.prompt)
            #expect(chunks.map(\.tokens) == reference.chunks, "\(reference.prompt)")
            // A1111 counts every chunk but the last as full.
            #expect((chunks.count - 1) * PromptChunk.capacity + (chunks.last?.tokenCount ?? 0) == reference.tokenCount)
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
        let chunks = PromptChunker(tokenizer: .bundled, commaBacktrack: backtrack).chunks(of: prompt)
        #expect(chunks.map(\.tokenCount) == counts)
        let content = chunks.flatMap { $0.tokens.dropFirst().prefix($0.tokenCount) }
        #expect(content == CLIPTokenizer.bundled.encode(prompt))
    }

    @Test("an empty prompt is one chunk of padding")
    func empty() {
        let chunks = PromptChunker(tokenizer: .bundled).chunks(of: "")
        #expect(chunks.map(\.tokens) == [[49_406] + Array(repeating: 49_407, count: 76)])
        #expect(chunks.map(\.weights) == [Array(repeating: 1, count: 77)])
        #expect(chunks.map(\.tokenCount) == [0])
    }

    @Test("Stable Diffusion 2 pads with 0 after one end token")
    func padding() throws {
        let chunk = try #require(PromptChunker(tokenizer: .bundled, paddingToken: 0).chunks(of: "cat").first)
        #expect(chunk.tokens == [49_406, 2368, 49_407] + Array(repeating: 0, count: 74))
    }

    @Test("weights go with their tokens")
    func weights() {
        let chunks = PromptChunker(tokenizer: .bundled).chunks(of: (0..<76).map { WeightedToken(id: 320, weight: Float($0)) })
        #expect(chunks[0].weights == [1] + (0..<75).map(Float.init) + [1])
        #expect(chunks[1].weights == [1, 75] + Array(repeating: 1, count: 75))
    }
}
