/// Small models in OpenVINO's IR format, written by hand so that these tests need nothing above the module.
enum IRText {
    /// y = x + constant, where the constant lies at `offset` in the weights.
    static func addConstant(shape: [Int?], constantShape: [Int], offset: Int = 0) -> String {
        let bytes = constantShape.reduce(4, *)
        return model(
            layers: """
                \(parameter(0, "x", shape))
                <layer id="1" name="c" type="Const" version="opset1">
                    <data element_type="f32" shape="\(list(constantShape))" offset="\(offset)" size="\(bytes)"/>
                    <output><port id="0" precision="FP32"/></output>
                </layer>
                <layer id="2" name="add" type="Add" version="opset1">
                    <data auto_broadcast="numpy"/>
                    <input><port id="0"/><port id="1"/></input>
                    <output><port id="2" precision="FP32" names="y"/></output>
                </layer>
                \(result(3))
                """,
            edges: [(0, 0, 2, 0), (1, 0, 2, 1), (2, 2, 3, 0)])
    }

    /// y = ((x·x)·x)·…, `length` products of square matrices one after the other; any side when `side` is nil.
    static func matrixPower(side: Int?, length: Int) -> String {
        let products = (1...length).map { layer in
            """
            <layer id="\(layer)" name="product\(layer)" type="MatMul" version="opset1">
                <data transpose_a="false" transpose_b="false"/>
                <input><port id="0"/><port id="1"/></input>
                <output><port id="2" precision="FP32"\(layer == length ? " names=\"y\"" : "")/></output>
            </layer>
            """
        }
        let edges = (1...length).flatMap { layer in
            [(layer - 1, layer == 1 ? 0 : 2, layer, 0), (0, 0, layer, 1)]
        }
        return model(
            layers: ([parameter(0, "x", [side, side])] + products + [result(length + 1)]).joined(separator: "\n"),
            edges: edges + [(length, 2, length + 1, 0)])
    }

    private static func parameter(_ id: Int, _ name: String, _ shape: [Int?]) -> String {
        """
        <layer id="\(id)" name="\(name)" type="Parameter" version="opset1">
            <data shape="\(list(shape.map { $0 ?? -1 }))" element_type="f32"/>
            <output><port id="0" precision="FP32" names="\(name)"/></output>
        </layer>
        """
    }

    private static func result(_ id: Int) -> String {
        """
        <layer id="\(id)" name="result" type="Result" version="opset1"><input><port id="0"/></input></layer>
        """
    }

    private static func list(_ extents: [Int]) -> String { extents.map(String.init).joined(separator: ",") }

    private static func model(layers: String, edges: [(Int, Int, Int, Int)]) -> String {
        let edgeLines = edges.map {
            "<edge from-layer=\"\($0)\" from-port=\"\($1)\" to-layer=\"\($2)\" to-port=\"\($3)\"/>"
        }
        return """
            <?xml version="1.0"?>
            <net name="test" version="11">
            <layers>
            \(layers)
            </layers>
            <edges>
            \(edgeLines.joined(separator: "\n"))
            </edges>
            </net>
            """
    }
}
