import COpenVINO
public import Tensors

/// Elements of one type in host memory, row-major, that OpenVINO reads and writes.
///
/// A view of memory, not a value: an inference request reads an input where it lies, at the time it runs.
/// One task uses it at a time, so it is not Sendable. The corresponding C type is `ov_tensor_t`.
public struct Tensor: ~Copyable {
    /// The type of the elements.
    public let elementType: ElementType
    /// The extent of each axis, outermost first. Empty for a scalar.
    public let shape: [Int]
    /// Bytes of all elements.
    public let byteCount: Int

    let handle: Handle
    /// Objects whose memory the tensor shows.
    let owners: [any AnyObject & Sendable]
    private let start: UnsafeMutableRawPointer?

    /// Memory of OpenVINO's own; its contents are undefined.
    /// The corresponding C function is `ov_tensor_create`.
    public init(elementType: ElementType, shape: [Int]) throws(OpenVINOError) {
        // Checked here: OpenVINO multiplies without looking for an overflow.
        guard elementType.byteCount(of: shape) != nil else {
            throw .memory(bytes: .max, shape: shape, elementType: elementType.rawValue)
        }
        try self.init(adopting: Handle("make a tensor of shape \(shape)", freedBy: ov_tensor_free) { tensor in
            shape.withShape { ov_tensor_create(elementType.code, $0, &tensor) }
        })
    }

    /// Memory that someone else owns, without a copy.
    ///
    /// The tensor keeps `owner` alive, and so does every model that was read with it as weights.
    /// When the memory is mapped read-only, as weights are, nothing may be written through the tensor.
    /// - Parameters:
    ///   - memory: at least as many bytes as `shape` asks for, aligned for `elementType`.
    ///   - owner: keeps `memory` valid as long as it lives.
    ///
    /// The corresponding C function is `ov_tensor_create_from_host_ptr`.
    public init(
        elementType: ElementType, shape: [Int], memory: UnsafeRawBufferPointer, owner: some AnyObject & Sendable
    ) throws(OpenVINOError) {
        guard let start = memory.baseAddress, let needed = elementType.byteCount(of: shape), needed <= memory.count,
            Int(bitPattern: start).isMultiple(of: elementType.byteCount)
        else { throw .memory(bytes: memory.count, shape: shape, elementType: elementType.rawValue) }
        try self.init(
            adopting: Handle("wrap memory as a tensor of shape \(shape)", freedBy: ov_tensor_free) { tensor in
                shape.withShape {
                    ov_tensor_create_from_host_ptr(elementType.code, $0, UnsafeMutableRawPointer(mutating: start), &tensor)
                }
            }, owners: [owner])
    }

    /// A file's bytes, as `Core.readModel(xml:weights:)` takes them: `u8` over memory that someone else owns.
    public init(bytes: UnsafeRawBufferPointer, owner: some AnyObject & Sendable) throws(OpenVINOError) {
        try self.init(elementType: .u8, shape: [bytes.count], memory: bytes, owner: owner)
    }

    init(adopting handle: Handle, owners: [any AnyObject & Sendable] = []) throws(OpenVINOError) {
        var code = DYNAMIC
        try check(ov_tensor_get_element_type(handle.pointer, &code), "read a tensor's element type")
        guard let elementType = ElementType(code: code) else {
            throw .elementType(asked: "numbers", actual: "elements of OpenVINO type \(code.rawValue)")
        }
        let shape = try [Int](attempt: "read a tensor's shape") { ov_tensor_get_shape(handle.pointer, &$0) }
        var byteCount = 0
        try check(ov_tensor_get_byte_size(handle.pointer, &byteCount), "read a tensor's size")

        var start: UnsafeMutableRawPointer?
        try check(ov_tensor_data(handle.pointer, &start), "reach a tensor's memory")

        self.handle = handle
        self.owners = owners
        self.start = start
        self.elementType = elementType
        self.shape = shape
        self.byteCount = byteCount
    }

    /// Elements of the whole tensor; 1 for a scalar.
    public var elementCount: Int { byteCount / elementType.byteCount }
}

extension Tensor {
    /// Lends the elements as they lie in memory. The corresponding C function is `ov_tensor_data`.
    public func withUnsafeBytes<Result, Failure>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(start: start, count: byteCount))
    }

    /// Lends the elements for writing. The corresponding C function is `ov_tensor_data`.
    /// - Precondition: the memory is writable.
    public mutating func withUnsafeMutableBytes<Result, Failure>(
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeMutableRawBufferPointer(start: start, count: byteCount))
    }

    /// Lends the elements as numbers of `type`.
    /// - Throws: `OpenVINOError.elementType` when the tensor holds another type; what `body` throws.
    public func withUnsafeBufferPointer<Element: TensorElement, Result>(
        of type: Element.Type, _ body: (UnsafeBufferPointer<Element>) throws(OpenVINOError) -> Result
    ) throws(OpenVINOError) -> Result {
        try require(type)
        return try body(UnsafeRawBufferPointer(start: start, count: byteCount).bindMemory(to: type))
    }

    /// Lends the elements as numbers of `type` for writing.
    /// - Precondition: the memory is writable.
    /// - Throws: `OpenVINOError.elementType` when the tensor holds another type; what `body` throws.
    public mutating func withUnsafeMutableBufferPointer<Element: TensorElement, Result>(
        of type: Element.Type, _ body: (UnsafeMutableBufferPointer<Element>) throws(OpenVINOError) -> Result
    ) throws(OpenVINOError) -> Result {
        try require(type)
        return try body(UnsafeMutableRawBufferPointer(start: start, count: byteCount).bindMemory(to: type))
    }

    private func require(_ type: (some TensorElement).Type) throws(OpenVINOError) {
        guard type.elementType == elementType else {
            throw .elementType(asked: type.elementType.rawValue, actual: elementType.rawValue)
        }
    }
}

extension ElementType {
    /// Bytes that a tensor of this shape takes; nil when that is no number or an extent is negative.
    func byteCount(of shape: [Int]) -> Int? {
        var bytes = byteCount
        for extent in shape {
            guard extent >= 0 else { return nil }
            let (product, overflow) = bytes.multipliedReportingOverflow(by: extent)
            if overflow { return nil }
            bytes = product
        }
        return bytes
    }
}
