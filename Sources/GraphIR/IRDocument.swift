public import Tensors

/// A network in OpenVINO's IR format, as another program wrote it: operations and how they are joined, read as data.
///
/// The text is untrusted. Every constant lies inside its weights, the operations form no circle, and none holds a graph of its own.
/// Source: OpenVINO documentation, "Intermediate Representation"; the reader is `src/frontends/ir` there.
public struct IRDocument: Sendable {
    /// An input that somebody has to fill.
    public struct Input: Sendable, Hashable {
        /// The names that it is reachable by.
        public let names: [String]
        /// Its extents; nil when even their number is open.
        public let shape: [Extent]?
        /// The format of its numbers, as the document spells it: `i64`.
        public let elementType: String
        /// Whether numbers of another format do as well: they are converted before anything is computed with them.
        public let takesAnyType: Bool
        let operation: Int
    }

    /// An output.
    public struct Output: Sendable, Hashable {
        /// The names that it is reachable by.
        public let names: [String]
        let source: Link
    }

    /// Numbers that the network has learned, or others that never change.
    public struct Constant: Sendable, Hashable {
        /// The name of the operation that holds them.
        public let name: String
        /// The format of its numbers, as the document spells it: `f16`, `u4`.
        public let elementType: String
        /// How many numbers there are.
        public let elementCount: Int
        /// Where they begin in the `.bin` file.
        public let offset: Int
    }

    /// The inputs, in the order of the document.
    public private(set) var inputs: [Input] = []
    /// The outputs, in the order of the document.
    public private(set) var outputs: [Output] = []
    /// The constants, in the order of the document.
    public private(set) var constants: [Constant] = []
    /// In an order in which none comes before one that it reads.
    private(set) var operations: [Operation] = []

    /// An output of an operation.
    struct Link: Sendable, Hashable {
        let operation: Int
        let output: Int
    }

    /// A layer of the document.
    struct Operation: Sendable {
        var name = "", type = "", opset = ""
        var attributes: [Attribute] = []
        var inputs: [Link] = []
        var outputs: [Port] = []
        /// Names of marks without values, such as `decompression`.
        var marks: [String] = []

        struct Port: Sendable {
            var precision = ""
            var names: [String] = []
        }

        subscript(attribute: String) -> String? { attributes.first { $0.name == attribute }?.text }
    }

    /// Operations in a row, each of which reads the one before: OpenVINO's reader calls itself once for each. SDXL's UNet has 5,000.
    private static let deepest = 20_000

    /// Reads a document.
    /// - Parameters:
    ///   - text: the `.xml` file.
    ///   - weightsByteCount: bytes of the `.bin` file, which constants have to lie in.
    public init(_ text: [UInt8], weightsByteCount: Int) throws(IRDocumentError) {
        var reader = LayerReader(text)
        try reader.read()
        let layers = try reader.joined()
        operations = layers
        for (index, layer) in layers.enumerated() {
            switch layer.type {
            case "Const":
                constants.append(try Constant(layer, weightsByteCount: weightsByteCount))
            case "Parameter":
                guard layer.outputs.count == 1 else { throw IRDocumentError("the input \"\(layer.name)\" has no output") }
                inputs.append(Input(
                    names: layer.outputs[0].names + [layer.name], shape: layer["shape"].flatMap(Self.shape),
                    elementType: layer["element_type"] ?? "", takesAnyType: Self.isConverted(index, in: layers), operation: index))
            case "Result":
                guard let source = layer.inputs.first else { throw IRDocumentError("the output \"\(layer.name)\" has no input") }
                guard layer.outputs.isEmpty else { throw IRDocumentError("the output \"\(layer.name)\" has an output of its own") }
                outputs.append(Output(names: layers[source.operation].outputs[source.output].names + [layer.name], source: source))
            case "If", "Loop", "TensorIterator":
                throw IRDocumentError("its operation \"\(layer.name)\" is a \(layer.type), which holds a graph of its own")
            default: break
            }
        }
        guard !outputs.isEmpty else { throw IRDocumentError("it has no output") }
    }

    /// - Returns: nil for a shape of any rank.
    private static func shape(_ text: String) -> [Extent]? {
        if text == "..." { return nil }
        return text.split(separator: ",").map { part in
            let part = part.filter { $0 != " " }
            return Int(part).flatMap { $0 >= 0 ? .fixed($0) : nil } ?? .dynamic
        }
    }

    /// Operations that move numbers without computing with them.
    private static let movers: Set<String> = ["Unsqueeze", "Squeeze", "Reshape", "Broadcast", "Tile", "Result"]
    /// Operations that look at the shape alone, or convert.
    private static let converters: Set<String> = ["Convert", "ShapeOf"]

    /// Whether all that reads an input converts it before it computes.
    private static func isConverted(_ input: Int, in layers: [Operation]) -> Bool {
        var carriers: Set<Int> = [input]
        for (index, layer) in layers.enumerated() where layer.inputs.contains(where: { carriers.contains($0.operation) }) {
            if converters.contains(layer.type) { continue }
            // Carried in the first place only: a shape or an axis has to stay whole.
            guard movers.contains(layer.type), layer.inputs.dropFirst().allSatisfy({ !carriers.contains($0.operation) }) else {
                return false
            }
            carriers.insert(index)
        }
        return true
    }

    /// Puts layers in order.
    /// - Throws: for circles.
    fileprivate static func sorted(_ layers: [Operation]) throws(IRDocumentError) -> [Operation] {
        var readers = [[Int]](repeating: [], count: layers.count)
        var open = layers.map(\.inputs.count)
        for (index, layer) in layers.enumerated() { for link in layer.inputs { readers[link.operation].append(index) } }
        var depths = [Int](repeating: 0, count: layers.count)
        var order = layers.indices.filter { open[$0] == 0 }
        var next = 0
        while next < order.count {
            let index = order[next]
            next += 1
            guard depths[index] < deepest else { throw IRDocumentError("more than \(deepest) operations follow one another") }
            for reader in readers[index] {
                depths[reader] = max(depths[reader], depths[index] + 1)
                open[reader] -= 1
                if open[reader] == 0 { order.append(reader) }
            }
        }
        guard order.count == layers.count else { throw IRDocumentError("its operations form a circle") }
        var places = [Int](repeating: 0, count: layers.count)
        for (place, index) in order.enumerated() { places[index] = place }
        return order.map { index in
            var layer = layers[index]
            layer.inputs = layer.inputs.map { Link(operation: places[$0.operation], output: $0.output) }
            return layer
        }
    }
}

extension IRDocument.Constant {
    /// - Throws: when its numbers do not lie in the weights, or are not as many as its shape says.
    fileprivate init(_ layer: IRDocument.Operation, weightsByteCount: Int) throws(IRDocumentError) {
        guard let offset = layer["offset"].flatMap({ Int($0) }), let size = layer["size"].flatMap({ Int($0) }), offset >= 0, size >= 0,
            size <= weightsByteCount, offset <= weightsByteCount - size
        else { throw IRDocumentError("the constant \"\(layer.name)\" does not lie in its .bin file of \(weightsByteCount) bytes") }
        guard let elementType = layer["element_type"], let bitCount = Self.bitCount(elementType) else {
            throw IRDocumentError("the constant \"\(layer.name)\" has numbers of the unknown format \"\(layer["element_type"] ?? "")\"")
        }
        var count = 1
        for part in (layer["shape"] ?? "").split(separator: ",") {
            guard let extent = Int(part.filter { $0 != " " }), extent >= 0 else {
                throw IRDocumentError("the constant \"\(layer.name)\" has the shape \"\(layer["shape"] ?? "")\"")
            }
            let (product, overflow) = count.multipliedReportingOverflow(by: extent)
            guard !overflow, product <= 1 << 48 else { throw IRDocumentError("the constant \"\(layer.name)\" is impossibly large") }
            count = product
        }
        guard (count * bitCount + 7) / 8 <= size else {
            throw IRDocumentError("the constant \"\(layer.name)\" has \(size) bytes, too few for its shape")
        }
        (name, self.elementType, elementCount, self.offset) = (layer.name, elementType, count, offset)
    }

    private static func bitCount(_ elementType: String) -> Int? {
        switch elementType {
        case "f64", "i64", "u64": 64
        case "f32", "i32", "u32": 32
        case "f16", "bf16", "i16", "u16": 16
        case "i8", "u8", "boolean", "f8e4m3", "f8e5m2", "f8e8m0": 8
        case "i4", "u4", "nf4", "f4e2m1": 4
        case "u2": 2
        case "u1": 1
        default: nil
        }
    }
}

/// A fault of an IR document.
public struct IRDocumentError: Error, Sendable, Hashable {
    /// Continues a sentence about the file; without a full stop.
    public let reason: String

    init(_ reason: String) { self.reason = reason }
}

/// Collects layers and edges from the text.
private struct LayerReader {
    private var tags: TagReader
    private var layers: [(id: Int, operation: IRDocument.Operation, inputs: [Int], outputs: [Int])] = []
    private var edges: [(from: Int, fromPort: Int, to: Int, toPort: Int)] = []
    private static let mostLayers = 200_000

    init(_ text: [UInt8]) { tags = TagReader(text) }

    mutating func read() throws(IRDocumentError) {
        guard let net = try tags.next(), net.name == "net", !net.isClosed else { throw IRDocumentError("it is no document of OpenVINO") }
        let version = net["version"]
        guard version == "10" || version == "11" else {
            throw IRDocumentError("it has version \"\(version ?? "")\" of the format; 10 and 11 are read")
        }
        while let tag = try tags.next(), !tag.isEnd {
            switch tag.name {
            case "layers" where !tag.isClosed:
                while let layer = try tags.next(), !layer.isEnd {
                    guard layer.name == "layer" else { throw IRDocumentError("it has a <\(layer.name)> among its layers") }
                    try read(layer)
                }
            case "edges" where !tag.isClosed:
                while let edge = try tags.next(), !edge.isEnd {
                    edges.append((
                        try edge.number("from-layer"), try edge.number("from-port"), try edge.number("to-layer"),
                        try edge.number("to-port")
                    ))
                    if !edge.isClosed { try tags.skip() }
                }
            default: if !tag.isClosed { try tags.skip() }
            }
        }
    }

    private mutating func read(_ tag: Tag) throws(IRDocumentError) {
        guard layers.count < Self.mostLayers else { throw IRDocumentError("it has more than \(Self.mostLayers) layers") }
        var operation = IRDocument.Operation()
        operation.name = tag["name"] ?? ""
        operation.type = tag["type"] ?? ""
        operation.opset = tag["version"] ?? "opset1"
        var inputs: [Int] = [], outputs: [Int] = []
        if !tag.isClosed {
            while let part = try tags.next(), !part.isEnd {
                switch part.name {
                case "data":
                    operation.attributes = part.attributes
                    if !part.isClosed { try tags.skip() }
                case "input" where !part.isClosed:
                    while let port = try tags.next(), !port.isEnd {
                        inputs.append(try port.number("id"))
                        if !port.isClosed { try tags.skip() }
                    }
                case "output" where !part.isClosed:
                    while let port = try tags.next(), !port.isEnd {
                        outputs.append(try port.number("id"))
                        operation.outputs.append(
                            .init(precision: port["precision"] ?? "", names: port["names"].map(Self.names) ?? []))
                        if !port.isClosed { try tags.skip() }
                    }
                case "rt_info" where !part.isClosed:
                    while let mark = try tags.next(), !mark.isEnd {
                        // A name and a version: the mark says nothing more.
                        if mark.attributes.count == 2, let name = mark["name"] { operation.marks.append(name) }
                        if !mark.isClosed { try tags.skip() }
                    }
                case "input", "output", "rt_info": break
                default: throw IRDocumentError("its operation \"\(operation.name)\" has a <\(part.name)>, which is not read")
                }
            }
        }
        layers.append((try tag.number("id"), operation, inputs, outputs))
    }

    /// Names of a port, between which a comma stands; one inside a name has a backslash before it.
    private static func names(_ text: String) -> [String] {
        var names = [""]
        var isEscaped = false
        for character in text {
            if isEscaped {
                names[names.count - 1].append(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "," {
                names.append("")
            } else {
                names[names.count - 1].append(character)
            }
        }
        return names.filter { !$0.isEmpty }
    }

    /// The operations with their links, in order.
    func joined() throws(IRDocumentError) -> [IRDocument.Operation] {
        var places: [Int: Int] = [:]
        for (place, layer) in layers.enumerated() {
            guard places.updateValue(place, forKey: layer.id) == nil else {
                throw IRDocumentError("two layers have the number \(layer.id)")
            }
        }
        var links = layers.map { [IRDocument.Link?](repeating: nil, count: $0.inputs.count) }
        for edge in edges {
            guard let from = places[edge.from], let to = places[edge.to],
                let output = layers[from].outputs.firstIndex(of: edge.fromPort), let input = layers[to].inputs.firstIndex(of: edge.toPort)
            else { throw IRDocumentError("an edge leads from layer \(edge.from) to layer \(edge.to), and they have no such ports") }
            links[to][input] = .init(operation: from, output: output)
        }
        var operations: [IRDocument.Operation] = []
        for (layer, links) in zip(layers, links) {
            var operation = layer.operation
            operation.inputs = links.compactMap(\.self)
            guard operation.inputs.count == links.count else {
                throw IRDocumentError("an input of its operation \"\(operation.name)\" is joined to nothing")
            }
            operations.append(operation)
        }
        return try IRDocument.sorted(operations)
    }
}

/// One tag of XML: `<name …>`, `<name …/>` or `</name>`.
private struct Tag {
    let name: String
    let isEnd, isClosed: Bool
    let attributes: [Attribute]

    init(_ text: ArraySlice<UInt8>) throws(IRDocumentError) {
        var text = text
        isEnd = text.first == UInt8(ascii: "/")
        if isEnd { text.removeFirst() }
        isClosed = text.last == UInt8(ascii: "/")
        if isClosed { text.removeLast() }
        let end = text.firstIndex(where: isSpace) ?? text.endIndex
        name = String(decoding: text[..<end], as: UTF8.self)
        attributes = try Self.attributes(in: text[end...], of: name)
    }

    subscript(name: String) -> String? { attributes.first { $0.name == name }?.text }

    func number(_ name: String) throws(IRDocumentError) -> Int {
        guard let number = self[name].flatMap({ Int($0) }), number >= 0 else {
            throw IRDocumentError("a <\(self.name)> has no number \"\(name)\"")
        }
        return number
    }

    private static func attributes(in text: ArraySlice<UInt8>, of name: String) throws(IRDocumentError) -> [Attribute] {
        var attributes: [Attribute] = []
        var rest = text.drop(while: isSpace)
        while !rest.isEmpty {
            guard let equals = rest.firstIndex(of: UInt8(ascii: "=")) else {
                throw IRDocumentError("a <\(name)> has an attribute without value")
            }
            let key = rest[..<equals].filter { !isSpace($0) }
            rest = rest[(equals + 1)...].drop(while: isSpace)
            guard let quote = rest.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"),
                let end = rest.dropFirst().firstIndex(of: quote)
            else { throw IRDocumentError("a <\(name)> has an attribute without quotes") }
            attributes.append(Attribute(String(decoding: key, as: UTF8.self), unescaped(rest[(rest.startIndex + 1)..<end])))
            rest = rest[(end + 1)...].drop(while: isSpace)
        }
        return attributes
    }

    private static func unescaped(_ text: ArraySlice<UInt8>) -> String {
        let string = String(decoding: text, as: UTF8.self)
        guard text.contains(UInt8(ascii: "&")) else { return string }
        var result = ""
        var rest = string[...]
        while let start = rest.firstIndex(of: "&") {
            result += rest[..<start]
            rest = rest[start...]
            guard let end = rest.firstIndex(of: ";") else { break }
            let entity = rest[rest.index(after: start)..<end]
            let known = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'"][entity]
            let number =
                if entity.hasPrefix("#x") { UInt32(entity.dropFirst(2), radix: 16) } else { UInt32(entity.drop { $0 == "#" }) }
            if let character = known ?? number.flatMap(Unicode.Scalar.init).map({ String(Character($0)) }) {
                result += character
            } else {
                result += rest[...end]
            }
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }
}

private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (9...13).contains(byte) }

/// Finds the tags of an XML document, one after another. Text between them is passed over; OpenVINO's format has none.
private struct TagReader {
    private let text: [UInt8]
    private var position = 0

    init(_ text: [UInt8]) { self.text = text }

    /// - Returns: nil at the end of the document.
    mutating func next() throws(IRDocumentError) -> Tag? {
        while let start = text[position...].firstIndex(of: UInt8(ascii: "<")) {
            let rest = text[(start + 1)...]
            if rest.starts(with: "!--".utf8) {
                position = try end(of: "-->", from: start)
            } else if rest.first == UInt8(ascii: "?") {
                position = try end(of: "?>", from: start)
            } else if rest.first == UInt8(ascii: "!") {
                throw IRDocumentError("it has a declaration, which no document of OpenVINO has")
            } else {
                var quote: UInt8?
                guard let end = rest.firstIndex(where: { byte in
                    if let open = quote {
                        if byte == open { quote = nil }
                    } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                        quote = byte
                    } else {
                        return byte == UInt8(ascii: ">")
                    }
                    return false
                }) else { throw IRDocumentError("it ends inside a tag") }
                position = end + 1
                return try Tag(rest[..<end])
            }
        }
        position = text.count
        return nil
    }

    /// Passes over the rest of an element whose first tag was read.
    mutating func skip() throws(IRDocumentError) {
        var depth = 1
        while depth > 0 {
            guard let tag = try next() else { throw IRDocumentError("it ends inside an element") }
            if tag.isEnd { depth -= 1 } else if !tag.isClosed { depth += 1 }
        }
    }

    private func end(of mark: String, from start: Int) throws(IRDocumentError) -> Int {
        let mark = Array(mark.utf8)
        var place = start
        while place + mark.count <= text.count {
            if text[place..<place + mark.count].elementsEqual(mark) { return place + mark.count }
            place += 1
        }
        throw IRDocumentError("it ends inside a comment")
    }
}
