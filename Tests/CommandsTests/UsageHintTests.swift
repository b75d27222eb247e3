import Testing

@testable import Commands

@Suite("What was likely meant")
struct UsageHintTests {
    @Test("commands and flags that are nearly there are asked for", arguments: [
        (["generat", "cat"], "There is no command \"generat\". Did you mean \"easel generate\"?"),
        (["Serve"], "There is no command \"Serve\". Did you mean \"easel serve\"?"),
        (["promt", "cat"], "There is no command \"promt\". Did you mean \"easel prompt\"?"),
        (["models", "inf", "demo"], "There is no command \"inf\". Did you mean \"easel models info\"?"),
        (["generate", "cat", "--cfg", "4"], "There is no flag --cfg. Did you mean --cfg-scale?"),
        (["generate", "cat", "--negative=dog"], "There is no flag --negative. Did you mean --negative-prompt?"),
        (["generate", "cat", "--setps", "4"], "There is no flag --setps. Did you mean --steps?"),
        (["serve", "--prot", "80"], "There is no flag --prot. Did you mean --port?"),
        (["paint"], nil), (["xyzzy", "cat"], nil), (["generate", "cat", "--nonsense"], nil), (["generate"], nil), ([], nil),
        // A prompt may begin with anything.
        (["generate", "cat", "--steps", "x", "--", "--cfg"], nil),
    ] as [([String], String?)])
    func hints(arguments: [String], text: String?) {
        #expect(UsageHint(arguments).text == text)
    }

    @Test("the hint takes the place of the error's first line, also of the parser's own guess")
    func message() {
        let hint = UsageHint(["generat", "cat"])
        #expect(
            hint.added(to: "Error: 2 unexpected arguments\nUsage: easel <subcommand>")
                == "Error: There is no command \"generat\". Did you mean \"easel generate\"?\nUsage: easel <subcommand>")
        let flag = UsageHint(["generate", "cat", "--cfg"])
        #expect(
            flag.added(to: "Error: Unknown option '--cfg'. Did you mean '--crop'?\nUsage")
                == "Error: There is no flag --cfg. Did you mean --cfg-scale?\nUsage")
        #expect(UsageHint(["generate"]).added(to: "Error: x\nUsage") == "Error: x\nUsage")
    }
}
