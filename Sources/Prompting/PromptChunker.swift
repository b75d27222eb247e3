/// Cuts a prompt of any length into chunks. Nothing is left out: what does not fit goes into one more chunk.
public struct PromptChunker: Sendable {
    /// The tokenizer of the text encoder that the chunks are for.
    public let tokenizer: CLIPTokenizer
    /// Fills a short chunk after its end token: the end token itself for Stable Diffusion 1 and XL's first encoder,
    /// 0 for Stable Diffusion 2 and OpenCLIP encoders.
    public let paddingToken: Int32
    /// When a chunk is full and a comma stands among its last `commaBacktrack` tokens, what follows that comma moves
    /// to the next chunk, so that a phrase is not torn apart. 0 cuts every chunk at 75 tokens.
    public let commaBacktrack: Int

    private let comma: Int32?
    private let inversions: InversionTable
    private let standIns: [Unicode.Scalar: String]
    /// The words that stand for textual inversions.
    public let inversionNames: [String]

    /// - Parameters:
    ///   - paddingToken: nil for the tokenizer's end token.
    ///   - commaBacktrack: 20 is A1111's and SD.Next's default.
    ///   - inversions: words that stand for vectors.
    ///   - standIns: scalars that take one position each, with the name that its insertion gets; see `OpenWildcards`.
    public init(
        tokenizer: CLIPTokenizer, paddingToken: Int32? = nil, commaBacktrack: Int = 20, inversions: [InversionWord] = [],
        standIns: [Unicode.Scalar: String] = [:]
    ) {
        self.standIns = standIns
        inversionNames = inversions.map(\.name)
        self.tokenizer = tokenizer
        self.paddingToken = paddingToken ?? tokenizer.endToken
        self.commaBacktrack = commaBacktrack
        self.inversions = InversionTable(inversions, tokenizer: tokenizer)
        comma = tokenizer.id(of: ",</w>")
    }

    /// The chunks of a text whose brackets mean nothing.
    public func chunks(ofPlainText text: String) -> ChunkedPrompt { chunks(of: [AttentionPiece(text: text)]) }

    /// The chunks of a text with brackets.
    public func chunks(of text: String) -> ChunkedPrompt { chunks(of: AttentionPiece.pieces(of: text)) }

    /// The chunks of weighted pieces, each tokenized by itself.
    /// Source: A1111 1.10 `tokenize_line`; reference chunks in Tests/Fixtures/prompting.
    public func chunks(of pieces: [AttentionPiece]) -> ChunkedPrompt {
        var chunks = ChunkBuilder(backtrack: commaBacktrack)
        for piece in pieces {
            guard !piece.isBreak else {
                chunks.finish(.breakWord)
                continue
            }
            guard !standIns.isEmpty else {
                append(piece.text, weight: piece.weight, to: &chunks)
                continue
            }
            var text = ""
            for scalar in piece.text.unicodeScalars {
                guard let name = standIns[scalar] else {
                    text.unicodeScalars.append(scalar)
                    continue
                }
                append(text, weight: piece.weight, to: &chunks)
                text = ""
                chunks.makeRoom(forComma: false)
                chunks.append(InversionWord(name: name, vectorCount: 1), weight: piece.weight)
            }
            append(text, weight: piece.weight, to: &chunks)
        }
        return ChunkedPrompt(chunks: chunks.finished().map(chunk))
    }

    private func append(_ text: String, weight: Double, to chunks: inout ChunkBuilder) {
        let tokens = tokenizer.encode(text)
        var index = 0
        while index < tokens.count {
            chunks.makeRoom(forComma: tokens[index] == comma)
            if let entry = inversions.entry(at: index, of: tokens) {
                chunks.append(entry.word, weight: weight)
                index += entry.tokens.count
            } else {
                chunks.append(tokens[index], weight: weight, isComma: tokens[index] == comma)
                index += 1
            }
        }
    }

    private func chunk(_ content: ChunkBuilder.Content) -> PromptChunk {
        let fill = PromptChunk.capacity - content.positions.count
        var chunk = PromptChunk(
            tokens: [tokenizer.beginToken] + content.positions.map(\.token) + [tokenizer.endToken]
                + Array(repeating: paddingToken, count: fill),
            weights: [1] + content.positions.map(\.weight) + Array(repeating: 1, count: fill + 1),
            tokenCount: content.positions.count, end: content.end)
        for (index, position) in content.positions.enumerated() { chunk.insertions[index + 1] = position.vector }
        return chunk
    }
}
