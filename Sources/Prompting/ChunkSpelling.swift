/// A piece of a chunk that people can read: whole characters, of one token or of several, or a word that stands for vectors.
public struct ChunkSpelling: Sendable, Hashable {
    /// The text; U+FFFD for bytes of a character that the end of a chunk cuts in two.
    public var text: String
    /// The positions of the chunk that it takes.
    public var positions: Range<Int>
    /// How much each of them counts.
    public var weight: Double
    /// Whether a word ends with it.
    public var endsWord: Bool
}

extension PromptChunker {
    /// A chunk's content as people read it. Bytes of one character are joined, and so are the vectors of one textual inversion.
    public func spellings(of chunk: PromptChunk) -> [ChunkSpelling] {
        var spellings: [ChunkSpelling] = []
        var bytes: [UInt8] = []
        var start = 1
        for position in 1..<chunk.tokenCount + 1 {
            let token = chunk.tokens[position]
            func append(_ text: String, from start: Int, endsWord: Bool) {
                spellings.append(
                    ChunkSpelling(text: text, positions: start..<position + 1, weight: chunk.weights[position], endsWord: endsWord))
            }
            if let vector = chunk.insertions[position] {
                let isNext = vector.row > 0 && chunk.insertions[position - 1]?.name == vector.name
                if isNext, !spellings.isEmpty {
                    spellings[spellings.count - 1].positions = spellings[spellings.count - 1].positions.lowerBound..<position + 1
                } else {
                    append(vector.name, from: position, endsWord: true)
                }
                start = position + 1
                continue
            }
            guard let spelling = tokenizer.spelling(of: token) else {
                append("\u{FFFD}", from: start, endsWord: true)
                (bytes, start) = ([], position + 1)
                continue
            }
            bytes += spelling.bytes
            let endsWord = tokenizer.endsWord(token)
            let isLast = position == chunk.tokenCount || chunk.insertions[position + 1] != nil
                || chunk.weights[position + 1] != chunk.weights[position]
            guard endsWord || isLast || bytes.endsWithWholeCharacter else { continue }
            append(String(decoding: bytes, as: UTF8.self), from: start, endsWord: endsWord)
            (bytes, start) = ([], position + 1)
        }
        return spellings
    }
}

extension [UInt8] {
    /// Whether no further byte of UTF-8 belongs to the last character.
    fileprivate var endsWithWholeCharacter: Bool {
        guard let lead = suffix(4).lastIndex(where: { $0 & 0xC0 != 0x80 }) else { return true }
        let length = switch self[lead] {
        case 0xC0...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...: 4
        default: 1
        }
        return count - lead >= length
    }
}
