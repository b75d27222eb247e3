import Prompting
import Testing

@Suite struct AttentionTests {
    @Test("brackets weigh as in A1111", arguments: try PromptTables.shared.get().attention)
    func references(reference: PromptTables.Attention) {
        let pieces = AttentionPiece.pieces(of: reference.prompt)
        #expect(pieces.map(\.text) == reference.pieces.map(\.text))
        // The factors are multiplied in A1111's order, so that the numbers are the same to the last bit.
        #expect(pieces.map(\.weight) == reference.pieces.map(\.weight))
    }

    @Test("what is no bracket of the language is text", arguments: [
        ("", [AttentionPiece(text: "")]),
        ("(((", [AttentionPiece(text: "")]),
        (")a]", [AttentionPiece(text: ")a]")]),
        ("a:1.2)", [AttentionPiece(text: "a:1.2)")]),
        ("(a:1.2.3)", [AttentionPiece(text: "a:1.2.3", weight: 1.1)]),
        ("(a:.)", [AttentionPiece(text: "a:.", weight: 1.1)]),
        ("(a:+)", [AttentionPiece(text: "a:+", weight: 1.1)]),
        ("(a:1.2", [AttentionPiece(text: "a:1.2", weight: 1.1)]),
        ("(a: +1.5\n)", [AttentionPiece(text: "a", weight: 1.5)]),
        ("(a:２.５)", [AttentionPiece(text: "a", weight: 2.5)]),  // Python's digits are those of all scripts
        ("[a:1.2]", [AttentionPiece(text: "a:1.2", weight: 1 / 1.1)]),
        (#"\(a\) \x \"#, [AttentionPiece(text: "(a) x ")]),
            (
                "(a[b)c]",
                [
                    AttentionPiece(text: "a", weight: 1.1), AttentionPiece(text: "b", weight: 1.1 / 1.1),
                    AttentionPiece(text: "c", weight: 1 / 1.1)
                ]
            )
    ])
    func text(prompt: String, pieces: [AttentionPiece]) { #expect(AttentionPiece.pieces(of: prompt) == pieces) }

    @Test("brackets without a partner are counted", arguments: [
        ("(a) [b]", 0, 0), ("((a) [b", 2, 0), ("a) :) b:1.2)]", 0, 4), (#"\( \] (a"#, 1, 0), (String(repeating: "(", count: 300), 300, 0),
    ])
    func unmatched(prompt: String, unclosed: Int, unopened: Int) {
        #expect(AttentionPiece.unmatchedBrackets(of: prompt) == UnmatchedBrackets(unclosed: unclosed, unopened: unopened))
    }

    @Test("BREAK is one only as a word of its own, outside brackets", arguments: [
        ("a BREAK b", true), ("a\nBREAK\u{3000}b", true), ("a,BREAK.b", true), ("BREAK", true), ("x:BREAK", true),
            ("BREAKFAST", false), ("éBREAK", false), ("BREAK_", false), ("BREAK2", false), ("break", false), ("(BREAK)", false),
            ("B\\REAK", false)
    ])
    func breaks(prompt: String, isBreak: Bool) {
        #expect(AttentionPiece.pieces(of: prompt).contains(where: \.isBreak) == isBreak)
    }

    @Test("weights are finite whatever is typed", arguments: [
        "(a:\(String(repeating: "9", count: 400)))", "((a:\(String(repeating: "9", count: 300))):\(String(repeating: "9", count: 300)))",
        "((a:-\(String(repeating: "9", count: 400))):0)", String(repeating: "(", count: 100_000) + "a",
            String(repeating: "[", count: 100_000) + "a",
            String(repeating: "(", count: 300) + "a" + String(repeating: ":99999999999999)", count: 300)
    ])
    func finite(prompt: String) {
        #expect(AttentionPiece.pieces(of: prompt).allSatisfy { $0.weight.isFinite })
    }
}
