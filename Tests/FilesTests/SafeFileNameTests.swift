import Foundation
import Testing

@testable import Files

@Suite("Safe names of files")
struct SafeFileNameTests {
    @Test("the words of a text", arguments: [
        ("cat face on a pink background", "cat-face-on-a-pink-background"), ("a (red:1.2) apple, [green: -0.5 ]", "a-red-apple-green"),
        ("<lora:film:0.8> x", "lora-film-x"), ("12:30 o'clock", "12-30-o-clock"), ("", ""), ("   ", ""), ("...", ""), ("🐱🍎", ""),
        ("🐱 cat", "cat"), ("一只猫，在桌上", "一只猫-在桌上"), ("cafe\u{301} über", "cafe\u{301}-über"), ("\u{301}\u{301}a", "a"),
        ("../../etc/passwd", "etc-passwd"), ("a/b\\c", "a-b-c"), ("a\0b\nc\u{7F}", "a-b-c"), ("--help", "help"), ("हिन्दी", "हिन्दी"),
        ("a\u{202E}gnp.exe", "a-gnp-exe"), ("e" + String(repeating: "\u{301}", count: 100), "e" + String(repeating: "\u{301}", count: 4)),
    ])
    func words(text: String, words: String) { #expect(SafeFileName.words(in: text, mostBytes: 80) == words) }

    @Test("words are cut at the end of one, or inside of one that is very long", arguments: [
        ("cat face on a pink background", 20, "cat-face-on-a-pink"), ("cat face on a pink background", 18, "cat-face-on-a-pink"),
        ("cat face on a pink background", 17, "cat-face-on-a"), ("aaaaaaaaaaaaaaaaaaaaaaaaa", 10, "aaaaaaaaaa"), ("猫猫猫猫", 10, "猫猫猫"),
        ("a bbbbbbbbbbbbbbbbbbbbbb", 10, "a-bbbbbbbb"), ("ae\u{301}", 3, "a"),
    ])
    func cut(text: String, mostBytes: Int, words: String) { #expect(SafeFileName.words(in: text, mostBytes: mostBytes) == words) }

    @Test("more characters are kept where that is asked for")
    func keeping() {
        #expect(SafeFileName.words(in: "sd15/v1.5_x DPM++ 2M", mostBytes: 80, keeping: "._+") == "sd15-v1.5_x-DPM++-2M")
    }

    @Test("a name", arguments: [
        ("0001-7-cat", "0001-7-cat"), ("", "picture"), ("..", "picture"), (".", "picture"), (" . ", "picture"), ("-", "picture"),
        (".hidden", "hidden"), ("-rf", "rf"), ("cat. ", "cat"), ("a/../b", "a-..-b"), ("C:\\x", "C-x"), ("a\0\n\tb", "a-b"), ("CON",
        "_CON"),
        ("con.txt", "_con.txt"), ("nul .x", "_nul .x"), ("Com1", "_Com1"), ("LPT³", "_LPT³"), ("COM10", "COM10"), ("a  b", "a b"),
        ("0001--cat", "0001-cat"), ("a\u{200B}\u{202E}b", "a-b"), ("a*?\"<>|b", "a-b"), ("猫", "猫"), ("a\u{A0}b", "a b"),
    ])
    func name(text: String, name: String) { #expect(SafeFileName.name(text, fallback: "picture") == name) }

    @Test("whatever the text, a name is short, whole and no path", arguments: [
        String(repeating: "a", count: 4096), String(repeating: "猫", count: 4096), String(repeating: "👩‍👩‍👧", count: 500),
        String(repeating: "e\u{301}", count: 2000), String(repeating: "../", count: 2000), String(repeating: "\u{301}", count: 4096),
        String(repeating: "a.", count: 2000), String(repeating: " ", count: 4096),
    ])
    func bounds(text: String) {
        for name in [SafeFileName.name(text, fallback: "x"), SafeFileName.name("1-" + text, fallback: "x")] {
            #expect((1...SafeFileName.mostBytes - 16).contains(name.utf8.count) && !name.contains("/") && !name.hasPrefix("."))
            #expect(SafeFileName.name(name, fallback: "x") == name)
        }
    }

    @Test("random scalars make names without surprises")
    func random() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let scalars = (0..<Int.random(in: 0...40)).compactMap { _ in
                Unicode.Scalar(UInt32.random(in: 0...(Bool.random(using: &generator) ? 0x7F : 0x10FFFF), using: &generator))
            }
            let text = String(String.UnicodeScalarView(scalars))
            for text in [text, SafeFileName.words(in: text, mostBytes: 80)] {
                let name = SafeFileName.name(text, fallback: "x")
                #expect(!name.isEmpty && name != "." && name != "..")
                #expect(name.utf8.allSatisfy { $0 >= 32 && $0 != 127 && $0 != 47 && $0 != 92 })
            }
        }
    }
}

@Suite("Patterns of file names")
struct FileNamePatternTests {
    private static let values: [FileNamePattern.Placeholder: String] = [
        .date: "2026-11-28", .time: "14-03-59", .number: "0001", .seed: "7", .prompt: "cat", .model: "demo", .sampler: "Euler",
        .width: "64", .height: "32", .job: "0a",
    ]

    @Test("placeholders are filled in, in any case, and all else stands as it is", arguments: [
        ("[date]/[number]-[seed]-[prompt]", "2026-11-28/0001-7-cat"), ("[Date]/[SEED]", "2026-11-28/7"), ("[seed].png", "7"),
        ("x [width]x[height]_[sampler]", "x 64x32_Euler"), ("[model]/[date]/[time]-[job]", "demo/2026-11-28/14-03-59-0a"), ("picture",
        "picture"),
        ("..a/[seed]", "a/7"), ("a]b", "a]b"), ("con/[seed]", "_con/7"), ("C:/[seed]", "C/7"),
    ])
    func filling(pattern: String, path: String) throws {
        #expect(try FileNamePattern(pattern).path { Self.values[$0] ?? "" } == path)
    }

    @Test("whatever stands for a placeholder, the path stays in its folder")
    func escapes() throws {
        for value in ["..", "../..", "/etc", "", ".", "a/b", "\\..", "\0", String(repeating: "x", count: 5000)] {
            let path = try FileNamePattern("[prompt]/[model]-[seed]/[prompt]").path { _ in value }
            let parts = path.split(separator: "/", omittingEmptySubsequences: false)
            #expect(parts.count == 3 && parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." && $0.utf8.count <= 184 })
        }
        #expect(try FileNamePattern("[prompt]").path { _ in "" } == "picture")
    }

    @Test("what is no pattern is refused with the reason", arguments: [
        ("", .empty), ("  ", .empty), (".png", .empty), ("[sed]", .unknownPlaceholder("sed")), ("[]", .unknownPlaceholder("")),
        ("[seed", .openBracket), ("[se/ed]", .openBracket), ("/tmp/[seed]", .absolute), ("../[seed]", .leavesFolder("..")),
        ("a/../../[seed]", .leavesFolder("..")), ("./[seed]", .leavesFolder(".")), ("a/ .. /b", .leavesFolder(" .. ")),
        ("a/...", .leavesFolder("...")),
        ("a//b", .emptyName), ("a/", .emptyName), ("a/ /b", .emptyName), ("a\\b", .backslash), ("a\0b", .controlCharacter),
        ("a\n", .controlCharacter), (String(repeating: "x", count: 201), .tooLong(200)), ("a/a/a/a/a/a/a/a/a", .tooManyFolders(7)),
    ] as [(String, FileNamePatternProblem)])
    func refusals(pattern: String, problem: FileNamePatternProblem) {
        #expect(throws: problem) { try FileNamePattern(pattern) }
    }

    @Test("text and pattern are the same", arguments: ["[date]/[number]-[seed]-[prompt]", "a b/[job] c", "x"])
    func text(pattern: String) throws {
        #expect(try FileNamePattern(pattern).description == pattern)
        #expect(try FileNamePattern(FileNamePattern(pattern).description) == FileNamePattern(pattern))
        #expect(FileNamePattern.standard.description == "[date]/[number]-[seed]-[prompt]")
        #expect(try FileNamePattern("[date]/[number]-[seed]-[prompt]") == .standard)
    }

    @Test("the folder of a pattern")
    func folder() throws {
        #expect(try FileNamePattern("[model]/[date]/[seed]").folder { Self.values[$0] ?? "" } == "demo/2026-11-28")
        #expect(try FileNamePattern("[seed]").folder { Self.values[$0] ?? "" } == "")
        #expect(try FileNamePattern("[seed]").uses(.seed) && !FileNamePattern("[seed]").uses(.number))
    }
}
