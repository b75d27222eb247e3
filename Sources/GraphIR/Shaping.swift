import Tensors

extension GraphBuilder {
    /// - Parameter shape: 0 keeps the axis at that place, one −1 takes what is left.
    public func reshape(_ x: Value, _ shape: [Int]) -> Value { reshape(x, to: integers(shape)) }

    /// - Parameter shape: whole numbers, computed in the graph; 0 and −1 as above.
    public func reshape(_ x: Value, to shape: Value) -> Value {
        add("Reshape", attributes: [.init("special_zero", true)], inputs: [x, shape])
    }

    /// Takes an axis of extent 1 away.
    public func squeeze(_ x: Value, axis: Int) -> Value { add("Squeeze", inputs: [x, integers([axis])]) }

    /// Output axis i is input axis `order[i]`.
    public func transpose(_ x: Value, _ order: [Int]) -> Value { add("Transpose", inputs: [x, integers(order)]) }

    /// Joins values along an axis; all other extents are equal.
    public func concatenate(_ values: [Value], axis: Int) -> Value {
        add("Concat", attributes: [.init("axis", axis)], inputs: values)
    }

    /// Cuts `x` along `axis` into pieces of the given lengths.
    public func split(_ x: Value, axis: Int, lengths: [Int]) -> [Value] {
        let first = add("VariadicSplit", inputs: [x, integer(axis), integers(lengths)], outputs: lengths.count)
        return lengths.indices.map { Value(node: first.node, output: $0, type: x.type) }
    }

    /// Cuts the entries from `start` to before `end` out of `x` along `axis`. Places below 0 count from the axis's end, as in NumPy;
    /// places beyond an end stand for it.
    /// - Parameter end: nil for the axis's end.
    public func slice(_ x: Value, axis: Int, from start: Int, to end: Int? = nil) -> Value {
        // The largest number that every plugin takes for the end of an axis of any extent.
        add("Slice", 8, inputs: [x, integers([start]), integers([end ?? Int(Int32.max)]), integers([1]), integers([axis])])
    }

    /// Lays each run of `side`² channels out as a square of pixels: `[b, c · side², h, w]` → `[b, c, h · side, w · side]`.
    /// As torch's `pixel_shuffle`.
    public func channelsToPixels(_ x: Value, side: Int) -> Value {
        add("DepthToSpace", attributes: [.init("mode", "depth_first"), .init("block_size", side)], inputs: [x])
    }

    /// Makes each square of pixels a run of channels: `[b, c, h, w]` → `[b, c · side², h / side, w / side]`. As torch's `pixel_unshuffle`.
    public func pixelsToChannels(_ x: Value, side: Int) -> Value {
        add("SpaceToDepth", attributes: [.init("mode", "depth_first"), .init("block_size", side)], inputs: [x])
    }

    /// The extents of all axes, as a list of whole numbers.
    public func shape(of x: Value) -> Value {
        add("ShapeOf", 3, attributes: [.init("output_type", "i64")], inputs: [x], type: .i64)
    }

    /// The entries of `x` at `indices` along `axis`.
    public func gather(_ x: Value, _ indices: Value, axis: Int = 0) -> Value {
        add("Gather", 8, attributes: [.init("batch_dims", 0)], inputs: [x, indices, integer(axis)])
    }
}
