import TestSupport

/// `Tests/Fixtures/prompting/tokens.json`: what transformers' `CLIPTokenizer` makes of text.
struct TokenFixture: Decodable {
    var strings: [Encoding]
    var reserving: [Encoding]
    var long: [Repetition]
    var blocks: [String: String]

    struct Encoding: Decodable {
        var text: String
        var ids: [Int32]

        init(from decoder: any Decoder) throws {
            var pair = try decoder.unkeyedContainer()
            text = try pair.decode(String.self)
            ids = try pair.decode([Int32].self)
        }
    }

    struct Repetition: Decodable {
        var unit: String
        var times: Int
        var count: Int
        var hash: String
    }

    static let shared = Result { try Fixture.decode(TokenFixture.self, from: "prompting/tokens.json") }

    /// FNV-1a over the ids as little-endian bytes, as the fixture's script writes it.
    static func hash(_ ids: [Int32]) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for id in ids {
            withUnsafeBytes(of: id.littleEndian) { for byte in $0 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 } }
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
