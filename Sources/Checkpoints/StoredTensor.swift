public import Tensors

/// Where a tensor lies in a checkpoint's mapped memory.
public struct StoredTensor: Sendable, Hashable {
    /// The tensor's name in the file, for messages.
    public var key: String
    public var elementType: ElementType
    public var shape: [Int]
    /// Distance in bytes from the start of the checkpoint's contiguous mapping.
    public var offset: Int

    public var elementCount: Int { shape.reduce(1, *) }
    public var byteCount: Int { elementCount * elementType.byteCount }

    public init(key: String, elementType: ElementType, shape: [Int], offset: Int) {
        self.key = key
        self.elementType = elementType
        self.shape = shape
        self.offset = offset
    }
}
