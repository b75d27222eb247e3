import FoundationEssentials

extension CLIPTokenizer {
    /// The tokenizer of a model folder with `vocab.json` and `merges.txt`.
    /// - Parameters:
    ///   - vocabularyJSON: the bytes of `vocab.json`: one object, token to id.
    ///   - merges: the bytes of `merges.txt`.
    ///   - vocabularyName: what errors call the file; `mergesName` likewise.
    public init(
        vocabularyJSON: [UInt8], merges: [UInt8], vocabularyName: String = "vocab.json", mergesName: String = "merges.txt"
    ) throws(TokenizerError) {
        let entries: [TokenVocabulary.Entry]
        if let usual = VocabularyReader.tokens(in: vocabularyJSON) {
            entries = usual
        } else {
            entries = Self.entries(try Self.decode([String: Int].self, from: vocabularyJSON, file: vocabularyName))
        }
        self.init(try TokenVocabulary(entries: entries, file: vocabularyName, mergesText: merges, mergesFile: mergesName))
    }

    /// The tokenizer of a model folder with `tokenizer.json`, of which the vocabulary and the merges are used:
    /// the steps before and after them are CLIP's own.
    /// - Parameters:
    ///   - tokenizerJSON: the bytes of the file.
    ///   - name: what errors call it.
    public init(tokenizerJSON: [UInt8], name: String = "tokenizer.json") throws(TokenizerError) {
        let file = try Self.decode(TokenizerFile.self, from: tokenizerJSON, file: name)
        guard let model = file.model.bpe else { throw .unsupportedModel(file: name, type: file.model.type) }
        var ids = model.vocab
        for token in file.addedTokens ?? [] { ids[token.content] = token.id }
        let merges = model.merges.map(\.line).joined(separator: "\n")
        self.init(try TokenVocabulary(entries: Self.entries(ids), file: name, mergesText: Array(merges.utf8), mergesFile: name))
    }

    private static func entries(_ ids: [String: Int]) -> [TokenVocabulary.Entry] {
        ids.map { TokenVocabulary.Entry(token: Array($0.key.utf8), id: $0.value) }.sorted { $0.id < $1.id }
    }

    private static func decode<T: Decodable>(_ type: T.Type, from json: [UInt8], file: String) throws(TokenizerError) -> T {
        do {
            return try JSONDecoder().decode(type, from: Data(json))
        } catch let error as DecodingError {
            throw .unreadable(file: file, detail: error.reason)
        } catch {
            throw .unreadable(file: file, detail: "\(error)")
        }
    }
}

/// The part of a `tokenizer.json` that says what the tokens are.
private struct TokenizerFile: Decodable {
    var model: Model
    var addedTokens: [AddedToken]?

    enum CodingKeys: String, CodingKey {
        case model
        case addedTokens = "added_tokens"
    }

    struct Model: Decodable {
        var type: String
        /// nil when the model is of another type.
        var bpe: BPE?

        enum CodingKeys: CodingKey { case type }

        init(from decoder: any Decoder) throws {
            // Early files do not say the type.
            type = try decoder.container(keyedBy: CodingKeys.self).decodeIfPresent(String.self, forKey: .type) ?? "BPE"
            bpe = type == "BPE" ? try BPE(from: decoder) : nil
        }
    }

    struct BPE: Decodable {
        var vocab: [String: Int]
        var merges: [Merge]
    }

    struct AddedToken: Decodable {
        var id: Int
        var content: String
    }

    /// `"a b"` in older files, `["a", "b"]` in newer ones.
    struct Merge: Decodable {
        var line: String

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let line = try? value.decode(String.self) {
                self.line = line
            } else {
                line = try value.decode([String].self).joined(separator: " ")
            }
        }
    }
}

extension DecodingError {
    /// The expected value and its place, in one phrase.
    fileprivate var reason: String {
        let context: Context
        switch self {
        case .keyNotFound(let key, _): return "it has no \"\(key.stringValue)\""
        case .typeMismatch(_, let found), .valueNotFound(_, let found), .dataCorrupted(let found): context = found
        @unknown default: return "it is not a tokenizer's JSON"
        }
        let path = context.codingPath.map(\.stringValue).joined(separator: ".")
        return path.isEmpty ? "it is not a tokenizer's JSON" : "the value of \"\(path)\" is of the wrong kind"
    }
}
