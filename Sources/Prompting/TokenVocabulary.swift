/// The tokens and merges of one byte-level BPE vocabulary.
struct TokenVocabulary: Sendable {
    static let begin = "<|startoftext|>"
    static let end = "<|endoftext|>"
    /// Marks the last byte of a word.
    static let endOfWord = "</w>"
    /// No CLIP has nearly as many; a damaged file could ask for gigabytes.
    static let idLimit = 1 << 20

    /// A token, as the vocabulary spells it, and its id as the file has it.
    struct Entry {
        var token: [UInt8]
        var id: Int

        var text: String { String(decoding: token, as: UTF8.self) }
    }

    let tokens: TokenTable
    let merges: MergeTable
    let beginToken: Int32
    let endToken: Int32
    /// The token of each byte inside a word, and at the end of one. A byte that the vocabulary lacks becomes the end token.
    let innerBytes: [Int32]
    let finalBytes: [Int32]

    /// All tokens of CLIP's vocabulary follow from its merges: the byte alphabet, the same at the end of a word,
    /// what each merge makes, and two markers.
    static func clipEntries(mergesText: [UInt8]) -> [Entry] {
        let alphabet = ByteAlphabet.bytes.map { ByteAlphabet.spellings[Int($0)] }
        var tokens = alphabet + alphabet.map { $0 + endOfWord.utf8 }
        tokens.reserveCapacity(50_000)
        var reader = MergeReader(mergesText)
        while let merge = reader.next() {
            guard let right = merge.right else { continue }
            tokens.append(Array(reader.text[merge.left]) + reader.text[right])
        }
        tokens += [Array(begin.utf8), Array(end.utf8)]
        return tokens.enumerated().map { Entry(token: $0.element, id: $0.offset) }
    }

    /// - Parameters:
    ///   - entries: every token, once.
    ///   - file: the name of the file that they are from; `mergesFile` likewise.
    ///   - mergesText: as in `merges.txt`.
    init(entries: [Entry], file: String, mergesText: [UInt8], mergesFile: String) throws(TokenizerError) {
        var tokens = TokenTable(capacity: entries.count)
        for entry in entries {
            guard entry.id >= 0, entry.id < Self.idLimit else { throw .idOutOfRange(file: file, token: entry.text, id: entry.id) }
            if let other = tokens.text(of: Int32(entry.id)) {
                throw .duplicateID(file: file, id: entry.id, tokens: [String(decoding: other, as: UTF8.self), entry.text].sorted())
            }
            tokens.insert(entry.token[...], id: Int32(entry.id))
        }
        guard let beginToken = tokens.id(of: Self.begin) else { throw .missingSpecialToken(file: file, token: Self.begin) }
        guard let endToken = tokens.id(of: Self.end) else { throw .missingSpecialToken(file: file, token: Self.end) }
        innerBytes = ByteAlphabet.spellings.map { tokens.id(of: $0[...]) ?? endToken }
        finalBytes = ByteAlphabet.spellings.map { tokens.id(of: ($0 + Self.endOfWord.utf8)[...]) ?? endToken }
        merges = try Self.merges(mergesText, file: mergesFile, tokens: tokens)
        self.tokens = tokens
        self.beginToken = beginToken
        self.endToken = endToken
    }

    private static func merges(_ file: [UInt8], file name: String, tokens: TokenTable) throws(TokenizerError) -> MergeTable {
        var reader = MergeReader(file)
        let text = reader.text
        var table = MergeTable(capacity: text.count { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") } + 1)
        while let merge = reader.next() {
            guard let right = merge.right else {
                throw .malformedMerge(file: name, merge: reader.count, text: String(decoding: text[merge.line], as: UTF8.self))
            }
            func token(_ bytes: ArraySlice<UInt8>) throws(TokenizerError) -> Int32 {
                if let id = tokens.id(of: bytes) { return id }
                throw .unknownToken(file: name, merge: reader.count, token: String(decoding: bytes, as: UTF8.self))
            }
            try table.append(token(text[merge.left]), token(text[right]), becomes: token(text[merge.left] + text[right]))
        }
        return table
    }
}
