/// Single-precision numbers in host memory, row-major (C order), with their shape.
public struct NDArray: Sendable, Hashable {
    /// The extent of each axis, outermost first. Empty for a scalar.
    public let shape: [Int]
    /// The elements; always as many as the product of `shape`.
    public var values: [Float]

    /// - Precondition: `values` has as many elements as `shape` asks for.
    public init(shape: [Int], values: [Float]) {
        precondition(values.count == shape.reduce(1, *), "\(values.count) values do not fill the shape \(shape)")
        self.shape = shape
        self.values = values
    }

    /// Makes an array with the same value in each element.
    public init(repeating value: Float, shape: [Int]) {
        self.init(shape: shape, values: .init(repeating: value, count: shape.reduce(1, *)))
    }
}
