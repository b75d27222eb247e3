import Prompting
import Testing

@Suite struct VocabularyFileTests {
    static let vocabulary = #"{"<|startoftext|>": 0, "<|endoftext|>": 1, "c": 2, "a": 3, "t</w>": 4, "ca": 5, "cat</w>": 6, "t": 7}"#
    static let merges = "#version: 0.2\nc a\nca t</w>\n"

    static func load(_ vocabulary: String, _ merges: String) throws(TokenizerError) -> CLIPTokenizer {
        try CLIPTokenizer(vocabularyJSON: Array(vocabulary.utf8), merges: Array(merges.utf8))
    }

    @Test("a small vocabulary works; bytes that it lacks become the end token, as transformers' unknown token does")
    func small() throws {
        let tokenizer = try Self.load(Self.vocabulary, Self.merges)
        #expect(tokenizer.vocabularySize == 8)
        #expect(tokenizer.encode("cat CAT tca") == [6, 6, 7, 2, 1])
    }

    @Test("a vocabulary's tokens may be escaped, spread over lines or numbered past the usual", arguments: [
        #"{ "\u003c|startoftext|>" : 0 ,\n\t"<|endoftext|>":1, "\u00e9</w>": 4, "\u0063":2 }"#,
        #"{"<|startoftext|>": 0, "<|endoftext|>": 1, "\u00E9</w>": 4, "c": 2, "\n": 5, "\ud83d\ude00": 6}"#,
        #"{"<|startoftext|>": 0, "<|endoftext|>": 1e0, "é</w>": 4, "c": 2}"#,
    ])
    func spellings(vocabulary: String) throws {
        let tokenizer = try Self.load(vocabulary.replacing("\\n\\t", with: "\n\t"), "")
        #expect(tokenizer.id(of: "é</w>") == 4)
        #expect(tokenizer.id(of: "c") == 2)
        #expect(tokenizer.beginToken == 0 && tokenizer.endToken == 1)
    }

    @Test("line ends of Windows, a missing header and empty lines are no obstacle", arguments: [
        "#version: 0.2\r\nc a\r\nca t</w>\r\n", "c a\nca t</w>", "\n\nc a\n\nca t</w>\n\n", "\u{FEFF}#version: 0.2\r\nc a\r\nca t</w>",
        "#version: 0.2\rc a\rca t</w>\r",
    ])
    func lenientMerges(merges: String) throws {
        #expect(try Self.load(Self.vocabulary, merges).encode("cat") == [6])
    }

    @Test("tokenizer.json holds merges as strings or as pairs", arguments: [#"["c a", "ca t</w>"]"#, #"[["c", "a"], ["ca", "t</w>"]]"#])
    func tokenizerJSON(merges: String) throws {
        let json =
            #"{"added_tokens": [{"id": 9, "content": "<|endoftext|>"}], "model": {"type": "BPE", "vocab": \#(Self.vocabulary), "#
                + #""merges": \#(merges)}}"#
        let tokenizer = try CLIPTokenizer(tokenizerJSON: Array(json.utf8))
        #expect(tokenizer.encode("cat") == [6])
        #expect(tokenizer.endToken == 9)
    }

    @Test("a damaged vocabulary is refused with its name and the reason", arguments: [
        ("", merges, TokenizerError.unreadable(file: "vocab.json", detail: "it is not a tokenizer's JSON")),
        ("not json", merges, .unreadable(file: "vocab.json", detail: "it is not a tokenizer's JSON")),
        (String(repeating: "[", count: 100_000), merges, .unreadable(file: "vocab.json", detail: "it is not a tokenizer's JSON")),
        ("[1, 2]", merges, .unreadable(file: "vocab.json", detail: "it is not a tokenizer's JSON")),
        (#"{"a": "b"}"#, merges, .unreadable(file: "vocab.json", detail: #"the value of "a" is of the wrong kind"#)),
        (#"{"a": 1.5}"#, merges, .unreadable(file: "vocab.json", detail: "it is not a tokenizer's JSON")),
        (#"{"a": -1}"#, merges, .idOutOfRange(file: "vocab.json", token: "a", id: -1)),
        (#"{"a": 9223372036854775807}"#, merges, .idOutOfRange(file: "vocab.json", token: "a", id: .max)),
        (#"{"a": 3, "b": 3}"#, merges, .duplicateID(file: "vocab.json", id: 3, tokens: ["a", "b"])),
        ("{}", merges, .missingSpecialToken(file: "vocab.json", token: "<|startoftext|>")),
        (#"{"<|startoftext|>": 0}"#, merges, .missingSpecialToken(file: "vocab.json", token: "<|endoftext|>")),
        (vocabulary, "c a\nca", .malformedMerge(file: "merges.txt", merge: 2, text: "ca")),
        (vocabulary, "c a t", .malformedMerge(file: "merges.txt", merge: 1, text: "c a t")),
        (vocabulary, " c", .malformedMerge(file: "merges.txt", merge: 1, text: " c")),
        (vocabulary, "c x", .unknownToken(file: "merges.txt", merge: 1, token: "x")),
        (vocabulary, "c t", .unknownToken(file: "merges.txt", merge: 1, token: "ct")),
        (vocabulary, "\u{0}\u{FFFD}", .malformedMerge(file: "merges.txt", merge: 1, text: "\u{0}\u{FFFD}")),
    ])
    func damaged(vocabulary: String, merges: String, expected: TokenizerError) {
        #expect(throws: expected) { _ = try Self.load(vocabulary, merges) }
    }

    @Test("a tokenizer.json that is not CLIP's is refused", arguments: [
            (
                "{}",
                #"Tokenizer file "tokenizer.json" cannot be read: it has no "model". Download it again, or remove it to use the "#
                    + #"bundled CLIP vocabulary."#
            ),
        (#"{"model": {"type": "Unigram", "vocab": {}, "merges": []}}"#,
         #"Tokenizer file "tokenizer.json" holds a Unigram model; CLIP's is BPE. It may belong to another text encoder."#),
        (#"{"model": {"type": "BPE", "vocab": {}, "merges": [1]}}"#,
                #"Tokenizer file "tokenizer.json" cannot be read: the value of "model.merges.Index 0" is of the wrong kind. "#
                    + #"Download it again, or remove it to use the bundled CLIP vocabulary."#
            ),
        (#"{"model": {"type": "Unigram", "vocab": [["a", 1.5]]}}"#,
         #"Tokenizer file "tokenizer.json" holds a Unigram model; CLIP's is BPE. It may belong to another text encoder."#),
    ])
    func otherTokenizer(json: String, message: String) {
        #expect { try CLIPTokenizer(tokenizerJSON: Array(json.utf8)) } throws: { "\($0)" == message }
    }
}
