import Generation
import Prompting
import Sampling
import Testing

@Suite struct ScheduleTests {
    @Test("schedules and alternations are read as in A1111", arguments: try PromptTables.shared.get().schedule)
    func references(reference: PromptTables.Schedule) {
        let schedule = PromptTree(parsing: reference.prompt).schedule(steps: reference.steps)
        #expect(schedule.entries.map(\.until) == reference.schedule.map(\.until))
        #expect(schedule.entries.map { schedule.texts[$0.text] } == reference.schedule.map(\.text))
    }

    @Test("a number without a decimal point is a step, one with it a fraction of the steps", arguments: [
            ("5", 5), ("5.", 20), (".5", 10), ("0.24", 4), ("1.0", 20), ("99", 20), ("0", 0), ("-1", -1), ("-0.5", -1), ("+3", 3),
            ("1e1", 10), ("1e-1", 0),
        ("1.5e1", 20), ("1e400", 20), ("9999999999999999999999", 20),
    ])
    func switchPoints(text: String, step: Int) { #expect(SwitchPoint(text)?.lastStep(of: 20) == step) }

    @Test(
        "what is no number is no switch point",
        arguments: ["", ".", "+", "e1", "1e", "1e+", "1.2.3", "0x10", "inf", "nan", " 5", "5 ", "５", "--5", "1_000"])
    func noSwitchPoints(text: String) { #expect(SwitchPoint(text) == nil) }

    @Test("what does not parse is text, as typed; what is inside of it and parses still counts", arguments: [
        ("[a:b]", nil), ("[a]", nil), ("[a:b:c]", nil), ("[a:5", nil), ("a:5]", nil), ("[(a:5])", nil), ("[a:5", nil),
        ("a | b [c:5]", nil),  // a bar outside of brackets
        ("(a|b) [c:5]", nil), ("[a|b:5]", nil), ("[a:5] \\", nil), ("[a:5] \\\n", nil), ("[a:(b:5)]", nil), ("[a:[b:c]:5]", nil),
            ("[x [a:b:5]", "[x a"), ("(x [a:b:5]", "(x a"), ("[w:x:y [a:b:5]:z]", "[w:x:y a:z]"), (":) [a:b:5]", ":) a"),
            ("[a:b:5] :(", "a :("),
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
        #expect(schedule.textOfEachEvaluation == [0, 1, 2, 3, 2])

        let plain = PromptTree(parsing: "a [b:99] [c::0]").schedule(steps: 5)
        #expect(plain.texts == ["a  "])
        #expect(plain.textOfEachEvaluation == [0, 0, 0, 0, 0])
    }

    // Who counts how

    @Test(
        "A1111 keeps a text while the evaluation, from 0, is no larger than the text's end",
        arguments: try PromptTables.shared.get().schedule)
    func a1111(reference: PromptTables.Schedule) throws {
        let schedule = PromptTree(parsing: reference.prompt).schedule(steps: reference.steps, counting: .a1111)
        let expected = try (0..<reference.steps).map { evaluation in
            try #require(reference.schedule.first { evaluation <= $0.until }).text
        }
        #expect(schedule.textOfEachEvaluation.map { schedule.texts[$0] } == expected)
    }

    /// Each text with how many evaluations have it, in order: `a6 b14`.
    private static func spans(_ prompt: String, _ steps: Int, _ sampler: Sampler, _ counting: ScheduleCounting) -> String {
        let schedule = PromptTree(parsing: prompt).schedule(steps: steps, sampler: sampler, counting: counting)
        var spans: [(text: String, count: Int)] = []
        for text in schedule.textOfEachEvaluation.map({ schedule.texts[$0] }) {
            if spans.last?.text == text { spans[spans.count - 1].count += 1 } else { spans.append((text, 1)) }
        }
        return spans.map { "\($0.text)\($0.count)" }.joined(separator: " ")
    }

    @Test("each way counts steps or evaluations as its program does", arguments: [
        ("[a:b:5]", 20, Sampler.euler, "a5 b15", "a6 b14"),
        ("[a:b:5]", 20, .eulerAncestral, "a5 b15", "a6 b14"),
        ("[a:b:5]", 20, .dpmpp2M, "a5 b15", "a6 b14"),
        ("[a:b:5]", 20, .ddim, "a5 b14", "a6 b13"),
        ("[a:b:5]", 20, .ddimDiffusers, "a5 b15", "a6 b14"), ("[a:b:5]", 20, .dpmppSDE, "a10 b29", "a6 b33"),
        ("[a:b:5]", 20, .lcm, "a5 b15", "a6 b14"),
        ("[a:b:5]", 20, .heun, "a10 b29", "a6 b33"),
        ("[a:b:.25]", 20, .euler, "a5 b15", "a6 b14"),
        ("[a:b:.25]", 20, .heun, "a10 b29", "a11 b28"),
        ("[a:b:0.5]", 7, .euler, "a3 b4", "a4 b3"),
        ("[a:b:0.5]", 7, .heun, "a6 b7", "a8 b5"),
        ("[a:b:0]", 5, .euler, "b5", "b5"),
        ("[a:b:0]", 5, .heun, "b9", "b9"),
        ("[a:b:1]", 5, .euler, "a1 b4", "a2 b3"),
        ("[a:b:1]", 5, .heun, "a2 b7", "a2 b7"),
        ("[a:b:4]", 5, .euler, "a4 b1", "a5"),
        ("[a:b:4]", 5, .heun, "a8 b1", "a5 b4"),
        ("[a:b:8]", 5, .heun, "a9", "a9"),
        ("[a:b:7]", 5, .heun, "a9", "a8 b1"),
        ("[a:b:1.0]", 5, .heun, "a9", "a9"),
        ("[a:b:99]", 5, .euler, "a5", "a5"),
        ("[a:b:1]", 1, .euler, "a1", "a1"),
        ("[a:b:0.5]", 1, .heun, "b1", "a1"),
        ("[a|b]", 5, .euler, "a1 b1 a1 b1 a1", "a2 b1 a1 b1"),
        ("[a|b]", 3, .heun, "a2 b2 a1", "a2 b1 a1 b1"),
        ("[a|b|c]", 1, .euler, "a1", "a1"),
        ("[[a|b]:c:3]", 6, .euler, "a1 b1 a1 c3", "a2 b1 a1 c2"),
        ("[a:2][b::4]", 6, .euler, "b2 ab2 a2", "b3 ab2 a1"),
        ("plain", 3, .heun, "plain5", "plain5"),
    ] as [(String, Int, Sampler, String, String)])
    func counting(prompt: String, steps: Int, sampler: Sampler, sdnext: String, a1111: String) {
        #expect(Self.spans(prompt, steps, sampler, .sdnext) == sdnext)
        #expect(Self.spans(prompt, steps, sampler, .a1111) == a1111)
        #expect(PromptTree(parsing: prompt).dependsOnCounting(steps: steps, sampler: sampler) == (sdnext != a1111))
    }

    @Test("a text that is never said is not among those that are encoded")
    func neverSaid() {
        #expect(PromptTree(parsing: "[a:b:4]").schedule(steps: 5, counting: .a1111).texts == ["a"])
    }
}
