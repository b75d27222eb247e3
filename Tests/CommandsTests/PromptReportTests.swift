import ArgumentParser
import Foundation
import Hosting
import Prompting
import Testing

@testable import Commands

@Suite("Explained prompts")
struct PromptReportTests {
    static func report(_ prompt: String, steps: Int = 10, commaBacktrack: Int = 20) -> PromptReport {
        PromptReport(Prompt(prompt), steps: steps, chunker: PromptChunker(tokenizer: .bundled, commaBacktrack: commaBacktrack))
    }

    @Test("the JSON has the promised keys: parts with schedules; pieces and chunks of the whole as one text")
    func json() throws {
        let text = Self.report("a [red:blue:.5] (cat:1.2) AND b/c :0.5 BREAK d").json
        #expect(!text.contains("\n"))
        let json = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary)
        #expect(json["parts"] as? NSArray == [
            ["text": "a [red:blue:.5] (cat:1.2)", "weight": 1, "schedule": [[5, "a red (cat:1.2)"], [10, "a blue (cat:1.2)"]]],
            ["text": " b/c :0.5 BREAK d", "weight": 1, "schedule": [[10, " b/c :0.5 BREAK d"]]],
        ])
        let pieces = try #require(json["pieces"] as? [[Any]])
        #expect(pieces.map { $0[0] as? String } == ["a ", "red:blue:.5", " ", "cat", " AND b/c :0.5", "BREAK", "d"])
        // JSONSerialization reads 1/1.1 one unit in the last place off.
        #expect(pieces.map { ($0[1] as? Double)?.short } == ["1", "0.909", "1", "1.2", "1", "-1", "1"])
        #expect(text.contains(#"["red:blue:.5",0.9090909090909091]"#))
        let chunks = try #require(json["chunks"] as? [NSDictionary])
        #expect(chunks.count == 2)
        for chunk in chunks {
            #expect((chunk["tokens"] as? [Int])?.count == 77)
            #expect((chunk["weights"] as? [Double])?.count == 77)
        }
        #expect((chunks[1]["tokens"] as? [Int])?.prefix(3) == [49_406, 323, 49_407])
        #expect(json["token_count"] as? Int == 76)
        #expect(json.count == 4)
    }

    @Test("tags are in the JSON when there are any")
    func tags() throws {
        let json = try #require(JSONSerialization.jsonObject(with: Data(Self.report("a<lora:x:0.8>b<what:y>").json.utf8)) as? NSDictionary)
        #expect(json["tags"] as? [String] == ["<lora:x:0.8>", "<what:y>"])
        #expect(json["pieces"] as? NSArray == [["ab", 1]])
    }

    @Test("a plain prompt is explained in full")
    func plain() {
        #expect(PromptExplanation(Self.report("a (naïve\ncat:1.2)"), style: .plain).text == """
            Pieces and how much they count
                  1  "a "
                1.2  "naïve\\ncat"

            Tokens: 5 tokens in 1 chunk (a word, its id; ~ joins the tokens of a word)
              Chunk 1, 5 of 75
                a 320  na~ 1097  ï~ 35689  ve 563  cat 2368
              70 more tokens fit into chunk 1. Beyond that a second chunk begins. Chunks are encoded separately; every \
            chunk counts the same, full or not.

            """)
    }

    @Test("texts of a schedule are told by their steps and by what differs from the first")
    func schedule() {
        let text = PromptExplanation(Self.report("a photo of a [red|blue] castle on [a hill:the moon:8], at night"), style: .plain).text
        #expect(text.hasPrefix("""
            Schedule over 10 steps: 4 texts, each encoded once
              1, 3, 5, 7  "a photo of a red castle on a hill, at night"  12 tokens in 1 chunk
              2, 4, 6, 8  … "a blue castle" …  12 tokens in 1 chunk
              9           … "on the moon, at" …  12 tokens in 1 chunk
              10          … "a blue castle on the moon, at" …  12 tokens in 1 chunk

            """), "\(text)")
    }

    @Test("the schedule is told as it is counted, and where a sampler asks twice in a step, by evaluations", arguments: [
        (["--steps", "4"], "Schedule over 4 steps: 2 texts, each encoded once\n  1–2  \"a\"  1 token in 1 chunk\n  3–4  \"b\""),
        (["--steps", "4", "--schedule-counting", "a1111"],
        "Schedule over 4 steps, counted as A1111 does: 2 texts, each encoded once\n  1–3  \"a\""),
        (["--steps", "4", "--sampler", "heun"],
        "Schedule over 7 evaluations of the UNet in 4 steps: 2 texts, each encoded once\n  1–4  \"a\""),
    ])
    func counting(arguments: [String], expected: String) throws {
        let command = try #require(try EaselCommand.parseAsRoot(["prompt", "[a:b:2]"] + arguments) as? PromptCommand)
        let text = PromptExplanation(try command.report(), style: .plain).text
        #expect(text.hasPrefix(expected), "\(text)")
    }

    @Test("borders name the words at both sides and the reason")
    func borders() {
        func text(_ prompt: String, commaBacktrack: Int = 20) -> String {
            PromptExplanation(Self.report(prompt, commaBacktrack: commaBacktrack), style: .plain).text
        }
        let words = Array(repeating: "dog", count: 68).joined(separator: " ")
        #expect(text(words + ", red car on a long and winding road").contains(
            "└ …dog dog dog dog , ‖ red car on a long…: 6 tokens after the last comma went on to the next chunk, so that the phrase stays "
                + "whole"))
        #expect(text(words + ", red car on a long and winding road", commaBacktrack: 0).contains(": a hard cut after 75 tokens"))
        #expect(text(words + " red car on a long and winding road").contains(": a hard cut, for no comma is among the last 20 tokens"))
        #expect(text("a cat BREAK a dog").contains("└ …a cat ‖ a dog…: BREAK"))
    }

    @Test("what is likely not meant is noted", arguments: [
        ("a (cat, a dog", #"Note: A bracket is never closed: it weighs everything after it. Write \( or \[ for the sign itself."#),
        ("((a [cat", "Note: 3 brackets are never closed"),
        ("a cat) :]", "Note: 2 closing brackets were never opened: taken as text."),
        ("a | b [c:d:5]", "Note: A | stands outside of square brackets: the prompt is taken as typed, without schedules."),
        ("a poster, 16:9", "Note: the number after the last colon, 9, multiplies the guidance scale."),
        (#"a \| b \( [c:d:5] (e)"#, nil),
    ] as [(String, String?)])
    func notes(prompt: String, note: String?) {
        let text = PromptExplanation(Self.report(prompt), style: .plain).text
        if let note { #expect(text.contains(note), "\(text)") } else { #expect(!text.contains("Note"), "\(text)") }
    }

    @Test("tags are named, also those that mean nothing here")
    func unknownTags() {
        let text = PromptExplanation(Self.report("a <lora:film:0.8:0@0,0.5@1> <lora:x:y> <sora:x>"), style: .plain).text
        #expect(text.contains(#"LoRA "film", text encoder × 0.8, UNet × 0 at 0, 0.5 at 1"#))
        let parts = PromptExplanation(Self.report("<lora:film:OUTD:stop=5:scope=part> <lora:x:start=3>"), style: .plain).text
        #expect(parts.contains(#"LoRA "film", text encoder × 1, UNet × 1, by block, from step 1 to 4, on its AND part"#))
        #expect(parts.contains(#"LoRA "x", text encoder × 1, UNet × 1, from step 3"#))
        #expect(text.contains(#"LoRA "x", text encoder × 1, UNet × 1; not understood: y"#))
        #expect(text.contains(#"<sora:x>  "sora" is not a kind of network that is known; ignored"#))
    }

    @Test("characters are shown whole, and it is told how many mean nothing")
    func characters() throws {
        let report = Self.report("一只猫 🐱")
        let text = PromptExplanation(report, style: .plain).text
        #expect(text.contains("""
            Tokens: 8 tokens in 1 chunk (a word, its id; ~ joins the tokens of a word, + those of a character)
              Chunk 1, 8 of 75
                一~ 19759+222  只~ 34517+103  猫 163+234+360  🐱 22979
            """), "\(text)")
        #expect(text.hasSuffix(
            "Note: This model reads English: 3 characters of the prompt mean nothing to it. Their tokens are bytes or single letters, which a "
                + "picture does not follow.\n"), "\(text)")
        #expect(report.json.contains(#""unreadable_characters":3"#) && !Self.report("un été").json.contains("unreadable"))
    }

    @Test("colours are for terminals only")
    func colours() {
        let report = Self.report("a (cat:1.2) [dog] <lora:x>")
        #expect(!PromptExplanation(report, style: .plain).text.contains("\u{1B}"))
        #expect(PromptExplanation(report, style: .terminal).text.contains("\u{1B}[33m"))
    }

    @Test("wrong usage is told", arguments: [
        (["prompt"], "Give the prompt either as an argument or with --stdin."),
        (["prompt", "a", "--stdin"], "Give the prompt either as an argument or with --stdin."),
        (["prompt", "a", "--steps", "0"], "Steps 0 is out of range. Use 1 to 1000."),
        (["prompt", "a", "--comma-backtrack=-1"], "Comma backtrack -1 is out of range. Use 0 to 75; 20 is usual."),
    ])
    func usage(arguments: [String], message: String) {
        #expect(performing: { try EaselCommand.parseAsRoot(arguments) }, throws: { EaselCommand.message(for: $0) == message })
    }
}
