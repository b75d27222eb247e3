public import Tensors

// Element by element, with NumPy's rules for axes of extent 1.
extension GraphBuilder {
    /// a + b; extents of 1 stretch, as in all that follows with two operands.
    public func add(_ a: Value, _ b: Value) -> Value { add("Add", inputs: [a, b]) }
    /// a − b.
    public func subtract(_ a: Value, _ b: Value) -> Value { add("Subtract", inputs: [a, b]) }
    /// a · b, number by number.
    public func multiply(_ a: Value, _ b: Value) -> Value { add("Multiply", inputs: [a, b]) }
    /// a / b, number by number.
    public func divide(_ a: Value, _ b: Value) -> Value { add("Divide", inputs: [a, b]) }
    /// sin x, in radians.
    public func sine(_ x: Value) -> Value { add("Sin", inputs: [x]) }
    /// cos x, in radians.
    public func cosine(_ x: Value) -> Value { add("Cos", inputs: [x]) }
    /// eˣ.
    public func exponential(_ x: Value) -> Value { add("Exp", inputs: [x]) }

    /// Whether a < b.
    public func less(_ a: Value, _ b: Value) -> Value { add("Less", inputs: [a, b], type: .boolean) }

    /// `a` where `condition` holds, else `b`.
    public func select(_ condition: Value, _ a: Value, _ b: Value) -> Value {
        add("Select", inputs: [condition, a, b], type: a.type)
    }

    /// The nearest whole number; of two equally near the even one.
    public func round(_ x: Value) -> Value { add("Round", 5, attributes: [.init("mode", "half_to_even")], inputs: [x]) }

    /// Limits each number to the range: one beyond a bound becomes the bound.
    public func clamp(_ x: Value, _ range: ClosedRange<Float>) -> Value {
        add("Clamp", attributes: [.init("min", range.lowerBound), .init("max", range.upperBound)], inputs: [x])
    }

    /// Each number below 0 becomes 0.
    public func relu(_ x: Value) -> Value { add("ReLU", inputs: [x]) }

    /// Each number below 0 is multiplied by a slope.
    /// - Parameter slopes: `[channels]` of axis 1, or `[1]` for all.
    public func prelu(_ x: Value, _ slopes: Value) -> Value { add("PRelu", inputs: [x, slopes]) }

    /// tanh x.
    public func hyperbolicTangent(_ x: Value) -> Value { add("Tanh", inputs: [x]) }

    /// 1 / (1 + e⁻ˣ).
    public func sigmoid(_ x: Value) -> Value { add("Sigmoid", inputs: [x]) }

    /// x · sigmoid(βx); with β = 1 this is SiLU.
    public func swish(_ x: Value, beta: Float = 1) -> Value {
        add("Swish", 4, inputs: beta == 1 ? [x] : [x, literal(beta)])
    }

    /// The exact form, x · Φ(x), not the tanh approximation.
    public func gelu(_ x: Value) -> Value {
        add("Gelu", 7, attributes: [.init("approximation_mode", "ERF")], inputs: [x])
    }

    /// Converts each number to another type, as OpenVINO's `Convert` does.
    public func convert(_ x: Value, to type: ElementType) -> Value {
        add("Convert", attributes: [.init("destination_type", type.rawValue)], inputs: [x], type: type)
    }

    /// A `convert` that restores stored weights; plugins may keep the stored form instead of folding it away.
    public func decompress(_ x: Value, to type: ElementType) -> Value {
        add("Convert", attributes: [.init("destination_type", type.rawValue)], inputs: [x], type: type, isDecompression: true)
    }
}
