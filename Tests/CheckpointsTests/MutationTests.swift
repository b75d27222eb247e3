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
        let tensors = ElementType.allCases.map { RawTensor(key: $0.rawValue, elementType: $0, shape: [1, 2], bytes: .init(repeating: 1, count: 2 * $0.byteCount)) }
        var seeds = [SafetensorsWriter.file(tensors, metadata: ["format": "pt"]), SafetensorsWriter.file(header: "{}")]
        for url in try FileManager.default.contentsOfDirectory(at: Fixture.url("checkpoints/fuzz"), includingPropertiesForKeys: nil) where url.pathExtension == "safetensors" {
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
            let path = try folder.write(Self.file(mutated), to: "mutated.safetensors")
            guard let checkpoint = try? Checkpoint.open(path) else { continue }
            let end = checkpoint.files[0].byteCount
            for weights in [checkpoint.textEncoder.weights, checkpoint.unet.weights, checkpoint.vae.weights] {
                for name in weights.names {
                    let tensor = try #require(weights[name])
                    #expect(tensor.offset >= 8 && tensor.offset + tensor.byteCount <= end)
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
        try folder.write(#"{"pad_token": {"content": "!"}, "added_tokens_decoder": {"0": {"content": "!"}}}"#, to: "tiny/tokenizer/tokenizer_config.json")
        let names = ["model_index.json", "text_encoder/config.json", "unet/config.json", "vae/config.json", "scheduler/scheduler_config.json", "tokenizer/tokenizer_config.json", "tokenizer/vocab.json"]
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

    /// All tensors are u8, so that files stay small.
    private static func file(_ shapes: [String: [Int]]) -> [UInt8] {
        var end = 0
        let members = shapes.sorted { $0.key < $1.key }.map { key, shape in
            let begin = end
            end += shape.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue & 0xFFFF }
            return SafetensorsWriter.member(key, "U8", shape, begin, end)
        }
        return SafetensorsWriter.file(header: "{\(members.joined(separator: ","))}", data: .init(repeating: 0, count: end))
    }
}

/// Changes bytes at random, and now and then in ways that matter to a reader of headers.
struct Mutator {
    private var generator: SplitMix64
    init(seed: UInt64) { generator = SplitMix64(state: seed) }

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<max(bound, 1), using: &generator) }

    private static let fragments = [
        "0", "-1", "9223372036854775807", "18446744073709551616", "1e999", "[", "]", "{", "}", ",", ":", "\"", "\\u", "\\ud800", "null", "true", "NaN", "[[[[[[[[", "\"dtype\":\"F32\"",
        "\"shape\":[0]", "\"data_offsets\":[0,0]", "\0", "\u{FF}", "1000000000000", "[]", "{}", "-0", "2.5",
    ].map { Array($0.utf8) }

    mutating func mutate(_ original: [UInt8]) -> [UInt8] {
        var bytes = original
        for _ in 0..<(1 + below(4)) {
            let place = below(bytes.count + 1)
            switch below(8) {
            case 0 where place < bytes.count: bytes[place] = UInt8(below(256))
            case 1 where place < bytes.count: bytes[place] ^= 1 << below(8)
            case 2: bytes.insert(contentsOf: Self.fragments[below(Self.fragments.count)], at: place)
            case 3: bytes.removeSubrange(place..<min(place + below(16), bytes.count))
            case 4: bytes.removeLast(below(min(bytes.count + 1, 64)))
            case 5:
                let end = min(place + below(32), bytes.count)
                bytes.insert(contentsOf: bytes[place..<end], at: below(bytes.count + 1))
            case 6:
                // A digit for another digit: offsets and shapes that are nearly right.
                let digits = bytes.indices.filter { (0x30...0x39).contains(bytes[$0]) }
                if let digit = digits.isEmpty ? nil : digits[below(digits.count)] { bytes[digit] = UInt8(0x30 + below(10)) }
            default:
                let fragment = Self.fragments[below(Self.fragments.count)]
                bytes.replaceSubrange(place..<min(place + fragment.count, bytes.count), with: fragment)
            }
        }
        // The stated length is made right again most of the time, so that damage behind it is reached.
        if below(4) > 0, bytes.count > 8, original.count > 8 {
            let length = UInt64(max(0, bytes.count - (original.count - 8 - Int(original[0]) - Int(original[1]) << 8) - 8))
            for index in 0..<8 { bytes[index] = UInt8(truncatingIfNeeded: length >> (8 * UInt64(index))) }
        }
        return bytes
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
