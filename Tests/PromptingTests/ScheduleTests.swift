import Prompting
import Testing

@Suite struct ScheduleTests {
    @Test("schedules and alternations are read as in A1111", arguments: try PromptTables.shared.get().schedule)
    func references(reference: PromptTables.Schedule) {
        let schedule = PromptTree(parsing: reference.prompt).schedule(steps: reference.steps)
        #expect(schedule.entries.map(\.until) == reference.schedule.map(\.until))
        #expect(schedule.entries.map { schedule.texts[$0.text] } == reference.schedule.map(\.text))
    }

    @Test("a number without a decimal point is a step, one with it a fraction of the steps", arguments: [
        ("5", 5), ("5.", 20), (".5", 10), ("0.24", 4), ("1.0", 20), ("99", 20), ("0", 0), ("-1", -1), ("-0.5", -1), ("+3", 3), ("1e1", 10), ("1e-1", 0),
        ("1.5e1", 20), ("1e400", 20), ("9999999999999999999999", 20),
    ])
    func switchPoints(text: String, step: Int) { #expect(SwitchPoint(text)?.lastStep(of: 20) == step) }

    @Test("what is no number is no switch point", arguments: ["", ".", "+", "e1", "1e", "1e+", "1.2.3", "0x10", "inf", "nan", " 5", "5 ", "５", "--5", "1_000"])
    func noSwitchPoints(text: String) { #expect(SwitchPoint(text) == nil) }

    @Test("what does not parse is text, as typed; what is inside of it and parses still counts", arguments: [
        ("[a:b]", nil), ("[a]", nil), ("[a:b:c]", nil), ("[a:5", nil), ("a:5]", nil), ("[(a:5])", nil), ("[a:5", nil),
        ("a | b [c:5]", nil),  // a bar outside of brackets
        ("(a|b) [c:5]", nil), ("[a|b:5]", nil), ("[a:5] \\", nil), ("[a:5] \\\n", nil), ("[a:(b:5)]", nil), ("[a:[b:c]:5]", nil),
        ("[x [a:b:5]", "[x a"), ("(x [a:b:5]", "(x a"), ("[w:x:y [a:b:5]:z]", "[w:x:y a:z]"), (":) [a:b:5]", ":) a"), ("[a:b:5] :(", "a :("),
        (#"\[x [a\:\]:b:5]"#, #"\[x a\:\]"#), ("[a:b: 5\n]", "a"), ("[[a:b:5]:c:9]", "a"), ("([a:b:5]:[1.1:1.2:5])", "(a:1.1)"),
    ] as [(String, String?)])
    func text(prompt: String, atFirst: String?) {
        let tree = PromptTree(parsing: prompt)
        #expect(tree.text(atStep: 1, of: 10) == atFirst ?? prompt)
        #expect((tree.schedule(steps: 10).entries.count > 1) == (atFirst != nil))
    }

    @Test("each distinct text is there once, in order of its first step")
    func distinct() {
        let schedule = PromptTree(parsing: "[a|b] [c:d:2]").schedule(steps: 5)
        #expect(schedule.texts == ["a c", "b c", "a d", "b d"])
        #expect(schedule.entries.map(\.text) == [0, 1, 2, 3, 2])
        #expect((1...5).map(schedule.text(atStep:)) == [0, 1, 2, 3, 2])

        let plain = PromptTree(parsing: "a [b:99] [c::0]").schedule(steps: 5)
        #expect(plain.texts == ["a  "])
        #expect((1...5).map(plain.text(atStep:)) == [0, 0, 0, 0, 0])
    }
}
