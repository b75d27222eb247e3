/// Arithmetic element by element. Operands of different shape are a programmer's mistake: nothing is broadcast.
extension NDArray {
    /// Adds element by element. The shapes must be equal.
    public static func + (left: NDArray, right: NDArray) -> NDArray { left.combined(with: right, +) }
    /// Subtracts element by element. The shapes must be equal.
    public static func - (left: NDArray, right: NDArray) -> NDArray { left.combined(with: right, -) }

    /// Multiplies each element by the same number, in single precision.
    public static func * (left: Double, right: NDArray) -> NDArray {
        let factor = Float(left)
        return right.map { factor * $0 }
    }
    /// Divides each element by the same number, in single precision.
    public static func / (left: NDArray, right: Double) -> NDArray {
        let divisor = Float(right)
        return left.map { $0 / divisor }
    }

    /// Whether no element is infinite or not a number.
    public var isFinite: Bool { values.allSatisfy(\.isFinite) }

    /// An array of the same shape with `transform` applied to each element.
    public func map(_ transform: (Float) -> Float) -> NDArray {
        NDArray(shape: shape, values: values.map(transform))
    }

    private func combined(with other: NDArray, _ operation: (Float, Float) -> Float) -> NDArray {
        precondition(shape == other.shape, "the shapes \(shape) and \(other.shape) differ")
        let count = values.count
        let combined = [Float](unsafeUninitializedCapacity: count) { result, initializedCount in
            values.withUnsafeBufferPointer { left in
                other.values.withUnsafeBufferPointer { right in
                    for index in 0..<count { result[index] = operation(left[index], right[index]) }
                }
            }
            initializedCount = count
        }
        return NDArray(shape: shape, values: combined)
    }
}

/// The first axis: the images of a batch.
extension NDArray {
    /// The arrays one after another along the first axis, in which alone their shapes may differ.
    /// - Precondition: there is at least one array, and none is a scalar.
    public static func concatenated(_ arrays: [NDArray]) -> NDArray {
        guard let first = arrays.first else { preconditionFailure("there is nothing to concatenate") }
        precondition(
            arrays.allSatisfy { !$0.shape.isEmpty && $0.shape.dropFirst() == first.shape.dropFirst() },
            "the shapes \(arrays.map(\.shape)) do not fit")
        return NDArray(
            shape: [arrays.reduce(0) { $0 + $1.shape[0] }] + first.shape.dropFirst(),
            values: arrays.count == 1 ? first.values : arrays.flatMap(\.values))
    }

    /// A part of the first axis, which remains an axis.
    /// - Precondition: the array has a first axis, and `range` lies within it.
    public func slice(_ range: Range<Int>) -> NDArray {
        precondition(!shape.isEmpty && range.lowerBound >= 0 && range.upperBound <= shape[0], "\(range) is outside of the shape \(shape)")
        let stride = shape.dropFirst().reduce(1, *)
        return NDArray(
            shape: [range.count] + shape.dropFirst(),
            values: Array(values[range.lowerBound * stride..<range.upperBound * stride]))
    }
}
