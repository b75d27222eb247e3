/// Spells nodes as an OpenVINO IR document, version 11.
///
/// Source: OpenVINO documentation, "Intermediate Representation"; the reader is `src/frontends/ir` there.
/// Dimensions of ports are left out: the reader infers them.
struct IRWriter {
    private var text: [UInt8] = []

    static func document(name: String, nodes: [Node]) -> String {
        var writer = IRWriter()
        writer.text.reserveCapacity(nodes.count * 512)
        writer.write(name: name, nodes: nodes)
        return String(decoding: writer.text, as: UTF8.self)
    }

    private mutating func write(name: String, nodes: [Node]) {
        write("<?xml version=\"1.0\"?>\n<net")
        write(attribute: "name", name)
        write(" version=\"11\">\n<layers>\n")
        for (id, node) in nodes.enumerated() { write(node, id: id) }
        write("</layers>\n<edges>\n")
        for (id, node) in nodes.enumerated() {
            for (port, input) in node.inputs.enumerated() {
                write("<edge from-layer=\"\(input.node)\" from-port=\"\(nodes[input.node].inputs.count + input.output)\"")
                write(" to-layer=\"\(id)\" to-port=\"\(port)\"/>\n")
            }
        }
        write("</edges>\n</net>\n")
    }

    private mutating func write(_ node: Node, id: Int) {
        write("<layer id=\"\(id)\"")
        write(attribute: "name", node.name)
        write(attribute: "type", node.type)
        write(attribute: "version", node.opset)
        write(">")
        if !node.attributes.isEmpty {
            write("<data")
            for attribute in node.attributes { write(attribute: attribute.name, attribute.text) }
            write("/>")
        }
        if !node.marks.isEmpty {
            write("<rt_info>")
            for mark in node.marks {
                write("<attribute")
                write(attribute: "name", mark)
                write(" version=\"0\"/>")
            }
            write("</rt_info>")
        }
        if !node.inputs.isEmpty {
            write("<input>")
            for port in node.inputs.indices { write("<port id=\"\(port)\"/>") }
            write("</input>")
        }
        // Ports are numbered through: outputs follow inputs.
        if !node.outputs.isEmpty {
            write("<output>")
            for (index, output) in node.outputs.enumerated() {
                write("<port id=\"\(node.inputs.count + index)\" precision=\"\(output.precision)\"")
                if !output.names.isEmpty { write(attribute: "names", output.names.map(Self.listed).joined(separator: ",")) }
                write("/>")
            }
            write("</output>")
        }
        write("</layer>\n")
    }

    /// A comma inside a tensor name must not end it.
    private static func listed(_ name: String) -> String {
        name.split(separator: ",", omittingEmptySubsequences: false).joined(separator: "\\,")
    }

    private mutating func write(attribute name: String, _ value: String) {
        write(" ")
        write(name)
        write("=\"")
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "&"): write("&amp;")
            case UInt8(ascii: "<"): write("&lt;")
            case UInt8(ascii: ">"): write("&gt;")
            case UInt8(ascii: "\""): write("&quot;")
            case ..<0x20: write("&#\(byte);")
            default: text.append(byte)
            }
        }
        write("\"")
    }

    private mutating func write(_ string: String) { text.append(contentsOf: string.utf8) }
}
