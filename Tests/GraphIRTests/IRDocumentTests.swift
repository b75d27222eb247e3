import GraphIR
import OpenVINO
import Tensors
import Testing

/// Documents of other programs, as data.
struct IRDocumentTests {
    /// y = 2·x + t, with names, marks, spaces and a comment as exporters write them.
    private func document(
        constant: String = "element_type=\"f32\" shape=\"1, 2\" offset=\"4\" size=\"8\"", edge: String = "", layer: String = ""
    ) -> [UInt8] {
        Array("""
            <?xml version='1.0'?>
            <!-- <layer> -->
            <net name="Model" version="11">
            \t<layers>
            \t\t<layer id="7" name="x" type="Parameter" version="opset1"><data shape="?,2" element_type="f32" />
            \t\t\t<output><port id="0" precision="FP32" names="x,other\\,name"><dim>-1</dim><dim>2</dim></port></output></layer>
            \t\t<layer id="3" name="t &amp; &#116;" type="Parameter" version="opset1"><data shape="" element_type="i64" />
            \t\t\t<output><port id="0" precision="I64" names="t"/></output></layer>
            \t\t<layer id="0" name="c" type="Const" version="opset1"><data \(constant) />
            \t\t\t<output><port id="0" precision="FP32"/></output></layer>
            \t\t<layer id="1" name="m" type="Multiply" version="opset1"><data auto_broadcast="numpy" />
            \t\t\t<rt_info><attribute name="decompression" version="0" /><attribute name="fused" version="0" value="a > b" /></rt_info>
            \t\t\t<input><port id="0"/><port id="1"/></input><output><port id="2" precision="FP32"/></output></layer>
            \t\t<layer id="2" name="converted" type="Convert" version="opset1"><data destination_type="f32" />
            \t\t\t<input><port id="0"/></input><output><port id="1" precision="FP32"/></output></layer>
            \t\t<layer id="4" name="a" type="Add" version="opset1"><data auto_broadcast="numpy" />
            \t\t\t<input><port id="0"/><port id="1"/></input><output><port id="2" precision="FP32" names="y"/></output></layer>
            \t\t<layer id="5" name="y/result" type="Result" version="opset1"><input><port id="0"/></input></layer>\(layer)
            \t</layers>
            \t<edges>
            \t\t<edge from-layer="7" from-port="0" to-layer="1" to-port="0" /><edge from-layer="0" from-port="0" to-layer="1" to-port="1" />
            \t\t<edge from-layer="3" from-port="0" to-layer="2" to-port="0" /><edge from-layer="1" from-port="2" to-layer="4" to-port="0" />
            \t\t<edge from-layer="2" from-port="1" to-layer="4" to-port="1" /><edge from-layer="4" from-port="2" to-layer="5" to-port="0" />
            \t\t\(edge)
            \t</edges>
            \t<rt_info><version value="2026" /></rt_info>
            </net>
            """.utf8)
    }

    @Test("inputs, outputs and constants are read, in any order of layers")
    func reading() throws {
        let read = try IRDocument(document(), weightsByteCount: 12)
        #expect(read.inputs.count == 2)
        let x = try #require(read.inputs.first { $0.names.contains("x") })
        #expect(x.names == ["x", "other,name", "x"] && x.shape == [.dynamic, 2] && !x.takesAnyType)
        let t = try #require(read.inputs.first { $0.names.contains("t") })
        #expect(t.names == ["t", "t & t"] && t.shape == [] && t.elementType == "i64" && t.takesAnyType)
        #expect(read.outputs.map(\.names) == [["y", "y/result"]])
        #expect(read.constants.map(\.elementCount) == [2] && read.constants[0].offset == 4)
    }

    @Test("operations computed inside another graph give their numbers, with constants where their weights lie")
    func insertion() throws {
        let read = try IRDocument(document(), weightsByteCount: 12)
        let graph = GraphBuilder(externalByteCount: 28)
        let x = graph.parameter("in", .f32, [.dynamic, 2])
        let t = graph.parameter("time", .f32, [])
        let inputs = read.inputs.map { $0.names.contains("x") ? x : t }
        graph.result("out", graph.add(graph.insert(read, inputs: inputs, weightsAt: 16)[0], graph.literal(100)))
        let built = graph.finish()
        #expect(built.xml.contains("<rt_info><attribute name=\"decompression\" version=\"0\"/></rt_info>"))

        var weights = [UInt8](repeating: 0, count: built.weightsByteCount)
        for (index, factor) in [Float(2), 3].enumerated() {
            withUnsafeBytes(of: factor) { weights.replaceSubrange(20 + 4 * index..<24 + 4 * index, with: $0) }
        }
        weights.replaceSubrange(built.literalsOffset..., with: built.literals)
        let core = try Core()
        let model = try core.readModel(xml: built.xml, weights: Tensor(shape: [weights.count], values: weights))
        var request = try core.compile(model, device: "CPU").makeInferRequest()
        try request.setInput("in", to: NDArray(shape: [1, 2], values: [5, 7]))
        try request.setInput("time", to: NDArray(shape: [], values: [0.5]))
        try request.inferBlocking()
        #expect(try request.output("out").values == [110.5, 121.5])
    }

    @Test("faults are named", arguments: [
        ("element_type=\"f32\" shape=\"1, 2\" offset=\"8\" size=\"8\"", "", "", "does not lie in its .bin file"),
        ("element_type=\"f32\" shape=\"1, 2\" offset=\"-4\" size=\"8\"", "", "", "does not lie in its .bin file"),
        ("element_type=\"f32\" shape=\"1, 2\" offset=\"18446744073709551612\" size=\"8\"", "", "", "does not lie in its .bin file"),
        ("element_type=\"f32\" shape=\"1, 3\" offset=\"0\" size=\"8\"", "", "", "too few for its shape"),
        ("element_type=\"f32\" shape=\"9999999999, 9999999999\" offset=\"0\" size=\"8\"", "", "", "impossibly large"),
        ("element_type=\"q9\" shape=\"2\" offset=\"0\" size=\"8\"", "", "", "the unknown format \"q9\""),
        (nil, "<edge from-layer=\"4\" from-port=\"2\" to-layer=\"1\" to-port=\"0\" />", "", "form a circle"),
        (nil, "<edge from-layer=\"9\" from-port=\"2\" to-layer=\"1\" to-port=\"0\" />", "", "from layer 9 to layer 1"),
        (nil, "<edge from-layer=\"one\" />", "", "has no number \"from-layer\""),
        (nil, "", "<layer id=\"7\" name=\"x\" type=\"Result\" />", "two layers have the number 7"),
        (nil, "", "<layer id=\"8\" name=\"r\" type=\"Relu\"><input><port id=\"0\"/></input></layer>", "is joined to nothing"),
        (
            nil, "<edge from-layer=\"4\" from-port=\"2\" to-layer=\"8\" to-port=\"0\" />",
            "<layer id=\"8\" name=\"r\" type=\"Result\"><input><port id=\"0\"/></input><output><port id=\"1\"/></output></layer>",
            "has an output of its own"
        ),
        (nil, "", "<layer id=\"8\" name=\"l\" type=\"Loop\"><body/></layer>", "has a <body>"),
        (nil, "", "<layer id=\"8\" name=\"l\" type=\"If\"/>", "which holds a graph of its own"),
        (nil, "", "<layer id=\"8\" name=l />", "an attribute without quotes"),
        (nil, "", "<!ENTITY a \"b\">", "a declaration"),
        (nil, "", "<layer id=\"8", "it ends inside"),
    ] as [(String?, String, String, String)])
    func faults(constant: String?, edge: String, layer: String, words: String) {
        let text = constant.map { document(constant: $0) } ?? document(edge: edge, layer: layer)
        #expect { try IRDocument(text, weightsByteCount: 12) } throws: { ($0 as? IRDocumentError)?.reason.contains(words) == true }
    }

    @Test("a damaged document is refused or read, and nothing else")
    func mutations() {
        let whole = document()
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            var text = whole
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<text.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: text[place] = UInt8.random(in: 0...255, using: &random)
                case 1: text.remove(at: place)
                default: text.insert(contentsOf: text[place..<min(place + 9, text.count)], at: place)
                }
            }
            guard let read = try? IRDocument(text, weightsByteCount: 12) else { continue }
            #expect(read.constants.allSatisfy { $0.offset >= 0 && $0.offset <= 12 })
        }
    }
}
