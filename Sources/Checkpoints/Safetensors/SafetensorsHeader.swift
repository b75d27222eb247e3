import Files
package import Tensors

/// The table of contents at the start of a safetensors file, checked against the file's size.
///
/// Format: eight bytes with the header's length (little-endian), the header in JSON, then the data. The header maps each
/// tensor's name to `dtype`, `shape` and `data_offsets`, which count from the start of the data.
/// Like the reference implementation, this refuses data that no tensor covers, or two tensors cover.
/// Source: github.com/huggingface/safetensors, README, "Format".
struct SafetensorsHeader {
    /// A longer header is refused, as the reference implementation does.
    static let longest = 100_000_000

    /// In the order of their data. Offsets count from the start of the file.
    let tensors: [StoredTensor]
    let metadata: [String: String]

    init(of file: OpenFile) throws(CheckpointError) {
        let (bytes, dataOffset) = try Self.text(of: file)
        do {
            try self.init(json: bytes, dataOffset: dataOffset, fileByteCount: file.byteCount)
        } catch {
            throw .damaged(file: file.name, error)
        }
    }

    /// Reads the header's JSON text.
    /// - Returns: also the offset in the file at which the data begins.
    static func text(of file: OpenFile) throws(CheckpointError) -> (json: [UInt8], dataOffset: Int) {
        let start = try reading { () throws(FileError) in try file.read(min(file.byteCount, 64)) }
        if let lookalike = Lookalike(start) { throw .notSafetensors(file: file.name, lookalike) }
        let length = start.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(longest) else { throw .damaged(file: file.name, .headerTooLong(byteCount: length)) }
        let dataOffset = 8 + Int(length)
        guard dataOffset <= file.byteCount else {
            throw .damaged(file: file.name, .cutShort(byteCount: file.byteCount, needed: dataOffset))
        }
        let bytes = try reading { () throws(FileError) in try file.read(Int(length), at: 8) }
        guard bytes.count == Int(length) else { throw .changed(file: file.name) }
        return (bytes, dataOffset)
    }

    /// The metadata alone, without a look at the tensors behind it: all known writers put it first.
    static func metadata(of file: OpenFile) throws(CheckpointError) -> [String: String] {
        var json = JSONReader(try text(of: file).json)
        do {
            try json.beginObject()
            guard try json.nextKey() == metadataKey else { return [:] }
            return strings(in: try json.readValue())
        } catch {
            throw .damaged(file: file.name, .json(error))
        }
    }

    private static let metadataKey = "__metadata__"

    private static func strings(in value: JSONValue) -> [String: String] {
        guard case .object(let members) = value else { return [:] }
        return members.compactMapValues { if case .string(let text) = $0 { text } else { nil } }
    }

    /// - Parameters:
    ///   - bytes: The header's JSON text.
    ///   - dataOffset: Where the data begins in the file.
    init(json bytes: [UInt8], dataOffset: Int, fileByteCount: Int) throws(SafetensorsProblem) {
        let entries: [Entry]
        do {
            (entries, metadata) = try Self.readEntries(bytes)
        } catch {
            throw .json(error)
        }
        var keys = Set<String>(minimumCapacity: entries.count)
        for entry in entries where !keys.insert(entry.key).inserted { throw .duplicate(key: entry.key) }

        var tensors: [StoredTensor] = []
        tensors.reserveCapacity(entries.count)
        for entry in entries {
            let (tensor, end) = try entry.tensor(dataOffset: dataOffset)
            if end > fileByteCount - dataOffset {
                // The data ends where the last tensor ends; the first one past the end of the file need not be that one.
                let dataEnd = entries.lazy.compactMap { $0.offsets?.last }.max() ?? end
                let (needed, overflow) = dataOffset.addingReportingOverflow(dataEnd)
                throw overflow ? .absurdOffset(key: entry.key, end: end) : .cutShort(byteCount: fileByteCount, needed: needed)
            }
            tensors.append(tensor)
        }
        tensors.sort { ($0.offset, $0.byteCount) < ($1.offset, $1.byteCount) }
        try Self.checkCoverage(tensors, dataOffset: dataOffset, fileByteCount: fileByteCount)
        self.tensors = tensors
    }

    private static func checkCoverage(_ tensors: [StoredTensor], dataOffset: Int, fileByteCount: Int) throws(SafetensorsProblem) {
        var end = dataOffset
        var previous: String?
        for tensor in tensors {
            if tensor.offset < end, let previous { throw .overlap(key: tensor.key, other: previous) }
            if tensor.offset > end { throw .gap(key: tensor.key, byteCount: tensor.offset - end) }
            end = tensor.offset + tensor.byteCount
            previous = tensor.key
        }
        if end < fileByteCount { throw .trailing(byteCount: fileByteCount - end) }
    }

    /// One member of the header as it was written, before anything in it is believed.
    private struct Entry {
        let key: String
        var elementType: String?
        var shape: [Int]?
        var offsets: [Int]?

        /// The tensor, and where it ends in the data.
        func tensor(dataOffset: Int) throws(SafetensorsProblem) -> (StoredTensor, end: Int) {
            guard let name = self.elementType else { throw .incomplete(key: key, member: "dtype") }
            guard let shape else { throw .incomplete(key: key, member: "shape") }
            guard let offsets else { throw .incomplete(key: key, member: "data_offsets") }
            guard let elementType = ElementType(safetensorsName: name) else { throw .unknownElementType(key: key, name: name) }
            guard offsets.count == 2, offsets[0] >= 0, offsets[0] <= offsets[1] else { throw .badOffsets(key: key, offsets: offsets) }
            guard let needed = elementType.byteCount(ofAll: shape) else { throw .badShape(key: key, shape: shape) }
            let stored = offsets[1] - offsets[0]
            guard stored == needed else {
                throw .wrongByteCount(key: key, elementType: name, shape: shape, needed: needed, stored: stored)
            }
            let (offset, overflow) = offsets[0].addingReportingOverflow(dataOffset)
            guard !overflow else { throw .absurdOffset(key: key, end: offsets[1]) }
            return (StoredTensor(key: key, elementType: elementType, shape: shape, offset: offset), offsets[1])
        }
    }

    private static func readEntries(_ bytes: [UInt8]) throws(JSONError) -> ([Entry], metadata: [String: String]) {
        var json = JSONReader(bytes)
        var entries: [Entry] = []
        var metadata: [String: String] = [:]
        try json.beginObject()
        while let key = try json.nextKey() {
            do {
                if key == metadataKey {
                    metadata = strings(in: try json.readValue())
                } else {
                    entries.append(try readEntry(key, from: &json))
                }
            } catch {
                throw JSONError(position: error.position, expected: error.expected, member: key)
            }
        }
        try json.finish()
        return (entries, metadata)
    }

    private static func readEntry(_ key: String, from json: inout JSONReader) throws(JSONError) -> Entry {
        var entry = Entry(key: key)
        try json.beginObject()
        var seen: Set<String> = []
        while let member = try json.nextKey() {
            guard seen.insert(member).inserted else { throw JSONError(position: json.position, expected: "\"\(member)\" only once") }
            switch member {
            case "dtype": entry.elementType = try json.readString()
            case "shape": entry.shape = try readIntegers(from: &json)
            case "data_offsets": entry.offsets = try readIntegers(from: &json)
            default: _ = try json.readValue()
            }
        }
        return entry
    }

    private static func readIntegers(from json: inout JSONReader) throws(JSONError) -> [Int] {
        var integers: [Int] = []
        try json.beginArray()
        while try json.hasNextElement() { integers.append(try json.readInteger()) }
        return integers
    }
}

extension ElementType {
    /// The name in a safetensors header.
    package var safetensorsName: String {
        switch self {
        case .f8e4m3: "F8_E4M3"
        case .f8e5m2: "F8_E5M2"
        case .boolean: "BOOL"
        default: rawValue.uppercased()
        }
    }

    private static let bySafetensorsName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.safetensorsName, $0) })

    /// The element type that a safetensors header calls `name`.
    init?(safetensorsName name: String) {
        guard let type = Self.bySafetensorsName[name] else { return nil }
        self = type
    }
}
