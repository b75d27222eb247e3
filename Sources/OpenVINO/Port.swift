import COpenVINO
public import Tensors

/// An input or output of a model.
public struct Port: Sendable, Hashable {
    /// A name of the tensor at this port; empty when it has none.
    public let name: String
    /// Nil when the model leaves it open, or when it is a type that Easel has no use for.
    public let elementType: ElementType?
    /// Nil when the model leaves even the number of axes open.
    public let shape: PartialShape?
}

extension Port {
    /// Reads every port of one side of a model.
    static func all(
        of handle: Handle, _ side: String,
        count: (OpaquePointer, UnsafeMutablePointer<Int>) -> ov_status_e,
        at port: (OpaquePointer, Int, UnsafeMutablePointer<OpaquePointer?>) -> ov_status_e
    ) throws(OpenVINOError) -> [Port] {
        var size = 0
        try check(count(handle.pointer, &size), "count the model's \(side)s")
        var ports: [Port] = []
        for index in 0..<size {
            ports.append(try Port(Handle("get \(side) \(index)", freedBy: ov_output_const_port_free) {
                port(handle.pointer, index, &$0)
            }))
        }
        return ports
    }

    private init(_ port: Handle) throws(OpenVINOError) {
        // A port without a name is no mistake, but the C function reports it as one.
        name = (try? String("read a port's name") { ov_port_get_any_name(port.pointer, &$0) }) ?? ""

        var code = DYNAMIC
        try check(ov_port_get_element_type(port.pointer, &code), "read the element type of port \"\(name)\"")
        elementType = ElementType(code: code)

        var partial = ov_partial_shape_t()
        try check(ov_port_get_partial_shape(port.pointer, &partial), "read the shape of port \"\(name)\"")
        defer { ov_partial_shape_free(&partial) }
        shape = PartialShape(partial)
    }
}
