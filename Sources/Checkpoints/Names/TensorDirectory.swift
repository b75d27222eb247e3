import Files
import Tensors

/// All tensors of one file, or of the shards of one network, by the names they have there.
struct TensorDirectory {
    /// The file's own name, for messages; that of the index when there are shards.
    let fileName: String
    let tensors: [String: StoredTensor]
    var metadata: [String: String] = [:]
    /// Where the tensors are.
    let files: [CheckpointFile]

    subscript(key: String) -> StoredTensor? { tensors[key] }
    func contains(_ key: String) -> Bool { tensors[key] != nil }
    func containsKey(withPrefix prefix: String) -> Bool { tensors.keys.contains { $0.hasPrefix(prefix) } }

    /// The content of a small tensor, such as a mark; of a larger one its beginning.
    func bytes(of tensor: StoredTensor) throws(CheckpointError) -> [UInt8] {
        guard let file = files.last(where: { $0.mappedOffset <= tensor.offset }) else { return [] }
        return try reading { () throws(FileError) in
            try file.file.read(min(tensor.byteCount, 1 << 16), at: tensor.offset - file.mappedOffset)
        }
    }
}

extension ComponentWeights {
    /// Takes what `table` names out of a directory. Tensors that cannot be understood are kept with the reason.
    /// - Throws: `CheckpointError.missingTensor` for the first parameter that is not there,
    ///   `.wrongShape` when a tensor that holds several parameters cannot be divided among them.
    init(component: String, table: NameTable, in quantization: Quantization) throws(CheckpointError) {
        let directory = quantization.directory
        var tensors: [String: StoredTensor] = [:]
        tensors.reserveCapacity(table.parameters.count)
        var faults: [String: CheckpointError] = [:]
        var keys = table.keys.union(quantization.marks)
        var ignoredKeys: Set<String> = []
        for parameter in table.parameters {
            guard let stored = directory[parameter.key] else {
                throw quantization.refusal
                    ?? .missingTensor(component: component, name: parameter.name, key: parameter.key, file: directory.fileName)
            }
            var tensor = stored
            do {
                tensor = try quantization.read(stored, prefix: table.prefix)
            } catch {
                faults[parameter.name] = quantization.refusal ?? error
            }
            if let (index, count) = parameter.slice {
                guard tensor.cut(to: index, of: count) else {
                    let divisible = max((tensor.shape.first ?? 0) / count, 1) * count
                    throw .wrongShape(
                        component: component, name: parameter.name, key: parameter.key, file: directory.fileName,
                        shape: tensor.shape, expected: [divisible] + tensor.shape.dropFirst())
                }
            }
            tensors[parameter.name] = tensor
            keys.formUnion(quantization.keys(of: parameter.key))
            ignoredKeys.formUnion(quantization.activationScales(of: parameter.key))
        }
        self.init(
            component: component, fileName: directory.fileName, tensors: tensors, faults: faults, keys: keys, ignoredKeys: ignoredKeys)
    }
}

extension StoredTensor {
    /// Leaves one of `count` equal slices along the first axis.
    /// - Returns: false, with nothing changed, when the axis cannot be divided.
    fileprivate mutating func cut(to index: Int, of count: Int) -> Bool {
        guard let rows = shape.first, rows % count == 0 else { return false }
        shape[0] = rows / count
        offset += index * byteCount
        if let whole = scale, whole.count > 1 {
            scale?.count = shape[0]
            scale?.offset += index * shape[0] * whole.elementType.byteCount
        }
        return true
    }
}
