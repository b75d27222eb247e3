extension GraphBuilder {
    /// - Parameters:
    ///   - x: `[…, n, k]`.
    ///   - weight: `[m, k]`, as linear layers store it.
    /// - Returns: `[…, n, m]`.
    public func matMulTransposed(_ x: Value, _ weight: Value) -> Value {
        add("MatMul", attributes: [.init("transpose_a", false), .init("transpose_b", true)], inputs: [x, weight])
    }

    /// - Parameters:
    ///   - x: `[…, n, k]`.
    ///   - weight: `[k, m]`, as open_clip stores its projection.
    /// - Returns: `[…, n, m]`.
    public func matMul(_ x: Value, _ weight: Value) -> Value {
        add("MatMul", attributes: [.init("transpose_a", false), .init("transpose_b", false)], inputs: [x, weight])
    }

    /// Two-dimensional convolution without bias.
    /// - Parameters:
    ///   - x: `[b, in, h, w]`.
    ///   - weight: `[out, in, kernel, kernel]`.
    ///   - padding: rows and columns of zeros before and after; they may differ.
    public func convolution(_ x: Value, _ weight: Value, stride: Int = 1, padding: (before: Int, after: Int)) -> Value {
        convolution(x, weight, stride: stride, rows: padding, columns: padding)
    }

    /// The same with other padding for rows than for columns.
    /// - Parameters:
    ///   - rows: rows of zeros above and below.
    ///   - columns: columns of zeros to the left and to the right.
    public func convolution(
        _ x: Value, _ weight: Value, stride: Int = 1, rows: (before: Int, after: Int), columns: (before: Int, after: Int)
    ) -> Value {
        add("Convolution", attributes: [
            .init("strides", [stride, stride]), .init("dilations", [1, 1]),
            .init("pads_begin", [rows.before, columns.before]), .init("pads_end", [rows.after, columns.after]),
            .init("auto_pad", "explicit"),
        ], inputs: [x, weight])
    }

    /// Two-dimensional transposed convolution without bias: every pixel of `x` adds its multiple of the kernel to the output,
    /// `stride` away from its neighbour's.
    /// - Parameters:
    ///   - x: `[b, in, h, w]`.
    ///   - weight: `[in, out, kernel, kernel]`.
    ///   - cropping: rows and columns taken away on each side.
    public func transposedConvolution(_ x: Value, _ weight: Value, stride: Int, cropping: Int) -> Value {
        transposedConvolution(x, weight, stride: stride, croppingRows: cropping, columns: cropping)
    }

    /// The same with other cropping for rows than for columns.
    /// - Parameters:
    ///   - rows: rows taken away above, and as many below.
    ///   - columns: columns taken away to the left, and as many to the right.
    public func transposedConvolution(_ x: Value, _ weight: Value, stride: Int, croppingRows rows: Int, columns: Int) -> Value {
        add("ConvolutionBackpropData", attributes: [
            .init("strides", [stride, stride]), .init("dilations", [1, 1]),
            .init("pads_begin", [rows, columns]), .init("pads_end", [rows, columns]),
            .init("output_padding", [0, 0]), .init("auto_pad", "explicit"),
        ], inputs: [x, weight])
    }

    /// - Parameters:
    ///   - x: `[b, channels, …]`.
    ///   - scale: `[channels]`.
    ///   - bias: `[channels]`.
    public func groupNormalization(_ x: Value, scale: Value, bias: Value, groups: Int, epsilon: Float) -> Value {
        add("GroupNormalization", 12, attributes: [.init("num_groups", groups), .init("epsilon", epsilon)], inputs: [x, scale, bias])
    }

    /// (x − mean) / √(variance + ε) over the last axis.
    public func normalizeLastAxis(_ x: Value, epsilon: Float) -> Value {
        add("MVN", 6, attributes: [.init("normalize_variance", true), .init("eps", epsilon), .init("eps_mode", "inside_sqrt")],
            inputs: [x, integers([-1])])
    }

    /// softmax(query · keyᵀ / √width + mask) · value.
    /// - Parameters:
    ///   - query: `[b, heads, n, width]`.
    ///   - key: `[b, heads, m, width]`.
    ///   - value: `[b, heads, m, width]`.
    ///   - mask: of a shape that stretches to `[b, heads, n, m]`; not together with `isCausal`.
    ///   - isCausal: position i sees positions 0...i only.
    public func attention(query: Value, key: Value, value: Value, mask: Value? = nil, isCausal: Bool = false) -> Value {
        add(
            "ScaledDotProductAttention", 13, attributes: [.init("causal", isCausal)],
            inputs: [query, key, value] + (mask.map { [$0] } ?? []))
    }

    /// Resizes the last two axes of `x` to `size`, taking the nearest pixel: ⌊i · old / new⌋, as torch's `nearest` does.
    /// - Parameter size: two whole numbers.
    public func resizeNearest(_ x: Value, to size: Value) -> Value { resizeNearest(x, size, given: "sizes") }

    /// Repeats each pixel of the last two axes `factor` times along both.
    public func repeatPixels(_ x: Value, _ factor: Int) -> Value {
        resizeNearest(x, literal([Float(factor), Float(factor)], shape: [2]), given: "scales")
    }

    private func resizeNearest(_ x: Value, _ extents: Value, given mode: String) -> Value {
        add("Interpolate", 11, attributes: [
            .init("mode", "nearest"), .init("shape_calculation_mode", mode),
            .init("coordinate_transformation_mode", "asymmetric"), .init("nearest_mode", "floor"),
            .init("antialias", false), .init("pads_begin", [0]), .init("pads_end", [0]), .init("cube_coeff", Float(-0.75)),
        ], inputs: [x, extents, integers([2, 3])])
    }
}
