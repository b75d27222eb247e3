import Checkpoints
public import Tensors

/// A tensor to be written.
public struct RawTensor: Sendable {
    public var key: String
    public var elementType: ElementType
    public var shape: [Int]
    /// Little-endian, row-major.
    public var bytes: [UInt8]

    public init(key: String, elementType: ElementType, shape: [Int], bytes: [UInt8]) {
        self.key = key
        self.elementType = elementType
        self.shape = shape
        self.bytes = bytes
    }
}

/// Makes safetensors files, good ones and bad ones.
public enum SafetensorsWriter {
    /// A whole file: the header, padded so that data begins at a multiple of 8, then the tensors in their order.
    public static func file(_ tensors: [RawTensor], metadata: [String: String] = [:]) -> [UInt8] {
        var members: [String] = []
        if !metadata.isEmpty {
            let pairs = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
            members.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
        }
        var end = 0
        for tensor in tensors {
            let begin = end
            end += tensor.bytes.count
            members.append(member(tensor.key, tensor.elementType.safetensorsName, tensor.shape, begin, end))
        }
        var header = "{\(members.joined(separator: ","))}"
        while header.utf8.count % 8 != 0 { header += " " }
        var data: [UInt8] = []
        data.reserveCapacity(end)
        for tensor in tensors { data += tensor.bytes }
        return file(header: header, data: data)
    }

    /// A file whose header is the text given, right or wrong.
    public static func file(header: String, data: [UInt8] = []) -> [UInt8] {
        let text = Array(header.utf8)
        return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text + data
    }

    /// One tensor's entry in a header.
    public static func member(_ key: String, _ elementType: String, _ shape: [Int], _ begin: Int, _ end: Int) -> String {
        let extents = shape.map(String.init).joined(separator: ",")
        return "\(quoted(key)):{\"dtype\":\"\(elementType)\",\"shape\":[\(extents)],\"data_offsets\":[\(begin),\(end)]}"
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
