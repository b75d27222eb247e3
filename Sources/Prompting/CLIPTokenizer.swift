import CCLIPVocabulary

/// CLIP's byte-level BPE tokenizer, with the ids that transformers' `CLIPTokenizer` gives.
///
/// Text is composed (NFC), lower-cased, cut into words at spaces and between letters, digits and signs;
/// each word's UTF-8 bytes are merged by the vocabulary's rules. Any text has tokens, and none is cut off.
public struct CLIPTokenizer: Sendable {
    let vocabulary: TokenVocabulary
    /// Texts that are one token wherever they stand, before any other rule.
    private var specialTokens: [(text: [UInt8], id: Int32)]

    /// OpenAI CLIP's vocabulary of 49,408 tokens, which all released Stable Diffusion 1, 2 and XL models use.
    public static let bundled: CLIPTokenizer = {
        let merges = Array(UnsafeBufferPointer(start: clip_merges(), count: clip_merges_length()))
        let entries = TokenVocabulary.clipEntries(mergesText: merges)
        do {
            return CLIPTokenizer(try TokenVocabulary(entries: entries, file: "vocab.json", mergesText: merges, mergesFile: "merges.txt"))
        } catch {
            preconditionFailure("The bundled vocabulary is damaged: \(error)")
        }
    }()

    init(_ vocabulary: TokenVocabulary) {
        self.vocabulary = vocabulary
        specialTokens = [
            (Array(TokenVocabulary.begin.utf8), vocabulary.beginToken),
            (Array(TokenVocabulary.end.utf8), vocabulary.endToken),
        ]
    }

    /// The id before every chunk, `<|startoftext|>`.
    public var beginToken: Int32 { vocabulary.beginToken }
    /// The id after every chunk, `<|endoftext|>`.
    public var endToken: Int32 { vocabulary.endToken }
    /// One more than the largest id: how many rows an embedding table needs.
    public var vocabularySize: Int { vocabulary.tokens.idCount }

    /// The id of a token as the vocabulary spells it, such as `cat</w>`.
    public func id(of token: String) -> Int32? { vocabulary.tokens.id(of: token) }

    /// The same tokenizer for a text encoder that pads with `paddingToken`. transformers takes the padding token's text for that token
    /// wherever it stands: Stable Diffusion 2 pads with `!`, so each `!` of a prompt is 0 and not the sign at the end of a word, 256.
    /// Nothing changes for a token that the vocabulary lacks, or one that is set apart already.
    public func reserving(_ paddingToken: Int32) -> CLIPTokenizer {
        guard let text = vocabulary.tokens.text(of: paddingToken), !text.isEmpty,
            !specialTokens.contains(where: { $0.id == paddingToken })
        else { return self }
        var tokenizer = self
        tokenizer.specialTokens.append((Array(text), paddingToken))
        return tokenizer
    }

    /// The tokens of `text`, without begin and end.
    ///
    /// Takes a time proportional to the length, also for a word of a megabyte.
    public func encode(_ text: String) -> [Int32] {
        var tokens: [Int32] = []
        var encoder = BytePairEncoder(vocabulary.merges)
        let bytes = Array(text.utf8)
        var start = 0
        var position = 0
        while position < bytes.count {
            if let special = specialTokens.first(where: { bytes[position...].starts(with: $0.text) }) {
                append(bytes[start..<position], to: &tokens, with: &encoder)
                tokens.append(special.id)
                position += special.text.count
                start = position
            } else {
                position += 1
            }
        }
        append(bytes[start...], to: &tokens, with: &encoder)
        return tokens
    }

    private func append(_ text: ArraySlice<UInt8>, to tokens: inout [Int32], with encoder: inout BytePairEncoder) {
        let scalars = Normalization.normalized(String(decoding: text, as: UTF8.self))
        var words = WordSplitter(scalars)
        var word: [Int32] = []
        while let range = words.next() {
            word.removeAll(keepingCapacity: true)
            var last: UInt8 = 0
            for scalar in scalars[range] {
                for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
                    word.append(vocabulary.innerBytes[Int(byte)])
                    last = byte
                }
            }
            word[word.count - 1] = vocabulary.finalBytes[Int(last)]
            encoder.append(word, to: &tokens)
        }
    }

    /// The text that `tokens` stand for: in lower case, with a space between words.
    /// Bytes that are no UTF-8 by themselves and ids that the vocabulary lacks become U+FFFD.
    public func decode(_ tokens: some Sequence<Int32>) -> String {
        var bytes: [UInt8] = []
        for token in tokens {
            guard let spelling = spelling(of: token) else {
                bytes += "\u{FFFD}".utf8
                continue
            }
            bytes += spelling.bytes
            if spelling.isMarkedAsEnd { bytes.append(UInt8(ascii: " ")) }
        }
        if bytes.last == UInt8(ascii: " ") { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The bytes of text that a token stands for, without the mark at the end of a word, and whether it has that mark.
    /// - Returns: nil for an id that the vocabulary lacks.
    func spelling(of token: Int32) -> (bytes: [UInt8], isMarkedAsEnd: Bool)? {
        guard var spelling = vocabulary.tokens.text(of: token) else { return nil }
        let isMarked = spelling.suffix(TokenVocabulary.endOfWord.utf8.count).elementsEqual(TokenVocabulary.endOfWord.utf8)
        if isMarked { spelling.removeLast(TokenVocabulary.endOfWord.utf8.count) }
        var bytes: [UInt8] = []
        for scalar in String(decoding: spelling, as: UTF8.self).unicodeScalars {
            if let byte = ByteAlphabet.byte(for: scalar) { bytes.append(byte) } else { bytes += Array(Character(scalar).utf8) }
        }
        return (bytes, isMarked)
    }
}

extension CLIPTokenizer {
    /// Whether a token is the last of its word. True for markers and ids that the vocabulary lacks.
    public func endsWord(_ token: Int32) -> Bool {
        guard let spelling = vocabulary.tokens.text(of: token) else { return true }
        return token == beginToken || token == endToken
            || spelling.suffix(TokenVocabulary.endOfWord.utf8.count).elementsEqual(TokenVocabulary.endOfWord.utf8)
    }
}
