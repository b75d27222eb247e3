import Files
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

/// Damaged files must be refused or stay within their bounds; a crash fails the whole run.
///
/// `EASEL_MUTATIONS` sets another count for a long run: `EASEL_MUTATIONS=300000 swift test -c release --filter MutationTests`.
struct MutationTests {
    private static let count = ProcessInfo.processInfo.environment["EASEL_MUTATIONS"].flatMap(Int.init) ?? 3000

    @Test("no damage to a header makes the reader leave the file")
    func headers() throws {
        let folder = try TemporaryFolder()
        let tensors = ElementType.allCases.map {
            RawTensor(key: $0.rawValue, elementType: $0, shape: [1, 2], bytes: .init(repeating: 1, count: 2 * $0.byteCount))
        }
        var seeds = [SafetensorsWriter.file(tensors, metadata: ["format": "pt"]), SafetensorsWriter.file(header: "{}")]
        for url in try FileManager.default.contentsOfDirectory(at: Fixture.url("checkpoints/fuzz"), includingPropertiesForKeys: nil)
        where url.pathExtension == "safetensors" {
            seeds.append(Array(try Data(contentsOf: url)))
        }
        var mutator = Mutator(seed: 1)
        for round in 0..<Self.count {
            let original = seeds[round % seeds.count]
            let bytes = round < seeds.count ? original : mutator.mutate(original)
            let file = try OpenFile(path: folder.write(bytes, to: "mutated.safetensors"))
            guard let header = try? SafetensorsHeader(of: file) else { continue }
            for tensor in header.tensors {
                #expect(tensor.offset >= 8 && tensor.byteCount >= 0 && tensor.offset + tensor.byteCount <= bytes.count)
            }
        }
    }

    @Test("no damage to a checkpoint makes opening it crash")
    func checkpoints() throws {
        let folder = try TemporaryFolder()
        var shapes: [String: [Int]] = [:]
        for tensor in Self.smallest.singleFileTensors() { shapes[tensor.key] = tensor.shape }
        var mutator = Mutator(seed: 2)
        for _ in 0..<(Self.count / 20) {
            // Names and shapes are changed rather than bytes, so that damage reaches beyond the header's syntax.
            var mutated = shapes
            for _ in 0..<mutator.below(3) + 1 { mutator.mutate(&mutated) }
            let path = try Self.write(mutated, in: folder)
            guard let checkpoint = try? Checkpoint.open(path) else { continue }
            let end = checkpoint.files[0].byteCount
            for weights in [checkpoint.textEncoders[0].weights, checkpoint.unet.weights, checkpoint.vae.weights] {
                for name in weights.names {
                    let tensor = try #require(weights[name])
                    #expect(tensor.offset >= 8 && tensor.offset + tensor.byteCount <= end)
                }
            }
        }
    }

    @Test("no damage to a checkpoint of torch.save makes opening it crash")
    func torchCheckpoints() throws {
        let folder = try TemporaryFolder()
        var tiny = Self.smallest
        tiny.elementType = .f16
        let original = TorchWriter.file(tiny.singleFileTensors())
        // The list of files at the end, and the pickle at the beginning. Damage to numbers is none.
        let last = try #require(original.indices.last { original[$0...].starts(with: Array("archive/data/0".utf8)) })
        let first = try #require(original.indices.first { original[$0...].starts(with: Array("archive/data/0".utf8)) })
        var mutator = Mutator(seed: 5)
        for round in 0..<(Self.count / 20) {
            var bytes = original
            for _ in 0...mutator.below(3) {
                let place = round.isMultiple(of: 2) ? mutator.below(first) : last + mutator.below(original.count - last)
                bytes[place] = UInt8(mutator.below(256))
            }
            guard let checkpoint = try? Checkpoint.open(folder.write(bytes, to: "mutated.ckpt")) else { continue }
            for weights in [checkpoint.textEncoders[0].weights, checkpoint.unet.weights, checkpoint.vae.weights] {
                for name in weights.names {
                    let tensor = try #require(weights[name])
                    #expect(tensor.offset >= 0 && tensor.offset + tensor.byteCount <= checkpoint.mappedByteCount)
                }
            }
        }
    }

    @Test("no damage to a configuration makes opening it crash")
    func configurations() throws {
        let folder = try TemporaryFolder()
        let path = try Self.smallest.writeFolder(in: folder)
        try folder.write(#"{"!": 0, "<|endoftext|>": 1}"#, to: "tiny/tokenizer/vocab.json")
        try folder.write("", to: "tiny/tokenizer/merges.txt")
        try folder.write(
            #"{"pad_token": {"content": "!"}, "added_tokens_decoder": {"0": {"content": "!"}}}"#, to: "tiny/tokenizer/tokenizer_config.json"
        )
        let names = [
            "model_index.json", "text_encoder/config.json", "unet/config.json", "vae/config.json", "scheduler/scheduler_config.json",
            "tokenizer/tokenizer_config.json", "tokenizer/vocab.json"
        ]
        var mutator = Mutator(seed: 3)
        for round in 0..<(Self.count / 10) {
            let name = names[round % names.count]
            let original = try OpenFile.contents(of: "\(path)/\(name)")
            try folder.write(mutator.mutate(original), to: "tiny/\(name)")
            _ = try? Checkpoint.open(path)
            try folder.write(original, to: "tiny/\(name)")
        }
    }

    private static var smallest: TinyCheckpoint {
        var tiny = TinyCheckpoint.sd2(vocabularySize: 2)
        tiny.textEncoder.layerCount = 1
        tiny.unet.blocks = [.init(channels: 64, layerCount: 1, hasAttention: true, headCount: 1)]
        tiny.vae = VAEConfiguration(blockChannels: [32])
        tiny.vae.layersPerBlock = 1
        return tiny
    }

    /// Writes tensors of zeros; where a shape is absurd, its byte count is wrong.
    private static func write(_ shapes: [String: [Int]], in folder: TemporaryFolder) throws -> String {
        var end = 0
        let members = shapes.sorted { $0.key < $1.key }.map { key, shape in
            let begin = end
            end += shape.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue & 0x3FFF_FFFF }
            return SafetensorsWriter.member(key, "U8", shape, begin, end)
        }
        return try folder.write(
            SafetensorsWriter.file(header: "{\(members.joined(separator: ","))}"), followedByHoleOf: end, to: "mutated.safetensors")
    }
}

/// Changes files at random: half of the time any bytes, else only numbers and strings of the JSON in them, which reaches further.
struct Mutator {
    private var generator: SplitMix64
    init(seed: UInt64) { generator = SplitMix64(state: seed) }

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<max(bound, 1), using: &generator) }

    private static let fragments = [
        "[", "]", "{", "}", ",", ":", "\"", "\\u", "\\ud800", "null", "true", "NaN", "[[[[[[[[", "\"dtype\":\"F32\"", "\"shape\":[0]",
        "\"data_offsets\":[0,0]", "\0", "\u{FF}", "[]", "{}"
    ].map { Array($0.utf8) }
    private static let numbers = [
        "0", "1", "2", "3", "4", "8", "15", "16", "-1", "-0", "2.5", "65537", "1000000000000", "9223372036854775807",
        "18446744073709551616", "1e999"
    ].map { Array($0.utf8) }

    mutating func mutate(_ original: [UInt8]) -> [UInt8] {
        var bytes = original
        let isOnlyTokens = below(2) == 0
        for _ in 0..<(1 + below(3)) {
            if isOnlyTokens { mutateToken(&bytes) } else { mutateBytes(&bytes) }
        }
        // The stated length of a header is made right again most of the time, so that what is behind it is reached.
        if original.count > 8, bytes.count > 8, original[8] == UInt8(ascii: "{"), isOnlyTokens || below(4) > 0 {
            let stated = original.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
            let length = max(0, stated + bytes.count - original.count)
            for index in 0..<8 { bytes[index] = UInt8(truncatingIfNeeded: length >> (8 * index)) }
        }
        return bytes
    }

    private mutating func mutateBytes(_ bytes: inout [UInt8]) {
        let place = below(bytes.count + 1)
        let end = min(place + below(24), bytes.count)
        switch below(6) {
        case 0 where place < bytes.count: bytes[place] = UInt8(below(256))
        case 1 where place < bytes.count: bytes[place] ^= 1 << below(8)
        case 2: bytes.removeSubrange(place..<end)
        case 3: bytes.insert(contentsOf: bytes[place..<end], at: below(bytes.count + 1))
        case 4: bytes.removeLast(below(min(bytes.count + 1, 64)))
        default: bytes.insert(contentsOf: Self.fragments[below(Self.fragments.count)], at: place)
        }
    }

    /// Replaces one number or one quoted string by another.
    private mutating func mutateToken(_ bytes: inout [UInt8]) {
        let isNumber = below(3) > 0
        var tokens: [Range<Int>] = []
        var start: Int?
        for index in bytes.indices.dropFirst(bytes.first == UInt8(ascii: "{") ? 0 : 8) {
            let belongs =
                isNumber ? (0x30...0x39).contains(bytes[index]) : bytes[index] != UInt8(ascii: "\"") && (0x20..<0x7F).contains(bytes[index])
            if belongs, start == nil { start = index }
            if !belongs, let first = start {
                tokens.append(first..<index)
                start = nil
            }
        }
        guard !tokens.isEmpty else { return }
        let token = tokens[below(tokens.count)]
        let other = isNumber && below(2) == 0 ? Self.numbers[below(Self.numbers.count)] : Array(bytes[tokens[below(tokens.count)]])
        bytes.replaceSubrange(token, with: other)
    }

    /// Changes, removes or copies one tensor.
    mutating func mutate(_ shapes: inout [String: [Int]]) {
        let keys = shapes.keys.sorted()
        let key = keys[below(keys.count)]
        switch below(5) {
        case 0: shapes[key] = nil
        case 1: shapes[key] = shapes[keys[below(keys.count)]]
        case 2: shapes[keys[below(keys.count)].replacing("0", with: "\(below(30))")] = shapes[key]
        case 3: shapes[key]?.append([0, 1, 2, Int.max][below(4)])
        default:
            guard let axis = shapes[key]?.indices.randomElement(using: &generator) else { return }
            shapes[key]?[axis] = [0, 1, 3, 33, 65_537, 1 << 40, .max][below(7)]
        }
    }
}
