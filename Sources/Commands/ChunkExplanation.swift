import Prompting

/// Explains the chunks of a prompt: their tokens, the reason for each border, and its effect.
struct ChunkExplanation {
    private let prompt: ChunkedPrompt
    private let chunker: PromptChunker
    private let style: TextStyle
    private var tokenizer: CLIPTokenizer { chunker.tokenizer }
    private var backtrack: Int { chunker.commaBacktrack }

    init(_ prompt: ChunkedPrompt, chunker: PromptChunker, style: TextStyle) {
        self.prompt = prompt
        self.chunker = chunker
        self.style = style
    }

    func text(heading: String) -> String {
        let shown = prompt.chunks.prefix(Self.chunkLimit).map(chunker.spellings)
        let joins = shown.contains { $0.contains { $0.positions.count > 1 } }
        let meaning = "a word, its id; ~ joins the tokens of a word" + (joins ? ", + those of a character" : "")
        var text = heading + style.faint(" (\(meaning))") + "\n"
        for (index, chunk) in prompt.chunks.prefix(Self.chunkLimit).enumerated() {
            text += "  " + style.heading("Chunk \(index + 1)") + ", \(chunk.tokenCount) of \(PromptChunk.capacity)\n"
            text += tokens(of: chunk, shown[index])
            text += border(after: index).map { "    " + style.more("└ ") + $0 + "\n" } ?? ""
        }
        let rest = prompt.chunks.count - Self.chunkLimit
        if rest > 0 { text += "  … and \(rest) more; --json has them all\n" }
        return text + outlook
    }

    /// Nobody reads more, and a megabyte of text has thousands.
    private static let chunkLimit = 40

    private func tokens(of chunk: PromptChunk, _ spellings: [ChunkSpelling]) -> String {
        var lines: [[String]] = [[]]
        var length = 0
        for spelling in spellings {
            let word = spelling.text.onOneLine + (spelling.endsWord ? "" : "~")
            let ids = chunk.tokens[spelling.positions].map { "\($0)" }.joined(separator: "+")
            let count = word.count + ids.count + 3
            if length + count > 100 {
                lines.append([])
                length = 0
            }
            length += count
            lines[lines.count - 1].append(style.weighted(word, by: spelling.weight) + " " + style.faint(ids))
        }
        return lines.filter { !$0.isEmpty }.map { "    " + $0.joined(separator: "  ") + "\n" }.joined()
    }

    /// The words at both sides of a border, and the reason for it.
    private func border(after index: Int) -> String? {
        let chunk = prompt.chunks[index]
        guard index + 1 < prompt.chunks.count else { return nil }
        let next = prompt.chunks[index + 1]
        let (before, after) = (words(chunk, last: 5), words(next, first: 5))
        let place = "…\(before) ‖ \(after)…"
        return switch chunk.end {
        case .comma(let moved):
            "\(place): \(moved) \(moved == 1 ? "token" : "tokens") after the last comma went on to the next chunk, so that the phrase "
                + "stays whole"
        case .breakWord:
            "\(place): BREAK"
        case .inversion:
            "\(place): the next word's vectors did not fit"
        case .full where isComma(chunk.tokens[chunk.tokenCount]):
            "\(place): full, just after a comma"
        case .full where isComma(next.tokens[1]):
            "\(place): full, just before a comma"
        case .full where backtrack == 0:
            "\(place): a hard cut after 75 tokens"
        case .full, .prompt:
            "\(place): a hard cut, for no comma is among the last \(backtrack) tokens; a comma or BREAK before the phrase keeps it whole"
        }
    }

    private func isComma(_ token: Int32) -> Bool { token == tokenizer.id(of: ",</w>") }

    /// The first pieces of a chunk, as text.
    private func words(_ chunk: PromptChunk, first count: Int) -> String {
        words(chunk, chunker.spellings(of: chunk).prefix(count))
    }

    /// The last pieces of a chunk, as text.
    private func words(_ chunk: PromptChunk, last count: Int) -> String {
        words(chunk, chunker.spellings(of: chunk).suffix(count))
    }

    private func words(_ chunk: PromptChunk, _ spellings: ArraySlice<ChunkSpelling>) -> String {
        guard let first = spellings.first, let last = spellings.last else { return "" }
        return tokenizer.decode(chunk.tokens[first.positions.lowerBound..<last.positions.upperBound]).onOneLine
    }

    /// Tells the effect of one more token, or the meaning of the borders that are there.
    private var outlook: String {
        guard let last = prompt.chunks.last else { return "" }
        let room = last.end == .prompt ? PromptChunk.capacity - last.tokenCount : 0
        let fit = "\(room) more \(room == 1 ? "token fits" : "tokens fit") into chunk \(prompt.chunks.count)."
        let meaning = "Chunks are encoded separately; every chunk counts the same, full or not."
        return "  \(fit) " + (prompt.chunks.count == 1 ? "Beyond that a second chunk begins. " : "") + meaning + "\n"
    }
}
