import COpenVINO

/// The extents of a port whose number of axes is known and whose extents may be left open: `[nil, 4, nil, nil]`.
public struct PartialShape: Sendable, Hashable, ExpressibleByArrayLiteral {
    /// The extent of each axis, outermost first; nil where any extent fits.
    public var extents: [Int?]

    /// Makes a shape from extents, nil where any extent fits.
    public init(_ extents: [Int?]) { self.extents = extents }
    /// Makes a shape without open extents.
    public init(_ shape: [Int]) { extents = shape }
    /// Makes a shape from a literal: `[nil, 4, nil, nil]`.
    public init(arrayLiteral elements: Int?...) { extents = elements }

    /// Whether any extent is open.
    public var isDynamic: Bool { extents.contains(nil) }

    /// Whether a tensor of this shape can be given to the port.
    public func fits(_ shape: [Int]) -> Bool {
        shape.count == extents.count && zip(extents, shape).allSatisfy { $0 == nil || $0 == $1 }
    }
}

extension PartialShape: CustomStringConvertible {
    public var description: String { "[" + extents.map { $0.map(String.init) ?? "?" }.joined(separator: ", ") + "]" }
}

extension PartialShape {
    /// Nil when even the number of axes is open.
    init?(_ shape: ov_partial_shape_t) {
        guard shape.rank.min == shape.rank.max, shape.rank.max >= 0 else { return nil }
        extents = UnsafeBufferPointer(start: shape.dims, count: Int(shape.rank.max)).map {
            $0.min == $0.max && $0.max >= 0 ? Int($0.max) : nil
        }
    }

    var dimensions: [ov_dimension_t] {
        extents.map { extent in
            if let extent { ov_dimension_t(min: Int64(extent), max: Int64(extent)) } else { ov_dimension_t(min: 0, max: -1) }
        }
    }
}

extension [Int] {
    /// Lends the shape to a C call, which copies it. The corresponding C type is `ov_shape_t`.
    func withShape<Result>(_ body: (ov_shape_t) -> Result) -> Result {
        var dimensions = map(Int64.init)
        return dimensions.withUnsafeMutableBufferPointer {
            body(ov_shape_t(rank: Int64($0.count), dims: $0.baseAddress))
        }
    }

    /// Copies the shape that a C call returns.
    init(attempt: String, _ call: (inout ov_shape_t) -> ov_status_e) throws(OpenVINOError) {
        var shape = ov_shape_t()
        let status = call(&shape)
        defer { ov_shape_free(&shape) }
        // The C layer cannot return a shape without axes: a scalar comes back as an invalid argument.
        if status == INVALID_C_PARAM {
            self = []
        } else {
            try check(status, attempt)
            self = UnsafeBufferPointer(start: shape.dims, count: Int(shape.rank)).map(Int.init)
        }
    }
}
