import Foundation
import TestSupport
import Testing

@testable import Checkpoints

/// What transformers 5.23 gives for the same files was tried with its `CLIPTokenizer`.
struct TokenizerFilesTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        var tiny = TinyCheckpoint.minimal()
        tiny.textEncoder.activation = .gelu
        path = try tiny.writeFolder(in: folder)
    }

    private func paddingToken(_ files: [String: String]) throws -> Int {
        try folder.write(#"{"!": 0, "a": 7, "<|endoftext|>": 299}"#, to: "tiny/tokenizer/vocab.json")
        try folder.write("#version: 0.2\n", to: "tiny/tokenizer/merges.txt")
        for (name, text) in files { try folder.write(text, to: "tiny/tokenizer/\(name)") }
        return try Checkpoint.open(path).tokenizers[0].paddingTokenID
    }

    @Test("a folder without tokenizer uses the bundled vocabulary and the family's padding")
    func bundled() throws {
        #expect(try Checkpoint.open(path).tokenizers[0] == TokenizerFiles(source: .bundled, paddingTokenID: 0))
    }

    @Test("the padding token is looked up by name", arguments: [
        ([:], 299),
        (["tokenizer_config.json": #"{"pad_token": "!", "model_max_length": 1000000000000000019884624838656}"#], 0),
        (["tokenizer_config.json": #"{"pad_token": {"__type": "AddedToken", "content": "a"}}"#], 7),
        (["special_tokens_map.json": #"{"pad_token": "!"}"#], 0),
        // Stable Diffusion 2's folders: both files, and they differ.
        (["tokenizer_config.json": #"{"pad_token": "<|endoftext|>"}"#, "special_tokens_map.json": #"{"pad_token": "!"}"#], 0),
        // Newer files: the map is not read.
            (
                [
                    "tokenizer_config.json": #"{"pad_token": "a", "added_tokens_decoder": {"7": {"content": "a"}}}"#,
                    "special_tokens_map.json": #"{"pad_token": "!"}"#
                ], 7
            ),
        (["tokenizer_config.json": #"{"added_tokens_decoder": {}}"#, "special_tokens_map.json": #"{"pad_token": "!"}"#], 299),
    ])
    func padding(files: [String: String], expected: Int) throws {
        #expect(try paddingToken(files) == expected)
    }

    @Test("a padding token outside the vocabulary is refused")
    func unknownToken() throws {
        #expect { try paddingToken(["tokenizer_config.json": #"{"pad_token": "[PAD]"}"#]) } throws: { error in
            "\(error)"
                == "\"tokenizer/tokenizer_config.json\" gives \"[PAD]\" for pad_token, which no model can have. Expected: a token "
                    + "of the vocabulary."
        }
    }

    @Test("tokenizer.json serves where there is no vocab.json")
    func tokenizerJSON() throws {
        try folder.write(
            #"{"added_tokens": [{"id": 299, "content": "<|endoftext|>"}], "model": {"vocab": {"!": 0, "<|endoftext|>": 299}}}"#,
            to: "tiny/tokenizer/tokenizer.json")
        #expect(
            try Checkpoint.open(path).tokenizers[0]
                == TokenizerFiles(source: .tokenizerJSON(path + "/tokenizer/tokenizer.json"), paddingTokenID: 299))
        try folder.write(#"{"pad_token": "!"}"#, to: "tiny/tokenizer/tokenizer_config.json")
        #expect(try Checkpoint.open(path).tokenizers[0].paddingTokenID == 0)
    }
}
