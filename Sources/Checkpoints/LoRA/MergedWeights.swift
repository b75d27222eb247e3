import Files
public import Generation
import Glibc
import Tensors

/// The weights of one network with changes merged in, single precision, in a file without a name behind the checkpoint's own files.
///
/// The file holds the changed tensors alone, and goes with the last reference to it: Stable Diffusion XL's takes up to 10 GB, which memory
/// need not hold.
public struct MergedWeights: Sendable {
    /// The network's tensors, the changed ones replaced: f32, without a scale.
    public let weights: ComponentWeights
    /// The checkpoint's files of that network, then the merged file, where a tensor changed.
    public let files: [CheckpointFile]
    /// Bytes of all files when each starts at a page boundary: where a mapping's literals begin.
    public var mappedByteCount: Int { files.last?.mappedEnd ?? 0 }

    /// Computes W ← W + strength · ΔW of each change in turn, the next one from what the one before has made; biases likewise.
    ///
    /// Layers are worked on in parallel, on all cores: about a minute for Stable Diffusion XL on two.
    /// - Parameters:
    ///   - changes: by the layer's name as `LoRAChanges.layers` has it. Those that the network lacks are left out.
    ///   - folder: in which the file lies; nil for what the environment variable `TMPDIR` says, or /var/tmp.
    /// - Throws: `CheckpointError`: `.changed` when a file is no longer what it was when it was opened, `.tooLittleSpace` and
    ///   `.cannotWrite` with the folder's name.
    public init(
        _ checkpoint: Checkpoint, _ network: NetworkID, changes: [String: [WeightedChange]], in folder: String? = nil
    ) throws(CheckpointError) {
        let stored = checkpoint.weights(of: network)
        let own = checkpoint.files(of: network)
        let mapping = try MappedWeights(own, of: checkpoint.name)
        var place = checkpoint.mappedByteCount(of: network)
        let start = place
        var replaced: [String: StoredTensor] = [:]
        /// The place of a tensor's f32 numbers.
        func reserve(_ name: String, _ tensor: StoredTensor) -> StoredTensor {
            let merged = StoredTensor(key: tensor.key, elementType: .f32, shape: tensor.shape, offset: place)
            place += merged.byteCount.roundedUp(to: 64)
            replaced[name] = merged
            return merged
        }
        var layers: [MergedLayer] = []
        for (name, changes) in changes.sorted(by: { $0.key < $1.key }) {
            let changes = changes.filter { $0.strength != 0 }
            var layer = MergedLayer(changes: changes)
            let weightName = stored["\(name).weight"] == nil ? name : "\(name).weight"
            if changes.contains(where: \.change.changesWeight), let tensor = stored[weightName] {
                layer.weight = (try stored.tensor(weightName, shape: tensor.shape), reserve(weightName, tensor))
            }
            if changes.contains(where: \.change.changesBias), let tensor = stored["\(name).bias"] {
                layer.bias = (try stored.tensor("\(name).bias", shape: tensor.shape), reserve("\(name).bias", tensor))
            }
            if layer.weight != nil || layer.bias != nil { layers.append(layer) }
        }
        weights = stored.replacing(replaced)
        guard !layers.isEmpty else { files = own; return }

        let file = try MergedFile(in: folder ?? MergedFile.usualFolder, byteCount: place - start)
        try Self.merge(layers.sorted { $0.size > $1.size }, from: mapping, into: file, at: start)
        let changed = mapping.changedFile ?? layers.lazy.flatMap(\.changes).compactMap(\.change.mapping.changedFile).first
        if let changed { throw .changed(file: changed) }
        files = own + [CheckpointFile(try file.finished(), mappedOffset: start)]
    }

    /// - Parameter layers: the largest first, so that none is left alone at the end.
    private static func merge(
        _ layers: [MergedLayer], from mapping: MappedWeights, into file: MergedFile, at start: Int
    ) throws(CheckpointError) {
        try inParallel(layers) { layer throws(CheckpointError) in
            for (parts, isBias) in [(layer.weight, false), (layer.bias, true)] {
                guard let (stored, merged) = parts else { continue }
                try file.write(mapping.numbers(of: stored, with: layer.changes, isBias: isBias), at: merged.offset - start)
            }
        }
    }
}

/// A layer whose weight or bias changes: the tensors as they are stored, and where they go.
private struct MergedLayer: Sendable {
    let changes: [WeightedChange]
    var weight: (stored: StoredTensor, merged: StoredTensor)?
    var bias: (stored: StoredTensor, merged: StoredTensor)?

    init(changes: [WeightedChange]) { self.changes = changes }

    /// Numbers to be computed.
    var size: Int { weight?.stored.elementCount ?? 0 }
}

/// The file that merged tensors are written to.
private struct MergedFile: Sendable {
    private let file: UnnamedFile
    private let folder: String

    /// /var/tmp is on a disk where /tmp may be in memory.
    static var usualFolder: String {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? ""
        return folder.isEmpty ? "/var/tmp" : folder
    }

    /// Reserves the room on disk.
    init(in folder: String, byteCount: Int) throws(CheckpointError) {
        self.folder = folder
        if let free = FreeSpace.bytes(in: folder), byteCount > free - FreeSpace.margin {
            throw .tooLittleSpace(folder: folder, needed: byteCount + FreeSpace.margin, free: free)
        }
        do { file = try UnnamedFile(in: folder, byteCount: byteCount) } catch {
            throw .cannotWrite(folder: folder, reason: error.reason)
        }
    }

    func write(_ numbers: [Float], at offset: Int) throws(CheckpointError) {
        do {
            try numbers.withUnsafeBufferPointer { numbers throws(FileError) in
                try file.write(UnsafeRawBufferPointer(numbers), at: offset)
            }
        } catch {
            throw .cannotWrite(folder: folder, reason: error.reason)
        }
    }

    func finished() throws(CheckpointError) -> OpenFile {
        do { return try file.finished(name: "merged weights") } catch {
            throw .cannotWrite(folder: folder, reason: error.reason)
        }
    }
}
