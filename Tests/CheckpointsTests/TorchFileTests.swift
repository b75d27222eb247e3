import Files
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

@Suite("Files of torch.save")
struct TorchFileTests {
    /// As Tests/Fixtures/checkpoints/make_torch_files.py wrote it.
    private struct Expected: Decodable {
        let type: ElementType.RawValue
        let shape: [Int]
        /// Row-major, in hexadecimal.
        let bytes: String
    }

    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private static func open(_ path: String) throws -> (TensorDirectory, MappedWeights) {
        var files = FileSequence()
        let directory = try files.open(OpenFile(path: path))
        return (directory, try MappedWeights(files.files, of: path.lastPathComponent))
    }

    @Test("every form of the file gives the tensors that torch saved, byte for byte", arguments: [
        "plain.pth", "protocol4.pth", "legacy.pth", "legacy4.pth", "zip64.pth", "types.pth", "views.pt", "average.pth", "parallel.pth",
        "esrgan.pth", "nested.pth", "parameters.pt", "lightning.ckpt", "lightning4.ckpt",
    ])
    func forms(file: String) throws {
        let all: [String: [String: Expected]] = try Fixture.decode(from: "checkpoints/torch/expected.json")
        let expected = try #require(all[file])
        let (directory, mapping) = try Self.open(Fixture.url("checkpoints/torch/\(file)").path)
        #expect(Set(directory.tensors.keys) == Set(expected.keys))
        for (name, tensor) in directory.tensors {
            let wanted = try #require(expected[name])
            #expect(tensor.key == name && tensor.elementType.rawValue == wanted.type && tensor.shape == wanted.shape)
            #expect(mapping.withBytes(of: tensor) { $0.hexadecimal } == wanted.bytes, "\(name)")
        }
        #expect(mapping.changedFile == nil)
    }

    @Test("numbers that lie one after another are read where they are, others are copied behind the file")
    func places() throws {
        let (directory, _) = try Self.open(Fixture.url("checkpoints/torch/views.pt").path)
        let file = directory.files[0]
        for (name, tensor) in directory.tensors {
            let isCopied = ["columns", "every", "transposed", "expanded", "permuted"].contains(name)
            #expect((tensor.offset >= file.byteCount) == isCopied, "\(name)")
            #expect(tensor.offset + tensor.byteCount <= file.mappedEnd)
        }
        #expect(directory["rows"]?.offset == directory["base"].map { $0.offset + 24 })
    }

    @Test("a second file, safetensors or not, lies behind the copies of the first one")
    func sequence() throws {
        var files = FileSequence()
        let first = try files.open(OpenFile(path: Fixture.url("checkpoints/torch/views.pt").path))
        let raw = RawTensor(key: "x", elementType: .u8, shape: [3], bytes: [1, 2, 3])
        let second = try files.open(OpenFile(path: folder.write(SafetensorsWriter.file([raw]), to: "x.safetensors")))
        let mapping = try MappedWeights(files.files, of: "both", appending: [9])
        #expect(files.files[1].mappedOffset == files.files[0].mappedEnd)
        #expect(try mapping.withBytes(of: #require(second["x"])) { Array($0) } == [1, 2, 3])
        #expect(try mapping.withBytes(of: #require(first["transposed"])) { $0.count } == 96)
        #expect(mapping.bytes[files.files[1].mappedEnd] == 9)
    }

    // MARK: What is refused

    private typealias Pickle = TorchWriter.Pickle

    private static func archive(_ entries: [(name: String, bytes: [UInt8])]) -> [UInt8] { TorchWriter.archive(entries) }

    private static func storage(_ key: String = "0", type: String = "FloatStorage", more: [[UInt8]] = []) -> [UInt8] {
        Pickle.storage(key, type: type, count: 4, more: more)
    }

    /// `{"w": tensor}` of a storage of four numbers.
    private static func tensor(offset: Int = 0, shape: [Int], strides: [Int], storage: [UInt8] = storage()) -> [UInt8] {
        [0x7D] + Pickle.text("w") + Pickle.view(of: storage, offset: offset, shape: shape, strides: strides) + [0x73]
    }

    private static func file(_ pickle: [UInt8]) -> [UInt8] {
        archive([("x/data.pkl", [0x80, 2] + pickle + [0x2E]), ("x/data/0", [UInt8](repeating: 1, count: 16))])
    }

    private func problem(_ bytes: [UInt8]) throws -> TorchFileProblem? {
        let path = try folder.write(bytes, to: "x.pth")
        do {
            _ = try Self.open(path)
            return nil
        } catch CheckpointError.torchFile("x.pth", let problem) {
            return problem
        }
    }

    @Test("a name that is code is refused by it, wherever it stands", arguments: [
        ("posix", "system"), ("os", "system"), ("builtins", "eval"), ("builtins", "exec"), ("builtins", "getattr"), ("subprocess", "Popen"),
        ("functools", "partial"), ("torch", "load"), ("torch._utils", "_rebuild_device_tensor"), ("torch.storage", "_load_from_bytes"),
        ("collections", "OrderedDict.update"), ("pathlibx", "Path"),
    ])
    func code(module: String, name: String) throws {
        let refusal = TorchFileProblem.code(name: "\(module).\(name)")
        #expect(try problem(Self.file(Pickle.call(module, name, [Pickle.text("touch /tmp/easel-was-here")]))) == refusal)
        #expect(try problem(Self.file([0x7D] + Pickle.text("w") + Pickle.name(module, name) + [0x73])) == refusal)
        #expect(try problem(Self.file(Pickle.text(module) + Pickle.text(name) + [0x93])) == refusal)
    }

    @Test("the refusal says that the file may be malicious")
    func message() throws {
        let path = try folder.write(Self.file(Pickle.call("posix", "system", [])), to: "x.pth")
        #expect { try Self.open(path) } throws: {
            "\($0)" == "\"x.pth\" names posix.system, which is code. Easel reads weights only; the file may be malicious."
        }
    }

    @Test("instructions that no weights need are refused", arguments: [
        // PERSID, EXT1 to EXT4, INST, OBJ, LONG4, FROZENSET, BYTEARRAY8, NEXT_BUFFER, READONLY_BUFFER, FLOAT, LONG, STRING, UNICODE
        0x50, 0x82, 0x83, 0x84, 0x69, 0x6F, 0x8B, 0x91, 0x96, 0x97, 0x98, 0x46, 0x4C, 0x53, 0x56, 0x00, 0xFF,
    ] as [UInt8])
    func instructions(code: UInt8) throws {
        #expect(try problem(Self.file([code] + Array("posix\nsystem\n".utf8))) == .instruction(code, position: 2))
    }

    @Test("every instruction that is known works", arguments: [
        // A dictionary of the oldest protocol: (d p0, I, S-less texts, g0.
        Array("(dp0\nX\u{1}\0\0\0aI5\nsg0\n".utf8),
        // (lp; tuples of one to three; set and its items; long, float, bytes of each length
        Array("(l".utf8) + [0x71, 0, 0x30, 0x68, 0], [0x28, 0x4E, 0x4E, 0x31, 0x4E, 0x85], [0x4E, 0x4E, 0x86], [0x4E, 0x4E, 0x4E, 0x87],
        [0x8F, 0x28, 0x4E, 0x4E, 0x90], [0x4E, 0x32, 0x30], [0x5D, 0x4E, 0x61, 0x28, 0x4E, 0x4E, 0x65],
        [0x47, 0, 0, 0, 0, 0, 0, 0, 0], [0x42, 1, 0, 0, 0, 0], [0x43, 1, 0], [0x8E, 1, 0, 0, 0, 0, 0, 0, 0, 0],
        [0x8D, 1, 0, 0, 0, 0, 0, 0, 0, 0x61], [0x54, 1, 0, 0, 0, 0x61], [0x55, 1, 0x61], [0x4A, 0xFF, 0xFF, 0xFF, 0xFF], [0x4D, 1, 1],
        [0x88], [0x49, 0x30, 0x31, 0x0A], [0x4E, 0x72, 1, 0, 0, 0, 0x6A, 1, 0, 0, 0], [0x4E, 0x94], [0x95, 0, 0, 0, 0, 0, 0, 0, 0, 0x4E],
        Pickle.name("pathlib", "PurePath") + [0x29, 0x7D, 0x92], Pickle.name("omegaconf.x", "Y") + [0x29, 0x81, 0x7D, 0x62],
    ] as [[UInt8]])
    func known(pickle: [UInt8]) throws {
        #expect(try problem(Self.file(pickle)) == nil)
    }

    @Test("a tensor outside its numbers is refused, and one at their edge is not", arguments: [
        (tensor(shape: [4], strides: [1]), nil),
        (tensor(offset: 3, shape: [], strides: []), nil),
        (tensor(offset: 4, shape: [0], strides: [1]), nil),
        (tensor(shape: [1 << 20], strides: [0]), nil),
        (tensor(shape: [5], strides: [1]), "reaches out of its numbers"),
        (tensor(offset: 1, shape: [2, 2], strides: [2, 1]), "reaches out of its numbers"),
        (tensor(offset: 5, shape: [0], strides: [1]), "reaches out of its numbers"),
        (tensor(shape: [2, 2], strides: [1 << 39, 1]), "reaches out of its numbers"),
        (tensor(offset: .max, shape: [2], strides: [1]), "reaches out of its numbers"),
        (tensor(offset: .max, shape: [], strides: []), "reaches out of its numbers"),
        (tensor(shape: [1 << 39, 1 << 39], strides: [0, 0]), "has the impossible shape [549755813888, 549755813888]"),
        (tensor(shape: [1], strides: [1], storage: storage("1")), "has no numbers"),
        (tensor(shape: [3], strides: [1], storage: storage(type: "DoubleStorage")), "reaches out of its numbers"),
    ] as [([UInt8], String?)])
    func bounds(pickle: [UInt8], fault: String?) throws {
        #expect(try problem(Self.file(pickle)) == fault.map { .tensor(key: "w", fault: $0) })
    }

    @Test("shapes and storages that are none are refused", arguments: [
        tensor(shape: [1 << 40], strides: [1]), tensor(shape: [-1], strides: [1]), tensor(shape: [1], strides: [-1]),
        tensor(shape: [1, 1], strides: [1]), tensor(offset: -1, shape: [1], strides: [1]),
        tensor(shape: .init(repeating: 1, count: 9), strides: .init(repeating: 1, count: 9)),
        tensor(shape: [1], strides: [1], storage: storage(more: [Pickle.tuple([])])),
        tensor(shape: [1], strides: [1], storage: Pickle.none),
        Pickle.call("torch._utils", "_rebuild_parameter", [Pickle.none]), Pickle.none + [0x29, 0x52], [0x29], [0x30], [0x68, 0], [0x74],
        [0x28, 0x4E, 0x64], [0x7D, 0x4E, 0x61], [0x5D, 0x28, 0x30], [0x80, 6], [0x58, 255, 255, 255, 255], [0x67, 0x78, 0x0A], [0x63, 0x0A],
    ] as [[UInt8]])
    func pickles(pickle: [UInt8]) throws {
        // A lone tuple is no fault: only the machine's own state must be right.
        guard pickle != [0x29] else { return #expect(try problem(Self.file(pickle)) == nil) }
        guard case .damagedPickle = try problem(Self.file(pickle)) else {
            return #expect(Bool(false), "\(pickle) is read, or refused for another reason")
        }
    }

    @Test("small files cannot ask for much memory or time", arguments: [
        // Numbers that are repeated a billion times.
        tensor(shape: [1 << 29], strides: [0]),
        // A dictionary of ten in one of ten, seven deep: ten million long names.
        (0..<7).reduce(dictionaryOfTen(Pickle.none)) { inner, _ in inner + [0x71, 0, 0x30] + dictionaryOfTen([0x68, 0]) },
        // A list that copies of itself are added to.
        Pickle.name("builtins", "list") + [0x71, 0, 0x30, 0x5D, 0x28] + .init(repeating: 0x4E, count: 1000) + [0x65, 0x71, 1, 0x30]
            + (0..<100).flatMap { _ in [0x68, 0, 0x68, 1, 0x85, 0x52] as [UInt8] },
        .init(repeating: 0x28, count: 10_001),
    ] as [[UInt8]])
    func excess(pickle: [UInt8]) throws {
        guard case .excessive = try problem(Self.file(pickle)) else { return #expect(Bool(false), "\(pickle.prefix(40)) is read") }
    }

    private static func dictionaryOfTen(_ value: [UInt8]) -> [UInt8] {
        [0x7D, 0x28] + (0..<10).flatMap { Pickle.text(.init(repeating: "k", count: 240) + String($0)) + value } + [0x75]
    }

    @Test("a pickle has a last instruction")
    func instructionCount() throws {
        var enough = Unpickler([0x4E, 0x30, 0x4E, 0x2E], mostInstructions: 4)
        #expect(try enough.read().root == .none)
        var tooFew = Unpickler([0x4E, 0x30, 0x4E, 0x2E], mostInstructions: 3)
        #expect(throws: TorchFileProblem.excessive("more than 3 instructions in its pickle")) { try tooFew.read() }
    }

    @Test("archives that torch.save does not write are refused", arguments: [
        (Array("hello".utf8), TorchFileProblem.unknownFormat), ([], .unknownFormat), ([0x80, 2, 0x4B, 1, 0x2E], .unknownFormat),
        (archive([]), .unknownFormat),
        (Array("PK\u{3}\u{4}".utf8) + .init(repeating: 0, count: 100), .damagedArchive("its end is missing")),
        (archive([("x/other.pkl", [])]), .unknownFormat), (archive([("x/data.pkl", []), ("y/data.pkl", [])]), .unknownFormat),
        (archive([("x/data.pkl", [0x4E, 0x2E]), ("x/code/__torch__.py", [])]), .script),
        (archive([("x/data.pkl", [0x4E, 0x2E]), ("x/constants.pkl", [])]), .script),
        (
            archive([("x/data.pkl", [0x4E, 0x2E]), ("x/byteorder", Array("big".utf8))]),
            .damagedArchive("its numbers are in another byte order")
        ),
    ] as [([UInt8], TorchFileProblem)])
    func archives(bytes: [UInt8], expected: TorchFileProblem) throws {
        // An archive without entries begins with its end.
        #expect(try problem(bytes) == expected)
    }

    @Test("compressed, encrypted and doubled entries are refused", arguments: [
        (10, 8, "\"x/data.pkl\" is compressed or encrypted, which torch.save does not do"),
        (8, 1, "\"x/data.pkl\" is compressed or encrypted, which torch.save does not do"),
        (20, 1, "\"x/data.pkl\" is compressed or encrypted, which torch.save does not do"),
        (45, 0x7F, "\"x/data.pkl\" lies outside the file"),
        (26, 0xFF, "\"x/data.pkl\" is compressed or encrypted, which torch.save does not do"),
        (0, 0, "its list of files is cut short"),
    ])
    func entries(offset: Int, value: UInt8, reason: String) throws {
        var bytes = Self.archive([("x/data.pkl", [0x4E, 0x2E])])
        #expect(try problem(bytes) == nil)
        let entry = try #require(bytes.indices.last { bytes[$0...].starts(with: [0x50, 0x4B, 1, 2]) })
        bytes[entry + offset] = value
        #expect(try problem(bytes) == .damagedArchive(reason))
    }

    @Test("an entry that is there twice is refused")
    func twice() throws {
        var bytes = Self.archive([("x/data.pkl", [0x4E, 0x2E]), ("y/data.pkl", [0x4E, 0x2E])])
        let name = try #require(bytes.indices.last { bytes[$0...].starts(with: Array("y/data.pkl".utf8)) })
        bytes[name] = UInt8(ascii: "x")
        #expect(try problem(bytes) == .damagedArchive("\"x/data.pkl\" is in it twice"))
    }

    @Test("a legacy file whose numbers are cut short is refused")
    func cut() throws {
        let whole = Array(try Data(contentsOf: Fixture.url("checkpoints/torch/legacy.pth")))
        #expect(try problem(whole) == nil)
        for count in [1, 8, 40] {
            guard case .damagedArchive = try problem(Array(whole.dropLast(count))) else { return #expect(Bool(false), "\(count)") }
        }
    }

    /// `EASEL_MUTATIONS` sets another count for a long run, as in MutationTests.
    @Test("no damage to a file makes the reader leave it or crash")
    func mutations() throws {
        let count = ProcessInfo.processInfo.environment["EASEL_MUTATIONS"].flatMap(Int.init) ?? 2000
        let names = ["plain.pth", "protocol4.pth", "legacy.pth", "legacy4.pth", "zip64.pth", "views.pt", "parameters.pt", "lightning.ckpt"]
        let seeds = try names.map { Array(try Data(contentsOf: Fixture.url("checkpoints/torch/\($0)"))) }
        // Most of a small archive is padding; the pickle and the lists are what matters.
        let places = seeds.map { seed in seed.indices.filter { seed[$0] != 0 } }
        var random = SplitMix64(state: 4)
        var read = 0
        for round in 0..<count {
            var bytes = seeds[round % seeds.count]
            let interesting = places[round % seeds.count]
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = interesting[Int.random(in: 0..<interesting.count, using: &random)]
                guard place < bytes.count else { continue }
                switch Int.random(in: 0..<6, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
                case 2: bytes[place] = [0xFF, 0x7F, 0x80, 0][Int.random(in: 0..<4, using: &random)]
                case 3: bytes[place] = bytes[interesting[Int.random(in: 0..<interesting.count, using: &random)] % bytes.count]
                case 4: bytes.removeLast(min(bytes.count - 1, Int.random(in: 0..<64, using: &random)))
                default: for index in place..<min(place + 8, bytes.count) { bytes[index] = 0xFF }
                }
            }
            let file = try OpenFile(path: folder.write(bytes, to: "mutated.pth"))
            guard let content = try? TorchFile(of: file) else { continue }
            read += 1
            let end = CheckpointFile(file, mappedOffset: 0, copies: content.copies).mappedEnd
            for tensor in content.tensors.values {
                let limit = tensor.offset < bytes.count ? bytes.count : end
                #expect(tensor.offset >= 0 && tensor.byteCount >= 0 && tensor.offset + tensor.byteCount <= limit)
            }
            for copy in content.copies {
                let last = zip(copy.shape, copy.strides).reduce(copy.offset) { $0 + ($1.0 - 1) * $1.1 }
                #expect(copy.offset >= 0 && last + copy.elementByteCount <= bytes.count)
            }
            // What asks for little memory is laid out, too.
            if end < 1 << 20 {
                let mapping = try MappedWeights([CheckpointFile(file, mappedOffset: 0, copies: content.copies)], of: "mutated")
                let sum = content.tensors.values.reduce(0) { sum, tensor in
                    sum + mapping.withBytes(of: tensor) { $0.reduce(0) { $0 + Int($1) } }
                }
                #expect(sum >= 0)
            }
        }
        #expect((count / 20..<count).contains(read))
    }
}
