import TestSupport
import Testing

@testable import Prompting

@Suite("Wildcards that are not drawn")
struct OpenWildcardTests {
    private let folder: TemporaryFolder
    private let wildcards: Wildcards

    init() throws {
        folder = try TemporaryFolder()
        try folder.write("rain\nsnow\n", to: "weather.txt")
        try folder.write("red\n", to: "art/colors.txt")
        wildcards = Wildcards(folder: try WildcardFolder(path: folder.path))
    }

    @Test("each draw is one token, and comes back as typed", arguments: [
        ("a cat", ["a", "cat"]), ("__weather__ cat", ["__weather__", "cat"]), ("(__weather__:1.2), {red|blue}!", ["__weather__", ",", "{red|blue}", "!"]),
        ("__art/*__", ["__art/*__"]), ("__nope__", ["__", "nope", "__"]), ("{(a|b):1.1}", ["{(a|b):1.1}"]), ("{a AND b|c}", ["{a AND b|c}"]),
        ("{just this}", ["{", "just", "this", "}"]),
    ])
    func open(text: String, tokens: [String]) {
        let open = wildcards.leavingOpen(text)
        #expect(open.restored(open.text) == text)
        let chunker = PromptChunker(tokenizer: .bundled, standIns: open.sources)
        #expect(chunker.chunks(of: open.text).chunks.flatMap(chunker.spellings).map(\.text) == tokens)
    }

    @Test("a scalar of the private area in the text itself stands for nothing")
    func private_() {
        let text = "__weather__ \u{F0000}"
        #expect(wildcards.leavingOpen(text).text == text && wildcards.leavingOpen(text).sources.isEmpty)
    }

    @Test("names that no file has are told once, also those in choices")
    func unknown() {
        #expect(wildcards.unknownNames(in: "__weather__ __nope__ {a|__other__} __nope__ __x*__") == ["nope", "other", "x*"])
        #expect(Wildcards(folder: nil).unknownNames(in: "__weather__") == ["weather"])
    }
}
