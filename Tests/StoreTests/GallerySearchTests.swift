import Foundation
import Generation
import Jobs
import Testing

@testable import Store

@Suite("Searching pictures")
struct GallerySearchTests {
    @Test("what is typed becomes a query of the index", arguments: [
        ("", nil), ("   ", nil), ("\"", nil), ("***", nil), ("cat", "\"cat\"*"), ("red apple", "\"red\"* \"apple\"*"),
        ("\"red apple\" cat", "\"red apple\" \"cat\"*"), ("\"red app", "\"red app\"*"), ("\"\" cat", "\"cat\"*"),
            ("(masterpiece:1.2), 1girl", "\"masterpiece\"* \"1\"* \"2\"* \"1girl\"*"),
            ("cat AND NOT dog", "\"cat\"* \"AND\"* \"NOT\"* \"dog\"*"),
            ("prompt:cat", "\"prompt\"* \"cat\"*"), ("^cat*", "\"cat\"*"), ("cat\0dog", "\"cat\"* \"dog\"*"), ("\u{301}", nil),
            ("cafe\u{301}", "\"cafe\u{301}\"*")
    ])
    func queries(text: String, query: String?) {
        #expect(GallerySearch(text).indexQuery == query)
        #expect(GallerySearch(text).fragments == [])
    }

    @Test("pictures are found by the beginnings of words, in any order, in prompt, negative prompt and model")
    func finding() async throws {
        let archives = try Archives()
        let archive = try archives.open()
        _ = try await archive.draw("a red apple on a Café table", model: "dreams", negativePrompt: "blurry")
        _ = try await archive.draw("a green apple", "red sky, apple tree")
        _ = try await archive.draw("一只红色的猫, masterpiece", "猫")
        let found = { (query: String) in try await archive.pictures(limit: 10, matching: query).map(\.details.prompt) }
        let red = "a red apple on a Café table"
        #expect(try await found("apple").sorted() == ["a green apple", red, "red sky, apple tree"])
        #expect(try await found("app red") == ["red sky, apple tree", red])
        #expect(try await found("\"red apple\"") == [red])
        #expect(try await found("\"red app") == [red])
        #expect(try await found("\"red app\"") == [])
        #expect(try await found("cafe") == [red])
        #expect(try await found("CAFÉ RED") == [red])
        #expect(try await found("blurry dreams") == [red])
        #expect(try await found("pple") == [])
        #expect(try await found("红色") == ["一只红色的猫, masterpiece"])
        #expect(try await found("猫").count == 2)
        #expect(try await found("猫 MASTER") == ["一只红色的猫, masterpiece"])
        #expect(try await found("猫 dog") == [])
        #expect(try await found("!!").count == 5)
        #expect(try await archive.pictures(limit: 10).count == 5)
    }

    @Test("no text whatsoever is an error", arguments: [
            "\"", "\"\"\"", "'", "' OR 1=1 --", "*", "a*b", "NEAR(a b)", "a NEAR/2 b", "-a", "+a", "a:b", "{a b}:c", "^", "(((((", ")",
            "\0", "a\0\"b", "\\",
            "%", "_", "\u{FFFD}", "\u{1E900}\u{1E943}", "\u{10D40}", "\u{1F468}\u{200D}\u{1F469}", "e\u{301}\u{302}\u{303}", "\u{E000}",
            "²", "Ⅷ", "\r\n", "ﬁ",
        "AND", "OR", "NOT a", "rowid", "picture_text", String(repeating: "a ", count: 10_000), String(repeating: "a", count: 1_000_000),
            String(repeating: "猫 ", count: 10_000), String(repeating: "猫", count: 100_000), String(repeating: "\"a\" ", count: 5_000),
            String(repeating: "(", count: 10_000)
    ])
    func nasty(text: String) async throws {
        let archives = try Archives()
        let archive = try archives.open()
        _ = try await archive.draw(text, negativePrompt: text)
        _ = try await archive.pictures(limit: 10, matching: text)
        _ = try await archive.pictures(limit: 10, matching: "\"" + text)
    }

    @Test("random text is no error either")
    func random() async throws {
        let archives = try Archives()
        let archive = try archives.open()
        _ = try await archive.draw("a cat")
        var generator = SystemRandomNumberGenerator()
        let special: [Unicode.Scalar] = ["\"", "*", "(", ")", ":", "-", "+", "^", "{", "}", "\0", " ", "a", "猫", "\u{301}"]
        for _ in 0..<300 {
            let scalars = (0..<Int.random(in: 1...12)).map { _ in
                Bool.random(using: &generator) ? special.randomElement() ?? "a" : Unicode.Scalar(UInt32.random(in: 0...0x10FFFF)) ?? "a"
            }
            let text = String(String.UnicodeScalarView(scalars))
            await #expect(throws: Never.self, "\(scalars)") { try await archive.pictures(limit: 10, matching: text) }
        }
    }
}
