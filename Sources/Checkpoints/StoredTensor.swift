public import Tensors

/// Where a tensor lies in a checkpoint's mapped memory, and how its numbers are read.
public struct StoredTensor: Sendable, Hashable {
    /// The tensor's name in the file, for messages.
    public var key: String
    /// The format of its numbers.
    public var elementType: ElementType
    /// Row-major extents, the outermost first.
    public var shape: [Int]
    /// Distance in bytes from the start of the checkpoint's contiguous mapping.
    public var offset: Int
    /// The factor of the stored numbers; nil when they are the weights themselves.
    public var scale: StoredScale?

    /// How many numbers there are.
    public var elementCount: Int { shape.reduce(1, *) }
    /// Bytes that they take.
    public var byteCount: Int { elementCount * elementType.byteCount }

    /// - Parameter offset: in bytes from the start of the checkpoint's mapping.
    public init(key: String, elementType: ElementType, shape: [Int], offset: Int, scale: StoredScale? = nil) {
        self.key = key
        self.elementType = elementType
        self.shape = shape
        self.offset = offset
        self.scale = scale
    }
}

extension ElementType {
    /// Bytes that all numbers of a shape take. Nil when an extent is negative, or when the others multiply beyond `Int`; extents of 0 are
    /// left out of that, so that no order of multiplying can overflow later.
    func byteCount(ofAll shape: [Int]) -> Int? {
        var needed = byteCount
        for extent in shape where extent != 0 {
            let (product, overflow) = needed.multipliedReportingOverflow(by: extent)
            guard extent > 0, !overflow else { return nil }
            needed = product
        }
        return shape.contains(0) ? 0 : needed
    }
}

/// Numbers that a quantised tensor is multiplied by to become the weights that it stands for.
public struct StoredScale: Sendable, Hashable {
    /// Its name in the file, for messages.
    public var key: String
    /// The format of its numbers.
    public var elementType: ElementType
    /// 1 for the whole tensor, or one for each of the tensor's rows: the entries of its first axis.
    public var count: Int
    /// Distance in bytes from the start of the checkpoint's contiguous mapping.
    public var offset: Int
    /// Multiplies every one of the numbers: 1/127 for bitsandbytes, which stores the largest weight of a row, otherwise 1.
    public var factor: Float

    /// - Parameter offset: in bytes from the start of the checkpoint's mapping.
    public init(key: String, elementType: ElementType, count: Int, offset: Int, factor: Float = 1) {
        self.key = key
        self.elementType = elementType
        self.count = count
        self.offset = offset
        self.factor = factor
    }
}
