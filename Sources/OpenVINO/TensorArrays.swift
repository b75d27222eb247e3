public import Tensors

extension Tensor {
    /// A tensor of single-precision numbers with memory of its own.
    public init(_ array: NDArray) throws(OpenVINOError) {
        try self.init(shape: array.shape, values: array.values)
    }

    /// A tensor with a copy of `values`.
    /// - Precondition: as many values as `shape` asks for.
    public init<Element: TensorElement>(
        shape: [Int], values: [Element]
    ) throws(OpenVINOError) {
        var tensor = try Tensor(elementType: Element.elementType, shape: shape)
        precondition(values.count == tensor.elementCount, "\(values.count) values do not fill the shape \(shape)")
        try tensor.withUnsafeMutableBufferPointer(of: Element.self) { _ = $0.initialize(from: values) }
        self = tensor
    }

    /// A copy of the elements.
    /// - Throws: `OpenVINOError.elementType` unless the elements are f32.
    public func array() throws(OpenVINOError) -> NDArray {
        NDArray(shape: shape, values: try withUnsafeBufferPointer(of: Float.self) { Array($0) })
    }
}
