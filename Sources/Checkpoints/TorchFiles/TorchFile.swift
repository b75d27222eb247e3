import Files
import Tensors

/// The tensors of a file that `torch.save` wrote: a pickle, and beside it the numbers. Nothing in it is run.
///
/// Since PyTorch 1.6 that is a zip archive; before, five pickles one after another, with the numbers behind them.
/// Source: PyTorch `torch/serialization.py`.
struct TorchFile {
    /// The pickle of a checkpoint of 4 GB has about 1 MB.
    static let longestPickle = 64 << 20
    static let deepest = 8
    static let mostEntries = 1_000_000
    /// Bytes of copies that a small file may ask for, too.
    static let usualCopies = 1 << 30

    /// By their names, which join the keys of nested dictionaries with dots. Offsets count from the start of the file's mapping.
    let tensors: [String: StoredTensor]
    /// Tensors whose numbers do not lie one after another. `tensors` has them where their copies go.
    let copies: [StridedView]

    /// Reads the pickle and the places of the numbers. The wrapping that programs put around weights is taken off: a dictionary
    /// `state_dict`, `params_ema` and the like around them, and `module.` before each name.
    /// - Throws: `CheckpointError.torchFile`.
    init(of file: OpenFile) throws(CheckpointError) {
        let start = try reading { () throws(FileError) in try file.read(min(file.byteCount, 64)) }
        let content: Content
        if start.starts(with: [0x50, 0x4B, 0x03, 0x04]) {
            let directory = try ZipDirectory(of: file)
            content = try TorchFile.checked(file) { () throws(TorchFileProblem) in try Content(file, directory) }
        } else {
            content = try TorchFile.checked(file) { () throws(TorchFileProblem) in try Content(legacy: file, start) }
        }
        (tensors, copies) = try TorchFile.checked(file) { () throws(TorchFileProblem) in
            var collection = TensorCollection(content, fileByteCount: file.byteCount)
            try collection.addAll()
            return (collection.tensors, collection.copies)
        }
    }

    private static func checked<Value>(
        _ file: OpenFile, _ work: () throws(TorchFileProblem) -> Value
    ) throws(CheckpointError) -> Value {
        do { return try work() } catch { throw .torchFile(file: file.name, error) }
    }

    /// The pickle, and where in the file the bytes of its storages lie, by their keys.
    fileprivate struct Content {
        let data: PickledData
        var storages: [String: Range<Int>] = [:]

        init(_ file: OpenFile, _ archive: ZipDirectory) throws(TorchFileProblem) {
            let names = archive.names
            guard !names.contains(where: { $0.contains("/code/") || $0.hasSuffix("/constants.pkl") }) else { throw .script }
            let pickles = names.filter { $0 == "data.pkl" || $0.hasSuffix("/data.pkl") }
            guard pickles.count == 1, let place = try archive.place(of: pickles[0]) else { throw .unknownFormat }
            let folder = pickles[0].dropLast("data.pkl".count)
            if let order = try archive.place(of: folder + "byteorder") {
                guard order.count == 6, try file.torchBytes(6, at: order.lowerBound) == Array("little".utf8) else {
                    throw .damagedArchive("its numbers are in another byte order")
                }
            }
            guard place.count <= longestPickle else { throw .excessive("a pickle of more than \(longestPickle) bytes") }
            var unpickler = Unpickler(try file.torchBytes(place.count, at: place.lowerBound)[...])
            data = try unpickler.read()
            for key in Set(data.storages.map(\.key)) { storages[key] = try archive.place(of: folder + "data/" + key) }
        }

        init(legacy file: OpenFile, _ start: [UInt8]) throws(TorchFileProblem) {
            guard TorchFile.isLegacy(start) else { throw .unknownFormat }
            let bytes = try file.torchBytes(min(file.byteCount, longestPickle), at: 0)
            var position = 0
            func next() throws(TorchFileProblem) -> PickledData {
                var unpickler = Unpickler(bytes[position...])
                let data = try unpickler.read()
                position = unpickler.position
                return data
            }
            // The mark of the format, its version, and what the writing machine was like.
            for _ in 0..<3 { _ = try next() }
            data = try next()
            let keys = try next()
            let types = Dictionary(data.storages.map { ($0.key, $0.elementType) }) { $1 }
            for case .string(let key) in keys.elements(keys.root, of: .list) ?? [] {
                let missing = TorchFileProblem.damagedArchive("numbers are missing at its end")
                guard position <= file.byteCount - 8, let type = types[key],
                    let count = try file.torchBytes(8, at: position).littleEndian(at: 0, count: 8),
                    count <= (file.byteCount - position - 8) / type.byteCount
                else { throw missing }
                let first = position + 8
                position = first + count * type.byteCount
                storages[key] = first..<position
            }
        }
    }

    /// Whether a file begins with a pickle of the number 0x1950a86a20f9469cfc6c, in any protocol.
    private static func isLegacy(_ start: [UInt8]) -> Bool {
        guard start.count > 2, start[0] == 0x80 else { return false }
        let behindFrame = start.dropFirst(start[2] == 0x95 ? 11 : 2)
        return behindFrame.starts(with: [0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19])
    }
}

/// Finds the tensors in what a pickle builds, and checks each against the bytes that there are.
private struct TensorCollection {
    /// Keys that programs wrap weights in. An average over the training goes before the last state.
    static let wrappers = ["state_dict", "params_ema", "params", "model_state_dict", "model", "generator", "netG"]

    private let content: TorchFile.Content
    private let fileByteCount: Int
    private(set) var tensors: [String: StoredTensor] = [:]
    private(set) var copies: [StridedView] = []
    private var copiesByteCount = 0
    private var entryCount = 0
    private var namesByteCount = 0

    init(_ content: TorchFile.Content, fileByteCount: Int) {
        self.content = content
        self.fileByteCount = fileByteCount
    }

    mutating func addAll() throws(TorchFileProblem) {
        let data = content.data
        let members = data.members(data.root) ?? [:]
        for wrapper in Self.wrappers {
            guard let wrapped = members[wrapper], case .container = wrapped else { continue }
            try add(wrapped)
            if !tensors.isEmpty { return }
        }
        try add(data.root)
    }

    /// Containers may be shared, so that a small pickle can name very many tensors: entries and their names are counted.
    private mutating func add(_ value: PickleValue, name: String = "", depth: Int = 0) throws(TorchFileProblem) {
        namesByteCount += name.utf8.count
        if case .container(let place) = value { entryCount += content.data.containers[place].elements.count / 2 }
        guard entryCount <= TorchFile.mostEntries, namesByteCount <= TorchFile.longestPickle else {
            throw .excessive("more than \(TorchFile.mostEntries) entries, or longer names")
        }
        switch value {
        case .tensor(let place):
            let key = name.hasPrefix("module.") ? String(name.dropFirst("module.".count)) : name
            tensors[key] = try tensor(content.data.tensors[place], key: key)
        case .container where depth < TorchFile.deepest:
            // Sorted, so that the same file gives the same copies every time.
            for (key, member) in (content.data.members(value) ?? [:]).sorted(by: { $0.key < $1.key }) {
                try add(member, name: name.isEmpty ? key : "\(name).\(key)", depth: depth + 1)
            }
        default: break
        }
    }

    private mutating func tensor(_ tensor: PickledTensor, key: String) throws(TorchFileProblem) -> StoredTensor {
        let type = tensor.storage.elementType
        guard let bytes = content.storages[tensor.storage.key] else { throw .tensor(key: key, fault: "has no numbers") }
        guard let byteCount = type.byteCount(ofAll: tensor.shape) else {
            throw .tensor(key: key, fault: "has the impossible shape \(tensor.shape)")
        }
        // The place behind the last element, in elements.
        var (end, overflows) = (tensor.offset, false)
        if byteCount > 0 {
            for (extent, stride) in zip(tensor.shape, tensor.strides) {
                let (distance, overflow) = (extent - 1).multipliedReportingOverflow(by: stride)
                let (sum, sumOverflow) = end.addingReportingOverflow(distance)
                overflows = overflows || overflow || sumOverflow
                end = sum
            }
            end = end == .max ? end : end + 1
        }
        guard !overflows, end <= bytes.count / type.byteCount else { throw .tensor(key: key, fault: "reaches out of its numbers") }

        let offset = bytes.lowerBound + tensor.offset * type.byteCount
        if tensor.isContiguous { return StoredTensor(key: key, elementType: type, shape: tensor.shape, offset: offset) }
        let place = copiesByteCount.roundedUp(to: 64)
        guard byteCount <= max(fileByteCount, TorchFile.usualCopies) - place else {
            throw .excessive("more repeated numbers than fit \(max(fileByteCount, TorchFile.usualCopies)) bytes")
        }
        copiesByteCount = place + byteCount
        let view = StridedView(
            elementByteCount: type.byteCount, offset: offset, shape: tensor.shape, strides: tensor.strides.map { $0 * type.byteCount },
            destination: fileByteCount.roundedUpToPage + place)
        copies.append(view)
        return StoredTensor(key: key, elementType: type, shape: tensor.shape, offset: view.destination)
    }
}

extension PickledTensor {
    /// Whether the numbers lie one after another, in row-major order. Extents are those of a shape that is no impossible one.
    fileprivate var isContiguous: Bool {
        if shape.contains(0) { return true }
        var expected = 1
        for (extent, stride) in zip(shape, strides).reversed() where extent != 1 {
            if stride != expected { return false }
            expected *= extent
        }
        return true
    }
}
