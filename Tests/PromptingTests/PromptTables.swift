import TestSupport
import Testing

/// `Tests/Fixtures/prompting/tables.json`: what A1111 1.10's own code makes of prompts. Its first entry says how it was made.
struct PromptTables: Decodable {
    var attention: [Attention]
    var schedule: [Schedule]
    var chunks: [Chunks]
    var and: [And]

    struct Attention: Decodable, CustomTestStringConvertible {
        var prompt: String
        var pieces: [Weighted]

        var testDescription: String { prompt }
    }

    struct Schedule: Decodable, CustomTestStringConvertible {
        var prompt: String
        var steps: Int
        var schedule: [Scheduled]

        var testDescription: String { prompt }
    }

    struct Chunks: Decodable, CustomTestStringConvertible {
        var prompt: String
        var commaBacktrack: Int
        var tokenCount: Int
        var chunks: [Chunk]

        var testDescription: String { prompt }

        private enum CodingKeys: String, CodingKey {
            case prompt, chunks
            case commaBacktrack = "comma_padding_backtrack"
            case tokenCount = "token_count"
        }
    }

    struct Chunk: Decodable {
        var tokens: [Int32]
        var weights: [Double]
    }

    struct And: Decodable, CustomTestStringConvertible {
        var prompt: String
        var parts: [Weighted]

        var testDescription: String { prompt }
    }

    /// `[text, weight]`
    struct Weighted: Decodable {
        var text: String
        var weight: Double

        init(from decoder: any Decoder) throws {
            var pair = try decoder.unkeyedContainer()
            text = try pair.decode(String.self)
            weight = try pair.decode(Double.self)
        }
    }

    /// `[until, text]`
    struct Scheduled: Decodable {
        var until: Int
        var text: String

        init(from decoder: any Decoder) throws {
            var pair = try decoder.unkeyedContainer()
            until = try pair.decode(Int.self)
            text = try pair.decode(String.self)
        }
    }

    static let shared = Result { try Fixture.decode(PromptTables.self, from: "prompting/tables.json") }
}
