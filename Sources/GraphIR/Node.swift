public import Tensors

/// One output of a node in the graph that is being built.
public struct Value: Sendable, Hashable {
    let node: Int
    let output: Int
    /// The format of its numbers.
    public let type: ElementType
}

/// One operation: an IR layer before it is written.
struct Node: Sendable {
    var type: String
    var opset: String
    var name: String
    var attributes: [Attribute] = []
    var inputs: [Value] = []
    var outputs: [Output] = []
    /// Marks without values that tell the compiler what the node is for: `decompression` for one that only restores stored weights to the
    /// computing precision.
    var marks: [String] = []
}

/// One output of a node, as the IR describes it.
struct Output: Sendable {
    /// The format of its numbers, as ports spell it: `FP32`.
    var precision: String
    /// Names that make the tensor reachable from outside.
    var names: [String] = []

    init(_ precision: String) { self.precision = precision }
    init(_ type: ElementType) { precision = type.precision }
}

/// A name and its value, as the IR spells it.
struct Attribute: Sendable, Hashable {
    let name: String
    let text: String

    init(_ name: String, _ text: String) {
        self.name = name
        self.text = text
    }

    init(_ name: String, _ value: Int) { self.init(name, String(value)) }
    init(_ name: String, _ value: Bool) { self.init(name, value ? "true" : "false") }
    /// Swift prints the shortest decimal that reads back as the same number, whatever the locale.
    init(_ name: String, _ value: Float) { self.init(name, value.description) }
    init(_ name: String, _ values: [Int]) { self.init(name, values.lazy.map(String.init).joined(separator: ",")) }
    init(_ name: String, _ extents: [Extent]) { self.init(name, extents.lazy.map(\.description).joined(separator: ",")) }
}

extension ElementType {
    /// As ports spell it.
    fileprivate var precision: String {
        switch self {
        case .f64: "FP64"
        case .f32: "FP32"
        case .f16: "FP16"
        case .boolean: "BOOL"
        default: rawValue.uppercased()
        }
    }

    /// The format that ports spell so; nil for one that only other programs' graphs have.
    init?(precision: String) {
        guard let type = Self.allCases.first(where: { $0.precision == precision }) else { return nil }
        self = type
    }
}
