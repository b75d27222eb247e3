import COpenVINO

/// A model on a device, ready to run. Shared freely: each task makes its own `InferRequest`.
///
/// The corresponding C type is `ov_compiled_model_t`.
public final class CompiledModel: Sendable {
    // `ov::CompiledModel` is documented as thread-safe for reading and for making requests; it is never written here.
    let handle: Handle
    private let core: Core
    /// Objects in whose memory constants may still lie.
    let owners: [any AnyObject & Sendable]

    /// The inputs in the model's order. An extent is nil where the model takes any.
    public let inputs: [Port]
    /// The outputs in the model's order.
    public let outputs: [Port]

    init(handle: Handle, core: Core, owners: [any AnyObject & Sendable]) throws(OpenVINOError) {
        inputs = try Port.all(
            of: handle, "input", count: ov_compiled_model_inputs_size, at: ov_compiled_model_input_by_index)
        outputs = try Port.all(
            of: handle, "output", count: ov_compiled_model_outputs_size, at: ov_compiled_model_output_by_index)
        self.handle = handle
        self.core = core
        self.owners = owners
    }

    /// The properties of the compiled model, after the device filled in those that were left open.
    /// The corresponding C function is `ov_compiled_model_get_property`.
    public func value<Value>(of key: PropertyKey<Value>) throws(OpenVINOError) -> Value {
        try key.value(of: String("read \(key.name) of a compiled model") {
            ov_compiled_model_get_property(handle.pointer, key.name, &$0)
        })
    }

    /// Writes the compiled model to a file, for `Core.importModel(_:device:)`.
    /// The corresponding C function is `ov_compiled_model_export_model`.
    public func export(to path: String) throws(OpenVINOError) {
        try oneAtATime { () throws(OpenVINOError) in
            try check(ov_compiled_model_export_model(handle.pointer, path), "export a compiled model to \"\(path)\"")
        }
    }

    /// A place to run the model, independent of every other. It holds the memory of all that is computed on the way.
    /// The corresponding C function is `ov_compiled_model_create_infer_request`.
    public func makeInferRequest() throws(OpenVINOError) -> InferRequest {
        try InferRequest(model: self)
    }
}
