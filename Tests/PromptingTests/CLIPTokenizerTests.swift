import Prompting
import TestSupport
import Testing

@Suite struct CLIPTokenizerTests {
    let tokenizer = CLIPTokenizer.bundled

    @Test("3,000 strings of many scripts have transformers' ids")
    func strings() throws {
        for (text, ids) in try TokenFixture.shared.get().strings.map({ ($0.text, $0.ids) }) where tokenizer.encode(text) != ids {
            Issue.record("\(text.debugDescription): \(tokenizer.encode(text)), transformers has \(ids)")
        }
    }

    @Test("code points of all kinds, among letters and among combining marks, have transformers' ids")
    func codePoints() throws {
        let blocks = try TokenFixture.shared.get().blocks
        #expect(blocks.count > 250)
        for (name, hash) in blocks {
            let first = try #require(UInt32(name, radix: 16))
            var text = String.UnicodeScalarView()
            for scalar in (first..<first + 256).compactMap(Unicode.Scalar.init) {
                text += ["q", scalar, "Q", " ", "\u{345}", scalar, "\u{334}", " "]
            }
            if TokenFixture.hash(tokenizer.encode(String(text))) != hash { Issue.record("block U+\(name) differs") }
        }
    }

    @Test("words of 100,000 letters and texts of 90,000 characters have transformers' ids")
    func long() throws {
        for sample in try TokenFixture.shared.get().long {
            let ids = tokenizer.encode(String(repeating: sample.unit, count: sample.times))
            #expect(ids.count == sample.count, "\(sample.unit)")
            #expect(TokenFixture.hash(ids) == sample.hash, "\(sample.unit)")
        }
    }

    @Test("a reserved padding token is found anywhere in the text, as transformers does for Stable Diffusion 2")
    func reserving() throws {
        let reserving = tokenizer.reserving(0)
        for sample in try TokenFixture.shared.get().reserving {
            #expect(reserving.encode(sample.text) == sample.ids, "\(sample.text)")
        }
        for unchanged in [tokenizer.endToken, -1, 49_408] {
            #expect(tokenizer.reserving(unchanged).encode("wow! <|endoftext|>") == tokenizer.encode("wow! <|endoftext|>"))
        }
    }

    @Test("the bundled vocabulary is CLIP's")
    func bundled() {
        #expect(tokenizer.vocabularySize == 49_408)
        #expect(tokenizer.beginToken == 49_406)
        #expect(tokenizer.endToken == 49_407)
        #expect(tokenizer.id(of: "cat</w>") == 2368)
        #expect(tokenizer.id(of: "no such token") == nil)
    }

    @Test("decoding gives the words back, in lower case and apart", arguments: [
        ("a photo of a CAT", "a photo of a cat"),
        ("it's 100% naïve, 猫!", "it 's 1 0 0 % naïve , 猫 !"),
        ("👩‍🚀", "👩‍🚀"),
        ("", ""),
        ("<|endoftext|>", "<|endoftext|>"),
        ("x</w>", "x </ w >"),
    ])
    func decoding(text: String, decoded: String) {
        #expect(tokenizer.decode(tokenizer.encode(text)) == decoded)
    }

    @Test("half a character and an unknown id decode to the replacement character")
    func decodingFragments() {
        let cat = tokenizer.encode("猫")
        #expect(cat.count > 1)
        #expect(tokenizer.decode(cat.dropLast()) == "\u{FFFD}")
        #expect(tokenizer.decode([-1, 49_408, .max]) == "\u{FFFD}\u{FFFD}\u{FFFD}")
    }

    @Test("encoding what was decoded gives the same text again")
    func decodedAgain() throws {
        // Holds for what the splitter cuts at spaces anyway: words, digits, signs in a row are one word either way.
        for sample in try TokenFixture.shared.get().strings where sample.text.utf8.allSatisfy({ $0 < 0x80 && $0 != 0x3C }) {
            let once = tokenizer.decode(sample.ids)
            #expect(tokenizer.decode(tokenizer.encode(once)) == once)
        }
    }
}
