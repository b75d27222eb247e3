/// A tensor in a file whose numbers do not lie one after another: a part of another, a transposed or an expanded one.
///
/// Everything was checked against the file's size when the file was opened.
struct StridedView: Sendable, Hashable {
    let elementByteCount: Int
    /// The place of the first element, in bytes from the start of the file.
    let offset: Int
    /// At least one axis, and no extent of 0.
    let shape: [Int]
    /// Distances in bytes between the neighbours along each axis.
    let strides: [Int]
    /// Where its copy goes, in bytes from the start of the file's mapping.
    let destination: Int

    var byteCount: Int { shape.reduce(elementByteCount, *) }

    /// Writes the numbers in row-major order into the file's mapping.
    /// - Parameter mapping: the start of the file, with room for the copy at `destination`.
    func copy(in mapping: UnsafeMutableRawPointer) {
        guard let rowLength = shape.last, let rowStride = strides.last else { return }
        var target = mapping + destination
        var index = [Int](repeating: 0, count: shape.count - 1)
        for _ in 0..<shape.dropLast().reduce(1, *) {
            var source = mapping + zip(index, strides).reduce(offset) { $0 + $1.0 * $1.1 }
            for _ in 0..<rowLength {
                target.copyMemory(from: source, byteCount: elementByteCount)
                target += elementByteCount
                source += rowStride
            }
            for axis in index.indices.reversed() {
                index[axis] += 1
                if index[axis] < shape[axis] { break }
                index[axis] = 0
            }
        }
    }
}
