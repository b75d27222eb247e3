import COpenVINO
import Glibc

/// A model that has been read but not compiled: its shapes can still change.
///
/// Compiling copies it, so it can go as soon as all is compiled. The corresponding C type is `ov_model_t`.
public struct Model: ~Copyable, Sendable {
    // Sendable: one owner at a time writes (`reshape` is mutating), and reading does not change an `ov::Model`.
    let handle: Handle
    /// Objects in whose memory the constants lie.
    let owners: [any AnyObject & Sendable]

    /// The inputs, in the order of the file.
    /// The corresponding C function is `ov_model_const_input_by_index`.
    public func inputs() throws(OpenVINOError) -> [Port] {
        try Port.all(of: handle, "input", count: ov_model_inputs_size, at: ov_model_const_input_by_index)
    }

    /// The outputs, in the order of the file.
    /// The corresponding C function is `ov_model_const_output_by_index`.
    public func outputs() throws(OpenVINOError) -> [Port] {
        try Port.all(of: handle, "output", count: ov_model_outputs_size, at: ov_model_const_output_by_index)
    }

    /// Sets the shapes of inputs by name; every shape that follows from them is worked out anew.
    /// The corresponding C function is `ov_model_reshape`.
    public mutating func reshape(_ shapes: [String: PartialShape]) throws(OpenVINOError) {
        let inputs = Array(shapes)
        let names = inputs.map { strdup($0.key) }
        defer { names.forEach { free($0) } }

        // The shapes point into one flat array of dimensions, which lives until the call returns.
        var dimensions = inputs.flatMap(\.value.dimensions)
        let status = dimensions.withUnsafeMutableBufferPointer { flat in
            var start = 0
            let partial = inputs.map { _, shape in
                let rank = shape.extents.count
                defer { start += rank }
                return ov_partial_shape_t(
                    rank: ov_dimension_t(min: Int64(rank), max: Int64(rank)), dims: flat.baseAddress.map { $0 + start })
            }
            var namePointers = names.map { UnsafePointer($0) }
            return ov_model_reshape(handle.pointer, &namePointers, partial, partial.count)
        }
        let wanted = inputs.map { "\($0.key) to \($0.value)" }.sorted().joined(separator: ", ")
        try check(status, "reshape \(wanted)")
    }
}
