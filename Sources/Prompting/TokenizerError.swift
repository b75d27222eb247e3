public import Generation

/// A fault of a vocabulary file. `file` is the name that the caller gave.
public enum TokenizerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Not JSON, or JSON of another shape; `detail` says where.
    case unreadable(file: String, detail: String)
    /// A tokenizer of another kind, as `model.type` says.
    case unsupportedModel(file: String, type: String)
    case idOutOfRange(file: String, token: String, id: Int)
    case duplicateID(file: String, id: Int, tokens: [String])
    case missingSpecialToken(file: String, token: String)
    /// A merge, counted from 1, that is not two tokens with a space between.
    case malformedMerge(file: String, merge: Int, text: String)
    /// A merge that takes or makes a token which the vocabulary does not have.
    case unknownToken(file: String, merge: Int, token: String)

    public var description: String {
        switch self {
        case .unreadable(let file, let detail):
            "Tokenizer file \"\(file)\" cannot be read: \(detail). Download it again, or remove it to use the bundled CLIP vocabulary."
        case .unsupportedModel(let file, let type):
            "Tokenizer file \"\(file)\" holds a \(type) model; CLIP's is BPE. It may belong to another text encoder."
        case .idOutOfRange(let file, let token, let id):
            "Tokenizer file \"\(file)\" gives token \"\(token)\" the id \(id), which is not in 0 ..< \(TokenVocabulary.idLimit). "
                + "The file is damaged."
        case .duplicateID(let file, let id, let tokens):
            "Tokenizer file \"\(file)\" gives the id \(id) to \(tokens.map { "\"\($0)\"" }.joined(separator: " and ")). The file "
                + "is damaged."
        case .missingSpecialToken(let file, let token):
            "Tokenizer file \"\(file)\" has no token \"\(token)\", which CLIP needs. It may belong to another text encoder."
        case .malformedMerge(let file, let merge, let text):
            "Tokenizer file \"\(file)\", merge \(merge): \"\(text)\" is not two tokens with a space between. The file is damaged."
        case .unknownToken(let file, let merge, let token):
            "Tokenizer file \"\(file)\", merge \(merge): token \"\(token)\" is not in the vocabulary. The two files may belong to "
                + "different models."
        }
    }
}

extension TokenizerError: ReasonedError {
    public var errorReason: ErrorReason { .damagedFile(file, detail: description) }

    private var file: String {
        switch self {
        case .unreadable(let file, _), .unsupportedModel(let file, _), .idOutOfRange(let file, _, _), .duplicateID(let file, _, _),
            .missingSpecialToken(let file, _), .malformedMerge(let file, _, _), .unknownToken(let file, _, _):
            file
        }
    }
}
