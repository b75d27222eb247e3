/// All tensors of one file, or of the shards of one network, by the names they have there.
struct TensorDirectory {
    /// The file's own name, for messages; that of the index when there are shards.
    let fileName: String
    let tensors: [String: StoredTensor]
    var metadata: [String: String] = [:]

    subscript(key: String) -> StoredTensor? { tensors[key] }
    func contains(_ key: String) -> Bool { tensors[key] != nil }
    func containsKey(withPrefix prefix: String) -> Bool { tensors.keys.contains { $0.hasPrefix(prefix) } }
}

extension ComponentWeights {
    /// Takes what `table` names out of `directory`.
    /// - Throws: `CheckpointError.missingTensor` for the first parameter that is not there,
    ///   `.wrongShape` when a tensor that holds several parameters cannot be divided among them.
    init(component: String, table: NameTable, in directory: TensorDirectory) throws(CheckpointError) {
        var tensors: [String: StoredTensor] = [:]
        tensors.reserveCapacity(table.parameters.count)
        for parameter in table.parameters {
            guard var tensor = directory[parameter.key] else {
                throw .missingTensor(component: component, name: parameter.name, key: parameter.key, file: directory.fileName)
            }
            if let (index, count) = parameter.slice {
                guard let rows = tensor.shape.first, rows % count == 0 else {
                    let divisible = max((tensor.shape.first ?? 0) / count, 1) * count
                    throw .wrongShape(
                        component: component, name: parameter.name, key: parameter.key, file: directory.fileName,
                        shape: tensor.shape, expected: [divisible] + tensor.shape.dropFirst())
                }
                tensor.shape[0] = rows / count
                tensor.offset += index * tensor.byteCount
            }
            tensors[parameter.name] = tensor
        }
        self.init(component: component, fileName: directory.fileName, tensors: tensors)
    }
}
