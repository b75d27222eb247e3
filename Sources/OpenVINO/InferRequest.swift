import COpenVINO
public import Tensors

/// One run of a compiled model after another, with its own inputs and outputs.
///
/// Being a value with one owner, it lives in a variable of the function that runs it, or in a class. An actor takes it
/// out of its property for the time of an `infer()`, for other calls may come in while that is awaited.
/// The corresponding C type is `ov_infer_request_t`.
public struct InferRequest: ~Copyable, Sendable {
    // Sendable: it cannot be copied, and all that runs or changes it is mutating, so it has one user at a time.
    let handle: Handle
    private let model: CompiledModel
    private let completion: InferenceCompletion
    /// Objects whose memory the inputs show, by input.
    private var inputOwners: [String: [any AnyObject & Sendable]] = [:]

    init(model: CompiledModel) throws(OpenVINOError) {
        let completion = InferenceCompletion()
        // Freeing waits for an inference that still runs, so the callback's memory goes after that.
        let handle = try Handle("make an inference request", freedBy: { request in
            ov_infer_request_free(request)
            withExtendedLifetime(completion) {}
        }) { ov_compiled_model_create_infer_request(model.handle.pointer, &$0) }
        try check(ov_infer_request_set_callback(handle.pointer, completion.callback), "watch an inference request")
        self.handle = handle
        self.model = model
        self.completion = completion
    }
}

// MARK: Inputs and outputs

extension InferRequest {
    /// Lets the next inferences read an input from `tensor`'s memory, which the request keeps alive.
    /// The corresponding C function is `ov_infer_request_set_tensor`.
    public mutating func setInput(_ name: String, to tensor: borrowing Tensor) throws(OpenVINOError) {
        try check(
            ov_infer_request_set_tensor(handle.pointer, name, tensor.handle.pointer),
            "set input \"\(name)\" to \(tensor.elementType) of shape \(tensor.shape)")
        inputOwners[name] = tensor.owners
    }

    /// Copies `array` in as an f32 input.
    /// The corresponding C function is `ov_infer_request_set_tensor`.
    public mutating func setInput(_ name: String, to array: NDArray) throws(OpenVINOError) {
        try setInput(name, to: Tensor(array))
    }

    /// Lends an output of the last inference.
    /// The corresponding C function is `ov_infer_request_get_tensor`.
    public func withOutput<Result>(
        _ name: String, _ body: (borrowing Tensor) throws(OpenVINOError) -> Result
    ) throws(OpenVINOError) -> Result {
        try body(Tensor(adopting: Handle("get output \"\(name)\"", freedBy: ov_tensor_free) {
            ov_infer_request_get_tensor(handle.pointer, name, &$0)
        }))
    }

    /// A copy of an f32 output of the last inference.
    /// The corresponding C function is `ov_infer_request_get_tensor`.
    public func output(_ name: String) throws(OpenVINOError) -> NDArray {
        try withOutput(name) { tensor throws(OpenVINOError) in try tensor.array() }
    }
}

// MARK: Running

extension InferRequest {
    /// Runs the model, and blocks the thread while it runs.
    /// - Throws: `OpenVINOError.memoryChanged` when the model's constants lie in memory that has changed.
    ///
    /// The corresponding C function is `ov_infer_request_infer`.
    public mutating func inferBlocking() throws(OpenVINOError) {
        try reading(model.owners) { () throws(OpenVINOError) in try check(ov_infer_request_infer(handle.pointer), "run the model") }
    }

    /// Runs the model on the device's own threads. Cancelling the task stops a model of fixed shape in the middle, and waits for
    /// the end of any other; the request can then be used again.
    /// - Throws: `OpenVINOError.cancelled` when the task is cancelled; `.memoryChanged` when the model's constants lie in memory that has
    ///   changed.
    ///
    /// The corresponding C functions are `ov_infer_request_start_async`, `ov_infer_request_cancel`
    /// and `ov_infer_request_wait`.
    public nonisolated(nonsending) mutating func infer() async throws(OpenVINOError) {
        if Task.isCancelled { throw .cancelled }
        let request = handle
        let canStop = model.canBeStopped
        var started = OK
        await withTaskCancellationHandler {
            await completion.wait {
                started = ov_infer_request_start_async(request.pointer)
                // Cancelling does nothing before the start, and the handler may have run by now.
                if canStop, Task.isCancelled { ov_infer_request_cancel(request.pointer) }
                return started == OK
            }
        } onCancel: {
            if canStop { ov_infer_request_cancel(request.pointer) }
        }
        try check(started, "start the model")
        // The callback runs a moment before the request is free again, and it is not told how the run ended.
        try reading(model.owners) { () throws(OpenVINOError) in try check(ov_infer_request_wait(request.pointer), "run the model") }
        if Task.isCancelled { throw .cancelled }
    }
}

extension CompiledModel {
    /// Whether a run may be stopped in the middle.
    ///
    /// The CPU plugin (2026.4.1) keeps from run to run which shapes its nodes were last prepared for, and a run that is stopped
    /// leaves them half way between two: the next runs fail with shapes that do not match, or end the process.
    fileprivate var canBeStopped: Bool { inputs.allSatisfy { $0.shape?.isDynamic == false } }
}
