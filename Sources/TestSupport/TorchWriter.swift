import Files
import Tensors

/// Writes files as `torch.save` does since PyTorch 1.6: a zip archive of a pickle and of the numbers.
public enum TorchWriter {
    /// Instructions of pickles.
    public enum Pickle {
        public static func text(_ text: String) -> [UInt8] {
            let count = text.utf8.count
            return (count < 256 ? [0x8C, UInt8(count)] : [0x58] + bytes(UInt32(count))) + Array(text.utf8)
        }
        public static func name(_ module: String, _ name: String) -> [UInt8] { Array("c\(module)\n\(name)\n".utf8) }
        public static func integer(_ value: Int) -> [UInt8] { [0x8A, 8] + bytes(value) }
        public static func tuple(_ values: [[UInt8]]) -> [UInt8] { [0x28] + values.flatMap(\.self) + [0x74] }
        public static func call(_ module: String, _ name: String, _ arguments: [[UInt8]]) -> [UInt8] {
            Self.name(module, name) + tuple(arguments) + [0x52]
        }
        public static func dictionary(_ members: [(String, [UInt8])]) -> [UInt8] {
            [0x7D, 0x28] + members.flatMap { text($0.0) + $0.1 } + [0x75]
        }
        public static let none: [UInt8] = [0x4E]

        public static func storage(_ key: String, type: String, count: Int, more: [[UInt8]] = []) -> [UInt8] {
            tuple([text("storage"), name("torch", type), text(key), text("cpu"), integer(count)] + more) + [0x51]
        }

        public static func view(of storage: [UInt8], offset: Int = 0, shape: [Int], strides: [Int]) -> [UInt8] {
            let arguments = [storage, integer(offset), tuple(shape.map(integer)), tuple(strides.map(integer)), [0x89], none]
            return call("torch._utils", "_rebuild_tensor_v2", arguments)
        }

        private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value.littleEndian, Array.init) }
    }

    /// An archive of files that are stored as they are.
    public static func archive(_ entries: [(name: String, bytes: [UInt8])]) -> [UInt8] {
        var writer = ZipWriter()
        let time = ZipWriter.Time(year: 1980, month: 1, day: 1, hour: 0, minute: 0, second: 0)
        var bytes: [UInt8] = []
        for (name, content) in entries {
            bytes += writer.begin(name, byteCount: UInt32(content.count), crc32: 0, time: time)
            bytes += content
        }
        return bytes + writer.end()
    }

    /// A file of tensors: of f32, f16, bf16, i64 or u8.
    /// - Parameter wrapper: the key around them, beside which a trainer's counters lie; nil for the tensors alone.
    public static func file(_ tensors: [RawTensor], wrapper: String? = "state_dict") -> [UInt8] {
        var entries: [(name: String, bytes: [UInt8])] = []
        var members: [(String, [UInt8])] = []
        for (index, tensor) in tensors.enumerated() {
            let type =
                switch tensor.elementType {
                case .f32: "FloatStorage"
                case .f16: "HalfStorage"
                case .bf16: "BFloat16Storage"
                case .i64: "LongStorage"
                case .u8: "ByteStorage"
                default: preconditionFailure("no storage of \(tensor.elementType) is written")
                }
            let storage = Pickle.storage("\(index)", type: type, count: tensor.shape.reduce(1, *))
            members.append((tensor.key, Pickle.view(of: storage, shape: tensor.shape, strides: rowMajor(tensor.shape))))
            entries.append(("archive/data/\(index)", tensor.bytes))
        }
        var root = Pickle.dictionary(members)
        if let wrapper { root = Pickle.dictionary([("epoch", Pickle.integer(3)), (wrapper, root)]) }
        return archive([("archive/data.pkl", [0x80, 2] + root + [0x2E])] + entries)
    }

    private static func rowMajor(_ shape: [Int]) -> [Int] {
        shape.indices.map { shape[($0 + 1)...].reduce(1, *) }
    }
}
