/// Cuts a prompt of any length into chunks. Nothing is left out: what does not fit goes into one more chunk.
public struct PromptChunker: Sendable {
    public let tokenizer: CLIPTokenizer
    /// Fills a short chunk after its end token: the end token itself for Stable Diffusion 1 and XL's first encoder,
    /// 0 for Stable Diffusion 2 and OpenCLIP encoders.
    public let paddingToken: Int32
    /// When a chunk is full and a comma stands among its last `commaBacktrack` tokens, what follows that comma moves
    /// to the next chunk, so that a phrase is not torn apart. 0 cuts every chunk at 75 tokens.
    public let commaBacktrack: Int

    private let comma: Int32?

    /// - Parameters:
    ///   - paddingToken: nil for the tokenizer's end token.
    ///   - commaBacktrack: 20 is A1111's and SD.Next's default.
    public init(tokenizer: CLIPTokenizer, paddingToken: Int32? = nil, commaBacktrack: Int = 20) {
        self.tokenizer = tokenizer
        self.paddingToken = paddingToken ?? tokenizer.endToken
        self.commaBacktrack = commaBacktrack
        comma = tokenizer.id(of: ",</w>")
    }

    /// The chunks of a plain prompt; at least one.
    public func chunks(of text: String) -> [PromptChunk] {
        chunks(of: tokenizer.encode(text).map { WeightedToken(id: $0) })
    }

    /// The chunks of a prompt that has been read into tokens; at least one.
    /// Source: A1111 1.10 `tokenize_line`; reference chunks in Tests/Fixtures/prompting.
    public func chunks(of tokens: [WeightedToken]) -> [PromptChunk] {
        var chunks: [PromptChunk] = []
        var current: [WeightedToken] = []
        /// How many tokens of `current` go up to and with its last comma.
        var phraseEnd: Int?
        func finish(keeping kept: Int) {
            chunks.append(chunk(current.prefix(kept)))
            current.removeFirst(kept)
            phraseEnd = nil
        }
        for token in tokens {
            if current.count == PromptChunk.capacity {
                if token.id != comma, let end = phraseEnd, current.count - end < commaBacktrack {
                    finish(keeping: end)
                } else {
                    finish(keeping: current.count)
                }
            }
            current.append(token)
            if token.id == comma { phraseEnd = current.count }
        }
        if !current.isEmpty || chunks.isEmpty { finish(keeping: current.count) }
        return chunks
    }

    private func chunk(_ content: ArraySlice<WeightedToken>) -> PromptChunk {
        let fill = PromptChunk.capacity - content.count
        return PromptChunk(
            tokens: [tokenizer.beginToken] + content.map(\.id) + [tokenizer.endToken] + Array(repeating: paddingToken, count: fill),
            weights: [1] + content.map(\.weight) + Array(repeating: 1, count: fill + 1),
            tokenCount: content.count)
    }
}
