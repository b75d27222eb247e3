import Tensors

/// A file that `torch.save` wrote: a pickle, and beside it the numbers of its tensors. Nothing in it is run.
///
/// Since PyTorch 1.6 that is a zip archive; before, five pickles one after another, with the numbers behind them.
/// Source: PyTorch `torch/serialization.py`.
struct TorchFile {
    /// A textual inversion's pickle has one to two thousand bytes. Reading takes at most the square of the length.
    static let longestPickle = 1 << 16

    let data: PickledData
    /// By their keys.
    private let storages: [String: ArraySlice<UInt8>]

    init(_ bytes: [UInt8]) throws(TextualInversionProblem) {
        if bytes.starts(with: Self.zipStart) {
            try self.init(zip: ZipArchive(bytes))
        } else if bytes.starts(with: Self.legacyStart) {
            try self.init(legacy: bytes)
        } else {
            throw .unknownFormat
        }
    }

    private static let zipStart: [UInt8] = [0x50, 0x4B, 0x03, 0x04]
    /// A pickle of the number 0x1950a86a20f9469cfc6c.
    private static let legacyStart: [UInt8] = [0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]

    private init(zip: ZipArchive) throws(TextualInversionProblem) {
        let pickles = zip.names.filter { $0 == "data.pkl" || $0.hasSuffix("/data.pkl") }
        guard pickles.count == 1, let pickle = zip.contents(of: pickles[0]) else { throw .unknownFormat }
        let folder = pickles[0].dropLast("data.pkl".count)
        if let order = zip.contents(of: folder + "byteorder"), !order.starts(with: "little".utf8) {
            throw .damagedArchive("its numbers are in another byte order")
        }
        var unpickler = Unpickler(pickle.prefix(Self.longestPickle))
        data = try unpickler.read()
        var storages: [String: ArraySlice<UInt8>] = [:]
        for key in data.storages.keys { storages[key] = zip.contents(of: folder + "data/" + key) }
        self.storages = storages
    }

    private init(legacy bytes: [UInt8]) throws(TextualInversionProblem) {
        var position = 0
        func next() throws(TextualInversionProblem) -> PickledData {
            var unpickler = Unpickler(bytes[position...].prefix(Self.longestPickle))
            let data = try unpickler.read()
            position = unpickler.position
            return data
        }
        // The mark of the format, its version, and what the writing machine was like.
        for _ in 0..<3 { _ = try next() }
        data = try next()
        let keys = try next()
        var storages: [String: ArraySlice<UInt8>] = [:]
        for case .string(let key) in keys.list(keys.root) ?? [] {
            guard let type = data.storages[key]?.elementType, let count = bytes.littleEndian(at: position, count: 8),
                count <= (bytes.count - position - 8) / type.byteCount
            else { throw .damagedArchive("numbers are missing at its end") }
            let start = position + 8
            position = start + count * type.byteCount
            storages[key] = bytes[start..<position]
        }
        self.storages = storages
    }

    /// The numbers of a tensor, row by row.
    func vectors(_ tensor: PickledTensor) throws(TextualInversionProblem) -> NDArray {
        // A single vector has no axis for its number.
        let shape = tensor.shape.count == 1 ? [1] + tensor.shape : tensor.shape
        let strides = tensor.strides.count == 1 ? [0] + tensor.strides : tensor.strides
        guard StoredVectors.fits(shape), strides.count == 2, tensor.offset >= 0, strides.allSatisfy({ $0 >= 0 }) else {
            throw .shape(tensor.shape)
        }
        guard let bytes = storages[tensor.storage.key] else { throw .damagedArchive("the numbers of a tensor are missing") }
        let stored = try StoredVectors(bytes, tensor.storage.elementType)
        // Nothing overflows: an extent is at most 65,536, and what is compared is at most the file's size.
        let limit = stored.count
        guard tensor.offset < limit, strides.allSatisfy({ $0 < limit }),
            tensor.offset + (shape[0] - 1) * strides[0] + (shape[1] - 1) * strides[1] < limit
        else {
            throw .damagedArchive("a tensor reaches out of its numbers")
        }
        var values: [Float] = []
        values.reserveCapacity(shape[0] * shape[1])
        for row in 0..<shape[0] {
            for column in 0..<shape[1] { values.append(stored[tensor.offset + row * strides[0] + column * strides[1]]) }
        }
        return NDArray(shape: shape, values: values)
    }
}
