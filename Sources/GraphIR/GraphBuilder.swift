public import Tensors

/// Writes a graph, operation by operation.
///
/// It knows operators, not models: each method adds one operation and returns its output.
/// Shapes are not tracked: OpenVINO infers them when it reads the text.
///
///     let g = GraphBuilder()
///     let x = g.parameter("x", .f32, [.dynamic, 4])
///     g.result("y", g.add(x, g.literal(1)))
///     let graph = g.finish()
public final class GraphBuilder {
    /// Put before the names of the nodes that follow, so that profiles and OpenVINO's messages say which layer they speak of.
    public var scope = ""

    private var nodes: [Node] = []
    private var literals: LiteralPool
    private var literalValues: [Literal: Value] = [:]

    /// - Parameter externalByteCount: bytes at the start of the weights buffer that are not the graph's own:
    ///   a checkpoint, into which `constant` points.
    public init(externalByteCount: Int = 0) {
        literals = LiteralPool(after: externalByteCount)
    }

    // MARK: Inputs, outputs, constants

    /// An input of the graph, reachable by `name`.
    public func parameter(_ name: String, _ type: ElementType, _ shape: [Extent]) -> Value {
        let value = add("Parameter", attributes: [.init("shape", shape), .init("element_type", type.rawValue)], inputs: [], type: type)
        nodes[value.node].name = name
        nodes[value.node].outputs[0].names = [name]
        return value
    }

    /// Makes `value` an output of the graph, reachable by `name`.
    public func result(_ name: String, _ value: Value) {
        nodes[value.node].outputs[value.output].names.append(name)
        nodes.append(Node(type: "Result", opset: "opset1", name: name + "/result", inputs: [value]))
    }

    /// Numbers that lie in the external part of the weights buffer.
    /// - Parameter shape: any shape with as many elements as were stored; row-major.
    public func constant(_ type: ElementType, _ shape: [Int], offset: Int, name: String) -> Value {
        let value = addConstant(type, shape, offset: offset, byteCount: shape.reduce(type.byteCount, *))
        nodes[value.node].name = name
        return value
    }

    /// Numbers of the graph's own. Equal literals are stored once.
    /// - Precondition: `values` has as many elements as `shape` asks for.
    public func literal(_ values: [Float], shape: [Int]) -> Value {
        literal(.f32, shape, values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian, Array.init) })
    }

    /// A scalar.
    public func literal(_ value: Float) -> Value { literal([value], shape: []) }

    /// A list of whole numbers (i64), such as axes or a target shape.
    public func integers(_ values: [Int]) -> Value { integers(values, shape: [values.count]) }

    /// A whole number (i64), such as an axis.
    public func integer(_ value: Int) -> Value { integers([value], shape: []) }

    private func integers(_ values: [Int], shape: [Int]) -> Value {
        literal(.i64, shape, values.flatMap { value in withUnsafeBytes(of: Int64(value).littleEndian, Array.init) })
    }

    private func literal(_ type: ElementType, _ shape: [Int], _ bytes: [UInt8]) -> Value {
        precondition(bytes.count == shape.reduce(type.byteCount, *), "\(bytes.count) bytes do not fill \(shape) of \(type)")
        let literal = Literal(type: type, shape: shape, bytes: bytes)
        if let known = literalValues[literal] { return known }
        let value = addConstant(type, shape, offset: literals.offset(of: bytes), byteCount: bytes.count)
        literalValues[literal] = value
        return value
    }

    private func addConstant(_ type: ElementType, _ shape: [Int], offset: Int, byteCount: Int) -> Value {
        add("Const", attributes: [
            .init("element_type", type.rawValue), .init("shape", shape), .init("offset", offset), .init("size", byteCount),
        ], inputs: [], type: type)
    }

    // MARK: Operations

    /// Adds a node and returns its output, or the first of its `outputs`.
    /// - Parameter type: of the output; that of the first input when nothing else is said.
    func add(
        _ operation: String, _ opset: Int = 1, attributes: [Attribute] = [], inputs: [Value], type: ElementType? = nil,
        outputs: Int = 1, isDecompression: Bool = false
    ) -> Value {
        let type = type ?? inputs[0].type
        let name = (scope.isEmpty ? "" : scope + "/") + operation + "_" + String(nodes.count)
        nodes.append(Node(
            type: operation, opset: "opset\(opset)", name: name, attributes: attributes, inputs: inputs,
            outputs: .init(repeating: Output(type), count: outputs), marks: isDecompression ? ["decompression"] : []))
        return Value(node: nodes.count - 1, output: 0, type: type)
    }

    /// Adds the operations of a document that another program wrote.
    /// - Parameters:
    ///   - inputs: what stands in the place of each of its inputs, in their order.
    ///   - offset: where its weights begin in the weights buffer.
    ///   - replacement: called with the type and the inputs of each operation and its output; what it returns is read in the output's
    ///     place. Most return the output.
    /// - Returns: its outputs, in their order.
    /// - Precondition: there is a value for each input.
    public func insert(
        _ document: IRDocument, inputs: [Value], weightsAt offset: Int,
        replacing replacement: (_ type: String, _ inputs: [Value], _ output: Value) -> Value = { _, _, output in output }
    ) -> [Value] {
        precondition(inputs.count == document.inputs.count, "\(inputs.count) values for \(document.inputs.count) inputs")
        let given = Dictionary(uniqueKeysWithValues: zip(document.inputs.map(\.operation), inputs))
        var values: [[Value]] = []
        values.reserveCapacity(document.operations.count)
        for (index, operation) in document.operations.enumerated() {
            if let value = given[index] {
                values.append([value])
                continue
            }
            guard operation.type != "Result" else {
                values.append([])
                continue
            }
            var node = Node(type: operation.type, opset: operation.opset, name: operation.name, attributes: operation.attributes)
            node.inputs = operation.inputs.map { values[$0.operation][$0.output] }
            node.outputs = operation.outputs.map { Output($0.precision) }
            node.marks = operation.marks
            if operation.type == "Const" {
                node.attributes = operation.attributes.map { attribute in
                    guard attribute.name == "offset", let own = Int(attribute.text) else { return attribute }
                    return Attribute("offset", own + offset)
                }
            }
            nodes.append(node)
            let number = nodes.count - 1
            var outputs = node.outputs.enumerated().map { place, output in
                Value(node: number, output: place, type: ElementType(precision: output.precision) ?? .f32)
            }
            if outputs.count == 1 { outputs[0] = replacement(operation.type, node.inputs, outputs[0]) }
            values.append(outputs)
        }
        return document.outputs.map { values[$0.source.operation][$0.source.output] }
    }

    /// The graph as text.
    public func finish(name: String = "graph") -> Graph {
        Graph(xml: IRWriter.document(name: name, nodes: nodes), literals: literals.bytes, literalsOffset: literals.start)
    }
}

private struct Literal: Hashable {
    let type: ElementType
    let shape: [Int]
    let bytes: [UInt8]
}
