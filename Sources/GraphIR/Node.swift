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
    /// The node only restores stored weights to the computing precision.
    var isDecompression = false
}

/// One output of a node, as the IR describes it.
struct Output: Sendable {
    var type: ElementType
    /// Names that make the tensor reachable from outside.
    var names: [String] = []
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
