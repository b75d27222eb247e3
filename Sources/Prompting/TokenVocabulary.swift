/// The tokens and merges of one byte-level BPE vocabulary.
struct TokenVocabulary: Sendable {
    static let begin = "<|startoftext|>"
    static let end = "<|endoftext|>"
    /// Marks the last byte of a word.
    static let endOfWord = "</w>"
    /// No CLIP has nearly as many; a damaged file could ask for gigabytes.
    static let idLimit = 1 << 20

    let tokens: TokenTable
    let merges: MergeTable
    let beginToken: Int32
    let endToken: Int32
    /// The token of each byte inside a word, and at the end of one. A byte that the vocabulary lacks becomes the end token.
    let innerBytes: [Int32]
    let finalBytes: [Int32]

    /// The complete CLIP vocabulary follows from its merges: the byte alphabet, the same at the end of a word,
    /// what each merge makes, and two markers.
    /// - Precondition: both halves of each merge are bytes or made by merges before it.
    init(clipMerges text: [UInt8]) {
        let capacity = 49_408
        var tokens = TokenTable(capacity: capacity)
        var merges = MergeTable(capacity: capacity)
        var nextID: Int32 = 0
        func add(_ token: [UInt8]) -> Int32 {
            tokens.insert(token[...], id: nextID)
            nextID += 1
            return nextID - 1
        }
        innerBytes = Self.inByteOrder(ByteAlphabet.bytes.map { add(ByteAlphabet.spellings[Int($0)]) })
        finalBytes = Self.inByteOrder(ByteAlphabet.bytes.map { add(ByteAlphabet.spellings[Int($0)] + Self.endOfWord.utf8) })
        var reader = MergeReader(text)
        while let merge = reader.next() {
            guard let right = merge.right,
                let leftToken = tokens.id(of: text[merge.left]),
                let rightToken = tokens.id(of: text[right])
            else { preconditionFailure("bundled merge \(reader.count) is damaged") }
            merges.append(leftToken, rightToken, becomes: add(Array(text[merge.left] + text[right])))
        }
        beginToken = add(Array(Self.begin.utf8))
        endToken = add(Array(Self.end.utf8))
        self.tokens = tokens
        self.merges = merges
    }

    /// - Parameters:
    ///   - ids: every token with its id.
    ///   - file: the name of the file that `ids` are from; `mergesFile` likewise.
    ///   - mergesText: as in `merges.txt`.
    init(ids: [String: Int], file: String, mergesText: [UInt8], mergesFile: String) throws(TokenizerError) {
        var tokens = TokenTable(capacity: ids.count)
        for (token, id) in ids {
            guard id >= 0, id < Self.idLimit else { throw .idOutOfRange(file: file, token: token, id: id) }
            if let other = tokens.text(of: Int32(id)) {
                throw .duplicateID(file: file, id: id, tokens: [String(decoding: other, as: UTF8.self), token].sorted())
            }
            tokens.insert(Array(token.utf8)[...], id: Int32(id))
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

    private static func merges(_ text: [UInt8], file: String, tokens: TokenTable) throws(TokenizerError) -> MergeTable {
        var table = MergeTable(capacity: text.count { $0 == UInt8(ascii: "\n") } + 1)
        var reader = MergeReader(text)
        while let merge = reader.next() {
            guard let right = merge.right else {
                throw .malformedMerge(file: file, merge: reader.count, text: String(decoding: text[merge.line], as: UTF8.self))
            }
            func token(_ bytes: ArraySlice<UInt8>) throws(TokenizerError) -> Int32 {
                if let id = tokens.id(of: bytes) { return id }
                throw .unknownToken(file: file, merge: reader.count, token: String(decoding: bytes, as: UTF8.self))
            }
            try table.append(token(text[merge.left]), token(text[right]), becomes: token(text[merge.left] + text[right]))
        }
        return table
    }

    /// What the vocabulary's order of bytes gave, indexed by byte.
    private static func inByteOrder(_ ids: [Int32]) -> [Int32] {
        var byByte = ids
        for (byte, id) in zip(ByteAlphabet.bytes, ids) { byByte[Int(byte)] = id }
        return byByte
    }
}
