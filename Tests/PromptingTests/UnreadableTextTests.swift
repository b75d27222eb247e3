import Generation
import Testing

@testable import Prompting

@Suite("Text outside of the vocabulary")
struct UnreadableTextTests {
    @Test("characters are counted that mean nothing to a model that reads English", arguments: [
        // English, and accents that the vocabulary has
        ("a (red:1.2) apple, 35mm BREAK __weather__ <lora:x:1>", 0), ("un château français, forêt d'été", 0), ("naïve café, jalapeño", 0),
        ("na\u{69}\u{308}ve cafe\u{301}", 0), ("straße", 0), ("Nguyễn", 0), ("Łódź, zażółć", 0),
        // Latin words of which the vocabulary has less than half
        ("gęślą", 5), ("ễ", 1),
        // Chinese, Japanese, Korean
        ("一只猫在粉色背景上", 9), ("猫", 1), ("一只猫，粉色背景", 7), ("猫の絵", 3), ("かわいいネコ", 6), ("고양이", 3),
        // A name that is one token, and a single character
        ("방탄소년단", 0), ("日", 0),
        // Letters that are tokens by themselves, or halves of them
        ("кот на розовом фоне", 16), ("москва", 6), ("قطة على خلفية وردية", 16), ("חתול", 4), ("แมว", 3), ("γάτα", 4), ("बिल्ली", 2),
        ("ｃａｔ", 3), ("𝓬𝓪𝓽", 3),
        // Emoji that the vocabulary has, and others
        ("🐱 on a pink background ✨❤️🍎👩‍🚀🇺🇸", 0), ("🦩", 1), ("🫠 🐈", 2), ("→ ★ © 5️⃣ … №", 0),
        // Mixed
        ("a 猫 on a pink background", 1), ("1girl, 微笑, masterpiece", 2), ("girl微笑", 2), ("portrait of Владимир", 8), ("😂 кот", 3),
        ("", 0), ("123 456", 0),
    ])
    func counts(text: String, count: Int) {
        #expect(CLIPTokenizer.bundled.unreadableCharacterCount(in: text) == count)
    }

    @Test("names of textual inversions are no text to be read")
    func names() {
        #expect(CLIPTokenizer.bundled.unreadableCharacterCount(in: "a 猫娘 by Кот-2, 猫", except: ["猫娘", "кот-2"]) == 1)
    }

    @Test("it is told in one sentence")
    func sentence() {
        #expect(Prompt.warning(ofUnreadable: 0) == nil)
        #expect(Prompt.warning(ofUnreadable: 1) == Notice(
            .unreadableCharacters, ["count": 1, "field": "prompt"],
            "This model reads English: 1 character of the prompt means nothing to it."))
        #expect(Prompt.warning(ofUnreadable: 9, isNegative: true) == Notice(
            .unreadableCharacters, ["count": 9, "field": "negative_prompt"],
            "This model reads English: 9 characters of the negative prompt mean nothing to it."))
    }

    @Test("a long text is soon counted", .timeLimit(.minutes(30)))
    func long() {
        #expect(CLIPTokenizer.bundled.unreadableCharacterCount(in: String(repeating: "猫", count: 10_000)) == 10_000)
        #expect(CLIPTokenizer.bundled.unreadableCharacterCount(in: String(repeating: "é 猫 ", count: 5_000)) == 5_000)
    }
}

@Suite("Tokens as people read them")
struct ChunkSpellingTests {
    private static func spellings(_ text: String, _ chunker: PromptChunker = PromptChunker(tokenizer: .bundled)) -> [[ChunkSpelling]] {
        chunker.chunks(of: text).chunks.map(chunker.spellings)
    }

    @Test("bytes of one character are one piece", arguments: [
        ("a cat", ["a", "cat"], [1, 1]), ("naïve", ["na", "ï", "ve"], [1, 1, 1]), ("猫", ["猫"], [3]), ("一只猫", ["一", "只", "猫"], [2, 2, 3]),
        // A token that ends within a character joins its neighbours.
        ("かわ", ["かわ"], [3]), ("🦩 🐱", ["🦩", "🐱"], [2, 1]), ("(猫:1.5)猫", ["猫", "猫"], [3, 3]), ("кот", ["к", "о", "т"], [1, 1, 2]),
    ] as [(String, [String], [Int])])
    func joined(text: String, expected: [String], counts: [Int]) {
        let spellings = Self.spellings(text)[0]
        #expect(spellings.map(\.text) == expected)
        #expect(spellings.map(\.positions.count) == counts)
        // Every position belongs to one piece.
        #expect(spellings.flatMap { Array($0.positions) } == Array(1..<1 + counts.reduce(0, +)))
    }

    @Test("the weight is that of the tokens, and a word ends where its last token does")
    func weights() {
        let spellings = Self.spellings("a (naïve:1.3)")[0]
        #expect(spellings.map(\.weight) == [1, 1.3, 1.3, 1.3])
        #expect(spellings.map(\.endsWord) == [true, false, false, true])
    }

    @Test("vectors of a textual inversion are one piece, each time that it is named")
    func inversions() {
        let chunker = PromptChunker(tokenizer: .bundled, inversions: [InversionWord(name: "style-x", vectorCount: 3)])
        let spellings = Self.spellings("cat style-x style-x", chunker)[0]
        #expect(spellings.map(\.text) == ["cat", "style-x", "style-x"])
        #expect(spellings.map(\.positions) == [1..<2, 2..<5, 5..<8])
    }

    @Test("a character that the end of a chunk cuts in two is shown as broken, in both")
    func border() {
        let text = Array(repeating: "dog", count: 74).joined(separator: " ") + " 猫"
        let spellings = Self.spellings(text)
        #expect(spellings[0].last?.text == "\u{FFFD}" && spellings[1].map(\.text) == ["\u{FFFD}", "\u{FFFD}"])
        #expect(spellings[0].count == 75 && spellings[1].map(\.positions.count) == [1, 1])
    }
}

@Suite("Brackets that are never closed")
struct UnclosedBracketTests {
    private static let table: [(String, [(Character, Int)])] = [
        ("a (cat:1.2) [dog]", []), ("a (cat", [("(", 2)]), ("(((", [("(", 0), ("(", 1), ("(", 2)]), ("(open:1.3", [("(", 0)]),
        ("a [cat", [("[", 2)]), ("[a:(b:0.5]", [("(", 3)]), (#"\( (a"#, [("(", 3)]), ("a) ] :1.2)", []), ("猫 (猫", [("(", 2)]),
        // The position is that of what was typed, with tags.
        ("<lora:(x:1> a (cat", [("(", 14)]), ("(<lora:x:1>)", []),
        // Parts have brackets of their own.
        ("(a AND b)", [("(", 0)]), ("a AND (b :0.5", [("(", 6)]), ("([)]", []), ("🐱 a ((b)", [("(", 4)]),
    ]

    @Test("are found with their places", arguments: table.indices)
    func places(index: Int) {
        let (prompt, expected) = Self.table[index]
        let found = Prompt.unclosedBrackets(in: prompt)
        #expect(found == expected.map { UnclosedBracket(sign: $0.0, position: $0.1) }, "\(prompt)")
    }

    @Test("a negative prompt is one part")
    func negative() {
        #expect(Prompt.unclosedBrackets(in: "(a AND b)", isNegative: true) == [])
        #expect(Prompt.unclosedBrackets(in: "(a AND b", isNegative: true) == [UnclosedBracket(sign: "(", position: 0)])
    }

    @Test("the warning names sign and place, and any number of them is soon read", .timeLimit(.minutes(30)))
    func many() {
        #expect(
            "\(UnclosedBracket(sign: "[", position: 4))"
                == #""[" at character 5 is never closed: it weighs everything after it. Write \[ for the sign itself."#)
        #expect(Prompt.unclosedBrackets(in: String(repeating: "(", count: 100_000)).count == 100)
        #expect(Prompt.unclosedBrackets(in: String(repeating: "( AND ", count: 10_000)).count == 100)
    }
}
