import Files


extension TokenizerFiles {
    /// Finds the tokenizer of a diffusers folder.
    ///
    /// The padding token is named in `special_tokens_map.json` or `tokenizer_config.json`, as text or as `{"content": …}`. The former
    /// counts more, except that nothing reads it beside a configuration with `added_tokens_decoder`: so does transformers 5.23 treat
    /// old and new files, and the folders of Stable Diffusion 2 depend on it. `model_max_length` is not read: some files give 10³⁰.
    /// - Parameters:
    ///   - path: of the checkpoint.
    ///   - encoder: the text encoder that the tokenizer belongs to.
    init(folder path: String, of encoder: FamilyTraits.TextEncoder) throws(CheckpointError) {
        let folder = path + "/" + encoder.tokenizerFolder
        let vocabulary = folder + "/vocab.json", merges = folder + "/merges.txt", whole = folder + "/tokenizer.json"
        let source: Source =
            if PathKind(vocabulary) == .file, PathKind(merges) == .file {
                .vocabularyAndMerges(vocabulary: vocabulary, merges: merges)
            } else if PathKind(whole) == .file {
                .tokenizerJSON(whole)
            } else {
                .bundled
            }
        self.init(source: source, paddingTokenID: source == .bundled ? encoder.paddingTokenID : try Self.paddingTokenID(in: folder, source))
    }

    private static func paddingTokenID(in folder: String, _ source: Source) throws(CheckpointError) -> Int {
        let configuration = try optionalFile("tokenizer_config.json", in: folder)
        let isNew = configuration?["added_tokens_decoder"] != nil
        let specialTokens = isNew ? nil : try optionalFile("special_tokens_map.json", in: folder)
        // CLIPTokenizer pads with the end of text unless it is told otherwise.
        let token = specialTokens?["pad_token"]?.tokenText ?? configuration?["pad_token"]?.tokenText ?? "<|endoftext|>"
        if let number = configuration?["added_tokens_decoder"]?.number(ofAddedToken: token) { return number }
        let number =
            switch source {
            case .vocabularyAndMerges(let path, _): try number(of: token, inVocabulary: path)
            case .tokenizerJSON(let path): try number(of: token, inTokenizer: path)
            case .bundled: Int?.none
            }
        guard let number else {
            throw .invalidSetting(
                file: (folder + "/tokenizer_config.json").lastTwoPathComponents, key: "pad_token", value: "\"\(token)\"",
                expected: "a token of the vocabulary")
        }
        return number
    }

    private static func optionalFile(_ name: String, in folder: String) throws(CheckpointError) -> ConfigurationFile? {
        let path = "\(folder)/\(name)"
        return PathKind(path) == .file ? try ConfigurationFile(name: path.lastTwoPathComponents, path: path) : nil
    }

    /// Looks one token up without keeping the 49,408 others.
    private static func number(of token: String, inVocabulary path: String) throws(CheckpointError) -> Int? {
        var json = JSONReader(TextFile.utf8(try reading { () throws(FileError) in try OpenFile.contents(of: path) }))
        do {
            return try number(of: token, from: &json)
        } catch {
            throw .notJSON(file: path.lastTwoPathComponents, position: error.position, expected: error.expected)
        }
    }

    private static func number(of token: String, inTokenizer path: String) throws(CheckpointError) -> Int? {
        var json = JSONReader(TextFile.utf8(try reading { () throws(FileError) in try OpenFile.contents(of: path) }))
        do {
            try json.beginObject()
            while let key = try json.nextKey() {
                switch key {
                case "added_tokens":
                    guard case .array(let added) = try json.readValue() else { continue }
                    for entry in added where entry["content"] == .string(token) {
                        if case .integer(let number) = entry["id"], number >= 0 { return number }
                    }
                case "model":
                    try json.beginObject()
                    while let part = try json.nextKey() {
                        if part == "vocab" {
                            if let number = try number(of: token, from: &json) { return number }
                        } else {
                            _ = try json.readValue()
                        }
                    }
                default: _ = try json.readValue()
                }
            }
            return nil
        } catch {
            throw .notJSON(file: path.lastTwoPathComponents, position: error.position, expected: error.expected)
        }
    }

    private static func number(of token: String, from json: inout JSONReader) throws(JSONError) -> Int? {
        try json.beginObject()
        while let key = try json.nextKey() {
            let number = try json.readInteger()
            if key == token, number >= 0 { return number }
        }
        return nil
    }
}

extension JSONValue {
    /// A token written as text or as an object with its content.
    fileprivate var tokenText: String? {
        switch self {
        case .string(let text): text
        case .object(let members): members["content"]?.tokenText
        default: nil
        }
    }

    /// In `added_tokens_decoder`, numbers are the keys.
    fileprivate func number(ofAddedToken token: String) -> Int? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.value.tokenText == token }.flatMap { Int($0.key) }.flatMap { $0 >= 0 ? $0 : nil }
    }
}
