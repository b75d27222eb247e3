public import OpenVINO
public import Tensors

/// One user's way to run a compiled network, again and again.
public struct NetworkCall: ~Copyable, Sendable {
    public let network: CompiledNetwork
    private var request: InferRequest

    public init(_ network: CompiledNetwork) throws(OpenVINOError) {
        self.network = network
        request = try network.model.makeInferRequest()
    }

    /// Copies `array` in; it stays for later runs.
    public mutating func setInput(_ name: String, to array: NDArray) throws(OpenVINOError) { try request.setInput(name, to: array) }

    /// Lets later runs read an input from the tensor's memory.
    public mutating func setInput(_ name: String, to tensor: borrowing Tensor) throws(OpenVINOError) { try request.setInput(name, to: tensor) }

    /// Runs the network. Cancelling the task stops it in the middle where its shape is fixed, else after this run.
    /// - Returns: the output of that name.
    /// - Throws: `OpenVINOError.cancelled` when the task is cancelled.
    public nonisolated(nonsending) mutating func run(_ output: String) async throws(OpenVINOError) -> NDArray {
        try await request.infer()
        let answer = try request.output(output)
        return network.fault.map { $0(network.key, answer) } ?? answer
    }
}
