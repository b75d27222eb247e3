import GraphIR
import OpenVINO
import Tensors
import Testing

struct GraphTextTests {
    @Test("a small graph is spelled exactly like this")
    func smallGraph() {
        let g = GraphBuilder(externalByteCount: 100)
        let x = g.parameter("x", .f32, [.dynamic, 4, 8])
        let weight = g.decompress(g.constant(.f16, [4, 8], offset: 16, name: "w"), to: .f32)
        g.result("y", g.matMulTransposed(x, weight))
        #expect(g.finish(name: "small").xml == """
            <?xml version="1.0"?>
            <net name="small" version="11">
            <layers>
            <layer id="0" name="x" type="Parameter" version="opset1"><data shape="?,4,8" element_type="f32"/><output><port id="0" \
            precision="FP32" names="x"/></output></layer>
            <layer id="1" name="w" type="Const" version="opset1"><data element_type="f16" shape="4,8" offset="16" \
            size="64"/><output><port id="0" precision="FP16"/></output></layer>
            <layer id="2" name="Convert_2" type="Convert" version="opset1"><data destination_type="f32"/><rt_info><attribute \
            name="decompression" version="0"/></rt_info><input><port id="0"/></input><output><port id="1" \
            precision="FP32"/></output></layer>
            <layer id="3" name="MatMul_3" type="MatMul" version="opset1"><data transpose_a="false" \
            transpose_b="true"/><input><port id="0"/><port id="1"/></input><output><port id="2" precision="FP32" \
            names="y"/></output></layer>
            <layer id="4" name="y/result" type="Result" version="opset1"><input><port id="0"/></input></layer>
            </layers>
            <edges>
            <edge from-layer="1" from-port="0" to-layer="2" to-port="0"/>
            <edge from-layer="0" from-port="0" to-layer="3" to-port="0"/>
            <edge from-layer="2" from-port="1" to-layer="3" to-port="1"/>
            <edge from-layer="3" from-port="2" to-layer="4" to-port="0"/>
            </edges>
            </net>

            """)
    }

    @Test("literals follow the external weights, each at a multiple of 64", arguments: [(0, 0), (1, 64), (64, 64), (4096, 4096)])
    func alignment(externalByteCount: Int, start: Int) {
        let g = GraphBuilder(externalByteCount: externalByteCount)
        _ = g.integers([1, 2, 3])
        _ = g.literal(0.5)
        let graph = g.finish()
        #expect(graph.literalsOffset == start)
        #expect(graph.xml.contains("offset=\"\(start)\" size=\"24\""))
        #expect(graph.xml.contains("offset=\"\(start + 64)\" size=\"4\""))
        #expect(graph.literals.count == 64 + 4)
        #expect(graph.weightsByteCount == start + 68)
        #expect(graph.literals[16] == 3)
    }

    @Test("equal literals are one constant; equal bytes of another shape or type share their storage")
    func deduplication() {
        let g = GraphBuilder()
        #expect(g.integers([0, 0]) == g.integers([0, 0]))
        #expect(g.integers([0]) != g.integer(0))
        #expect(g.literal([0, 0], shape: [2]) != g.integers([0]))
        #expect(g.finish().literals.count == 64 + 8)
    }

    @Test(
        "a number in the text reads back as the same number",
        arguments: [1e-5, 1e-6, 0.1, 1.702, -0.75, .pi, .leastNonzeroMagnitude, 3.4028235e38] as [Float])
    func floats(value: Float) throws {
        let g = GraphBuilder()
        _ = g.normalizeLastAxis(g.parameter("x", .f32, [2]), epsilon: value)
        let text = try #require(g.finish().xml.firstMatch(of: /eps="([^"]+)"/)).1
        #expect(Float(text) == value)
    }

    @Test("names with the XML's and the list's own characters are escaped")
    func escaping() throws {
        let g = GraphBuilder()
        let x = g.parameter("a<b>&\"c\",d", .f32, [1])
        g.result("é\n", g.add(x, x))
        let xml = g.finish().xml
        #expect(xml.contains("name=\"a&lt;b&gt;&amp;&quot;c&quot;,d\""))
        #expect(xml.contains("names=\"a&lt;b&gt;&amp;&quot;c&quot;\\,d\""))
        #expect(xml.contains("names=\"é&#10;\""))
    }

    @Test("nodes are named after the layer they belong to")
    func scopes() {
        let g = GraphBuilder()
        let x = g.parameter("x", .f32, [1])
        g.scope = "down.0"
        g.result("y", g.sine(x))
        #expect(g.finish().xml.contains("name=\"down.0/Sin_1\""))
    }
}
