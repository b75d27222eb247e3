import GraphIR
import OpenVINO
import Tensors
import Testing

/// Every operator on the CPU plugin, against numbers worked out by hand.
struct OperatorTests {
    /// What `build` makes of `input`.
    private func evaluate(_ input: NDArray, _ build: (GraphBuilder, Value) -> Value) throws -> NDArray {
        let g = GraphBuilder()
        let x = g.parameter("x", .f32, input.shape.map { _ in .dynamic })
        g.result("y", build(g, x))
        let graph = g.finish()
        let weights = try Tensor(shape: [max(1, graph.literals.count)], values: graph.literals.isEmpty ? [0] : graph.literals)
        let core = try Core()
        let model = try core.readModel(xml: graph.xml, weights: weights)
        var request = try core.compile(model, device: "CPU", properties: [Property(.inferencePrecision, .f32)]).makeInferRequest()
        try request.setInput("x", to: input)
        try request.inferBlocking()
        return try request.output("y")
    }

    private func vector(_ values: Float...) -> NDArray { NDArray(shape: [values.count], values: values) }

    @Test("arithmetic works element by element")
    func arithmetic() throws {
        let x = vector(-2, 0, 3)
        #expect(try evaluate(x) { $0.add($1, $0.literal(1)) } == vector(-1, 1, 4))
        #expect(try evaluate(x) { $0.subtract($1, $0.literal(1)) } == vector(-3, -1, 2))
        #expect(try evaluate(x) { $0.multiply($1, $0.literal([2, 3, 4], shape: [3])) } == vector(-4, 0, 12))
        #expect(try evaluate(x) { $0.divide($1, $0.literal(2)) } == vector(-1, 0, 1.5))
        #expect(try evaluate(x) { $0.clamp($1, -1...2) } == vector(-1, 0, 2))
    }

    @Test("a condition chooses element by element, and what it leaves out may be anything")
    func choice() throws {
        let result = try evaluate(vector(-2, 0, 3)) { $0.select($0.less($1, $0.literal(0)), $0.literal([1, .nan, .nan], shape: [3]), $1) }
        #expect(result == vector(1, 0, 3))
    }

    @Test("functions of one number", arguments: [
        ("sin", 0.5, 0.47942554), ("cos", 0.5, 0.87758256), ("exp", 0.5, 1.6487213),
        ("swish", 0.5, 0.31122967), ("quick gelu", 0.5, 0.35038844), ("gelu", 0.5, 0.34573123), ("gelu", -2, -0.04550026),
        ("tanh", 0.5, 0.46211717), ("sigmoid", 0.5, 0.62245935),
    ] as [(String, Float, Float)])
    func functions(name: String, input: Float, expected: Float) throws {
        let result = try evaluate(vector(input)) { g, x in
            switch name {
            case "sin": g.sine(x)
            case "cos": g.cosine(x)
            case "exp": g.exponential(x)
            case "swish": g.swish(x)
            case "tanh": g.hyperbolicTangent(x)
            case "sigmoid": g.sigmoid(x)
            case "quick gelu": g.swish(x, beta: 1.702)
            default: g.gelu(x)
            }
        }
        // A few roundings of single precision.
        #expect(abs(result.values[0] - expected) <= 1e-6)
    }

    @Test("shapes change, numbers stay")
    func shaping() throws {
        let x = NDArray(shape: [1, 2, 3], values: [0, 1, 2, 3, 4, 5])
        #expect(try evaluate(x) { $0.reshape($1, [0, -1]) } == NDArray(shape: [1, 6], values: x.values))
        #expect(try evaluate(x) { $0.transpose($1, [0, 2, 1]) } == NDArray(shape: [1, 3, 2], values: [0, 3, 1, 4, 2, 5]))
        #expect(try evaluate(x) { $0.split($1, axis: 2, lengths: [1, 2])[1] } == NDArray(shape: [1, 2, 2], values: [1, 2, 4, 5]))
        #expect(try evaluate(x) { $0.concatenate([$1, $1], axis: 1) }.shape == [1, 4, 3])
        #expect(try evaluate(x) { $0.convert($0.gather($0.shape(of: $1), $0.integers([2, 1])), to: .f32) } == vector(3, 2))
        #expect(try evaluate(x) { $0.gather($1, $0.integers([1]), axis: 1) } == NDArray(shape: [1, 1, 3], values: [3, 4, 5]))
    }

    @Test("a slice counts from the beginning, or from the end of an axis of any extent")
    func slicing() throws {
        let x = NDArray(shape: [1, 2, 3], values: [0, 1, 2, 3, 4, 5])
        #expect(try evaluate(x) { $0.slice($1, axis: 2, from: -1) } == NDArray(shape: [1, 2, 1], values: [2, 5]))
        #expect(try evaluate(x) { $0.slice($1, axis: 2, from: 0, to: 2) } == NDArray(shape: [1, 2, 2], values: [0, 1, 3, 4]))
        #expect(try evaluate(x) { $0.slice($1, axis: 1, from: 1) } == NDArray(shape: [1, 1, 3], values: [3, 4, 5]))
        #expect(try evaluate(x) { $0.slice($1, axis: 2, from: -9) } == x)
    }

    @Test("resizing repeats pixels, also to odd sizes")
    func resizing() throws {
        let x = NDArray(shape: [1, 1, 1, 2], values: [1, 2])
        #expect(
            try evaluate(x) { $0.resizeNearest($1, to: $0.integers([2, 4])) }
                == NDArray(shape: [1, 1, 2, 4], values: [1, 1, 2, 2, 1, 1, 2, 2]))
        #expect(try evaluate(x) { $0.resizeNearest($1, to: $0.integers([1, 3])) } == NDArray(shape: [1, 1, 1, 3], values: [1, 1, 2]))
    }

    @Test("numbers below 0 vanish, or keep a share for all channels or for each")
    func rectifiers() throws {
        let x = NDArray(shape: [1, 2, 1, 2], values: [-2, 1, -4, 3])
        #expect(try evaluate(x) { $0.relu($1) }.values == [0, 1, 0, 3])
        #expect(try evaluate(x) { $0.prelu($1, $0.literal([0.5], shape: [1])) }.values == [-1, 1, -2, 3])
        #expect(try evaluate(x) { $0.prelu($1, $0.literal([0.5, 0.25], shape: [2])) }.values == [-1, 1, -1, 3])
    }

    @Test("channels become squares of pixels and back, as torch shuffles them, and pixels are repeated")
    func shuffling() throws {
        // Two pictures of 1×2 pixels, as 2 · 2² channels.
        let channels = NDArray(shape: [1, 8, 1, 2], values: (0..<16).map(Float.init))
        let pixels = NDArray(shape: [1, 2, 2, 4], values: [0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15])
        #expect(try evaluate(channels) { $0.channelsToPixels($1, side: 2) } == pixels)
        #expect(try evaluate(pixels) { $0.pixelsToChannels($1, side: 2) } == channels)
        let x = NDArray(shape: [1, 1, 1, 2], values: [1, 2])
        #expect(try evaluate(x) { $0.repeatPixels($1, 2) } == NDArray(shape: [1, 1, 2, 4], values: [1, 1, 2, 2, 1, 1, 2, 2]))
    }

    @Test("a convolution pads before and after as told")
    func convolution() throws {
        let x = NDArray(shape: [1, 1, 2, 2], values: [1, 2, 3, 4])
        let sum = try evaluate(x) { g, x in
            g.convolution(x, g.literal([Float](repeating: 1, count: 9), shape: [1, 1, 3, 3]), stride: 2, padding: (before: 0, after: 1))
        }
        #expect(sum == NDArray(shape: [1, 1, 1, 1], values: [10]))
        let sided = try evaluate(x) { g, x in
            let kernel = g.literal([1, 2, 3, 4, 5, 6, 7, 8, 9], shape: [1, 1, 3, 3])
            return g.convolution(x, kernel, rows: (before: 1, after: 0), columns: (before: 0, after: 1))
        }
        // 4 · 1 + 5 · 2 + 7 · 3 + 8 · 4
        #expect(sided == NDArray(shape: [1, 1, 1, 1], values: [67]))
    }

    @Test("a transposed convolution lays kernels a stride apart, adds them where they overlap and crops the rim")
    func transposedConvolution() throws {
        let x = NDArray(shape: [1, 1, 1, 2], values: [1, 10])
        let laid = try evaluate(x) { g, x in
            g.transposedConvolution(x, g.literal([1, 2, 3, 4, 5, 6, 7, 8, 9], shape: [1, 1, 3, 3]), stride: 2, cropping: 1)
        }
        #expect(laid == NDArray(shape: [1, 1, 1, 3], values: [5, 46, 50]))
        let wide = try evaluate(x) { g, x in
            g.transposedConvolution(x, g.literal([1, 2, 3, 4, 5, 6, 7, 8, 9], shape: [1, 1, 3, 3]), stride: 2, croppingRows: 1, columns: 0)
        }
        #expect(wide == NDArray(shape: [1, 1, 1, 5], values: [4, 5, 46, 50, 60]))
    }

    @Test("norms have mean 0 and variance 1 before scale and bias")
    func norms() throws {
        let x = NDArray(shape: [1, 2, 2], values: [1, 3, 10, 30])
        let grouped = try evaluate(x) { g, x in
            g.groupNormalization(x, scale: g.literal([2, 1], shape: [2]), bias: g.literal([0, 5], shape: [2]), groups: 2, epsilon: 0)
        }
        let layer = try evaluate(x) { $0.normalizeLastAxis($1, epsilon: 0) }
        for (value, expected) in zip(grouped.values + layer.values, [-2, 2, 4, 6, -1, 1, -1, 1] as [Float]) {
            #expect(abs(value - expected) <= 1e-5)
        }
    }

    @Test("a causal position does not see later ones")
    func attention() throws {
        let x = NDArray(shape: [1, 1, 2, 1], values: [0, 8])
        #expect(try evaluate(x) { $0.attention(query: $1, key: $1, value: $1) }.values[0] == 4)
        #expect(try evaluate(x) { $0.attention(query: $1, key: $1, value: $1, isCausal: true) }.values[0] == 0)
    }
}
