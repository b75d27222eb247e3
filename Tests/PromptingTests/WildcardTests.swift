import Foundation
import Generation
import TestSupport
import Testing

@testable import Prompting

@Suite("Wildcards")
struct WildcardTests {
    private let folder = try? TemporaryFolder()

    /// What many seeds draw for a text.
    private func outcomes(_ text: String, _ wildcards: Wildcards = Wildcards(folder: nil), seeds: Range<UInt64> = 0..<300) -> Set<String> {
        Set(seeds.map { wildcards.expand(text, seed: $0).text })
    }

    @Test("braces draw one option, or several with a separator", arguments: [
        ("a {b|c} d", ["a b d", "a c d"]),
        ("{|x}", ["", "x"]),
        ("{a|{b|c}}", ["a", "b", "c"]),
        ("{2$$a|b}", ["a, b", "b, a"]),
        ("{2$$ and $$a|b}", ["a and b", "b and a"]),
        ("{1-2$$+$$a|b}", ["a", "b", "a+b", "b+a"]),
        ("{-2$$+$$a|b}", ["a", "b", "a+b", "b+a"]),
        ("{2-$$+$$a|b}", ["a+b", "b+a"]),
        ("{0-1$$a|b}", ["", "a", "b"]),
        ("{9$$a|b}", ["a, b", "b, a"]),
        ("{2-1$$ $$a|b}", ["a", "b", "a b", "b a"]),
        ("[{2$$|$$a|b}]", ["[a|b]", "[b|a]"]),
        ("{1$$a}", ["a"]),
        ("{0::a|1::b}", ["b"]),
        ("{0::a|0::b}", ["a", "b"]),
        ("{a::b|c}", ["a::b", "c"]),
        ("{[a|b]|c}", ["[a|b]", "c"]),
        ("{[a|b}", ["[a", "b"]),
        ("{a$$b|c}", ["a$$b", "c"]),
        ("({a|b}:1.2)", ["(a:1.2)", "(b:1.2)"]),
    ] as [(String, Set<String>)])
    func choices(text: String, expected: Set<String>) {
        #expect(outcomes(text) == expected)
    }

    @Test("what offers no choice stays as typed", arguments: [
            "", "plain", "{prompt}", "{a}", "{", "}", "}{", "{a|b", "a|b}", "[a|b]", "[a|b|c]", "\\{a|b\\}", "[[a|b]|c]", "{}", "__",
            "____", "_a_", "__a\nb__",
        "{2$$", "a__b", "<lora:a__b:1>",
    ])
    func literal(text: String) {
        let expansion = Wildcards(folder: nil).expand(text, seed: 1)
        #expect(expansion == .init(text: text, warnings: []))
    }

    @Test("weights say how often an option is drawn")
    func weights() {
        let wildcards = Wildcards(folder: nil)
        let seeds: Range<UInt64> = 0..<20_000
        let first = seeds.count { wildcards.expand("{0.3::a|0.7::b}", seed: $0).text == "a" }
        // Five standard deviations of 20,000 draws are 0.016.
        #expect(abs(Double(first) / 20_000 - 0.3) < 0.017)
        let pair = seeds.count { wildcards.expand("{2$$3::a|b|c}", seed: $0).text.hasPrefix("a") }
        #expect(abs(Double(pair) / 20_000 - 0.6) < 0.018)
    }

    @Test("a seed always draws the same, the next seed and the negative prompt their own")
    func seeds() {
        let wildcards = Wildcards(folder: nil)
        let text = "{a|b|c|d|e|f|g|h} {a|b|c|d|e|f|g|h} {a|b|c|d|e|f|g|h} {3$$a|b|c|d|e}"
        // Worked out once; other numbers would change the pictures of prompts that people have kept.
        #expect(wildcards.expand(text, seed: 7).text == "b b h e, d, a")
        #expect(wildcards.expand(text, seed: 7) == wildcards.expand(text, seed: 7))
        #expect(outcomes(text, seeds: 0..<50).count == 50)
        #expect(wildcards.expand(text, seed: 7, purpose: .negativePrompt) != wildcards.expand(text, seed: 7))
    }

    @Test("files are found by name, path and pattern", arguments: [
        ("a __color__ cat", ["a red cat", "a blue cat"]),
        ("__animals/cats__", ["lynx", "puma"]),
        ("__animals\\cats__", ["lynx", "puma"]),
        ("__cats__", ["lynx", "puma"]),
        ("__animals/*__", ["lynx", "puma", "wolf"]),
        ("__*/dogs__", ["wolf"]),
        ("__**/dogs__", ["wolf"]),
        ("__**og*__", ["wolf"]),
        ("{2$$ $$__color__}", ["red blue", "blue red"]),
        ("{__color__|green}", ["red", "blue", "green"]),
        ("__nested__", ["a red wolf", "a blue wolf", "x", "y"]),
        ("__weighted__", ["always"]),
        ("[__color__|x]", ["[red|x]", "[blue|x]"]),
    ] as [(String, Set<String>)])
    func files(text: String, expected: Set<String>) throws {
        #expect(outcomes(text, try sample()) == expected)
    }

    @Test("what is not there stays as typed, with a warning", arguments: [
        (
            "__colour__ cat", .unknownWildcard, ["name": "colour", "did_you_mean": "color"],
            "There is no wildcard \"colour\" in \"FOLDER\". It stays as typed. Did you mean __color__?"
        ),
        (
            "__../../etc/passwd__", .unknownWildcard, ["name": "../../etc/passwd"],
            "There is no wildcard \"../../etc/passwd\" in \"FOLDER\". It stays as typed."
        ),
        (
            "__/etc/passwd__", .unknownWildcard, ["name": "/etc/passwd"],
            "There is no wildcard \"/etc/passwd\" in \"FOLDER\". It stays as typed."
        ),
        ("__outside__", .unknownWildcard, ["name": "outside"], "There is no wildcard \"outside\" in \"FOLDER\". It stays as typed."),
        (
            "__folder/secret__", .unknownWildcard, ["name": "folder/secret"],
            "There is no wildcard \"folder/secret\" in \"FOLDER\". It stays as typed."
        ),
        ("__empty__", .emptyWildcard, ["name": "empty"], "Wildcard \"empty\" has no lines. It stays as typed."),
        (
            String(repeating: "{a|b}", count: 1001), .tooManyDraws, ["max": 1000, "max_bytes": 1_048_576],
            "The prompt asks for more than 1000 draws or 1048576 bytes. The rest stays as typed."
        ),
    ] as [(String, Notice.Name, [String: ErrorReason.Value], String)])
    func missing(text: String, name: Notice.Name, values: [String: ErrorReason.Value], warning: String) throws {
        let wildcards = try sample()
        let expansion = wildcards.expand(text, seed: 3)
        #expect(expansion.text.hasSuffix(name == .tooManyDraws ? "{a|b}" : text))
        let sentence = warning.replacing("FOLDER", with: try #require(wildcards.folder?.folders.first))
        #expect(expansion.warnings == [Notice(name, values, sentence)])
    }

    @Test("a file that names itself ends with a warning")
    func circles() throws {
        let expansion = try sample().expand("__circle__", seed: 1)
        #expect(expansion.text == "__circle__")
        #expect(expansion.warnings == [
            Notice(
                .wildcardCircle, ["name": "circle", "circle": "ring → circle → ring → circle"],
                "Wildcards go round in circles: ring → circle → ring → circle. __circle__ stays as typed.")
        ])
        let tree = try sample().expand("__tree__", seed: 1)
        #expect(tree.text.utf8.count < 100_000)
        #expect(tree.warnings.count == 2)
    }

    static let hostileTexts: [String] = {
        let repeated: [(String, Int)] = [
            ("{", 1 << 18), ("{a|", 50_000), ("_", 1 << 18), ("[", 1 << 18), ("{a|b}", 20_000), ("__*a*b*c*__", 300),
            ("{99999999999999999999$$a|b}", 10)
        ]
        let nested = String(repeating: "{a|", count: 20_000) + String(repeating: "}", count: 20_000)
        return repeated.map { String(repeating: $0.0, count: $0.1) } + [
            nested, "{1e999::a|b}", "{" + String(repeating: "9", count: 400) + "::a|b}"
        ]
    }()

    @Test("hostile texts end quickly", arguments: hostileTexts)
    func hostile(text: String) throws {
        let expansion = try sample().expand(text, seed: 1)
        #expect(expansion.text.utf8.count <= 2 * text.utf8.count + 64)
    }

    @Test("random texts never crash")
    func random() throws {
        let wildcards = try sample()
        var generator = SplitMix64(state: 5)
        let pieces = [
            "{", "}", "|", "$$", "[", "]", "\\", "__", "_", "a", "2", "-", "::", "0.5", "color", "tree", "/", "*", " ", "é", "\n", "."
        ]
        for _ in 0..<5000 {
            let text = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                pieces[Int.random(in: 0..<pieces.count, using: &generator)]
            }.joined()
            _ = wildcards.expand(text, seed: 1)
        }
    }

    @Test("a folder that is added brings the names that are not there yet")
    func severalFolders() throws {
        let folder = try #require(folder)
        for (file, text) in [("a/x.txt", "mine"), ("b/x.txt", "theirs"), ("b/y.txt", "new")] { try folder.write(text, to: file) }
        var all = try WildcardFolder(path: folder.path + "/a")
        all.add(try WildcardFolder(path: folder.path + "/b"))
        #expect(all.names == ["x", "y"])
        let wildcards = Wildcards(folder: all)
        #expect(wildcards.expand("__x__ __y__", seed: 1).text == "mine new")
        let warning = wildcards.expand("__z__", seed: 1).warnings.first?.description
        #expect(warning?.contains("in \"\(folder.path)/a\", \"\(folder.path)/b\".") == true)
    }

    /// A folder with a bit of everything.
    private func sample() throws -> Wildcards {
        let folder = try #require(folder)
        try folder.write("\u{FEFF}# colors\n\n  red \r\nblue\n", to: "w/color.txt")
        try folder.write("lynx\npuma", to: "w/animals/cats.txt")
        try folder.write("wolf", to: "w/animals/dogs.txt")
        try folder.write("a __color__ __dogs__\n{x|y}\n", to: "w/nested.txt")
        try folder.write("0::never\n5::always\n", to: "w/weighted.txt")
        try folder.write("# nothing\n", to: "w/empty.txt")
        try folder.write("__ring__", to: "w/circle.txt")
        try folder.write("__circle__", to: "w/ring.txt")
        try folder.write("__tree__ __tree__", to: "w/tree.txt")
        try folder.write("secret", to: "outside/secret.txt")
        try? FileManager.default.createSymbolicLink(atPath: folder.path + "/w/outside.txt", withDestinationPath: "../outside/secret.txt")
        try? FileManager.default.createSymbolicLink(atPath: folder.path + "/w/folder", withDestinationPath: "../outside")
        return Wildcards(folder: try WildcardFolder(path: folder.path + "/w"))
    }
}
