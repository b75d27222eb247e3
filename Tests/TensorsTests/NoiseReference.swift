import TestSupport

/// Noise that the imitated programs made.
struct NoiseReference: Decodable {
    /// One array: its first and last numbers and their sum in double precision.
    struct Drawn: Decodable {
        var seed: UInt64
        var n: Int
        var head: [Float]
        var tail: [Float]
        var sum: Double
    }

    /// Arrays drawn one after another from one generator: the first numbers of each.
    struct Calls: Decodable {
        var seed: UInt64
        var shapes: [[Int]]
        var heads: [[Float]]
    }

    /// Two arrays drawn one after another: the first numbers of each.
    struct Pair: Decodable {
        var seed: UInt64
        var shape: [Int]
        var first: [Float]
        var second: [Float]
    }

    var torch: [Drawn]
    var torchCalls: [Calls]
    var philox: [Pair]

    enum CodingKeys: String, CodingKey {
        case torch = "torch_cpu"
        case torchCalls = "torch_cpu_calls"
        case philox
    }

    static func load() throws -> NoiseReference { try Fixture.decode(from: "sampling/noise.json") }
}

/// Checksums of whole arrays, drawn one after another from one generator.
struct NoiseChecksums: Decodable {
    struct Entry: Decodable {
        /// As text: 64-bit numbers do not survive every JSON reader.
        var seed: String
        var counts: [Int]
        var checksums: [UInt32]
    }

    var entries: [Entry]
}
