/// Reads an architecture off the shapes of a network's tensors, for files that carry no configuration.
struct ShapeReader {
    let component: String
    let directory: TensorDirectory
    /// Stands before each key of this network.
    let prefix: String

    func contains(_ key: String) -> Bool { directory.contains(prefix + key) }

    /// - Throws: `CheckpointError.missingTensor`, or `.wrongShape` when there is no such axis.
    func extent(_ key: String, axis: Int) throws(CheckpointError) -> Int {
        let shape = try shape(key)
        guard axis < shape.count else {
            throw .wrongShape(
                component: component, name: prefix + key, key: prefix + key, file: directory.fileName, shape: shape,
                expected: shape + Array(repeating: 1, count: axis + 1 - shape.count))
        }
        return shape[axis]
    }

    func shape(_ key: String) throws(CheckpointError) -> [Int] {
        guard let tensor = directory[prefix + key] else {
            throw .missingTensor(component: component, name: prefix + key, key: prefix + key, file: directory.fileName)
        }
        return tensor.shape
    }

    /// How many of `key(0)`, `key(1)`, … there are in a row.
    func count(_ key: (Int) -> String) -> Int {
        var count = 0
        while contains(key(count)) { count += 1 }
        return count
    }

    /// - Throws: `CheckpointError.invalidSetting` when `value`, read off the shapes, is outside `range`.
    func check(_ value: Int, _ what: String, in range: ClosedRange<Int>) throws(CheckpointError) -> Int {
        guard range.contains(value) else {
            throw .invalidSetting(
                file: directory.fileName, key: "\(component): \(what)", value: "\(value)",
                expected: "\(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }
}
