import GraphIR
import Networks
public import OpenVINO
public import Tensors

/// One user's way to run a compiled network, again and again.
public struct NetworkCall: ~Copyable, Sendable {
    /// The network that is run.
    public let network: CompiledNetwork
    private var request: InferRequest
    /// The latest `latents` or `image`, as long as the network may have to see a larger one first.
    private var first: (name: String, array: NDArray)?
    private var hasRun = false

    /// Makes a request of its own for the network, without inputs.
    public init(_ network: CompiledNetwork) throws(OpenVINOError) {
        self.network = network
        request = try network.model.makeInferRequest()
    }

    /// Copies `array` in; it stays for later runs.
    public mutating func setInput(_ name: String, to array: NDArray) throws(OpenVINOError) {
        try request.setInput(name, to: array)
        if !hasRun, name == "latents" || name == "image" { first = (name, array) }
    }

    /// Lets later runs read an input from the tensor's memory.
    public mutating func setInput(_ name: String, to tensor: borrowing Tensor) throws(OpenVINOError) {
        try request.setInput(name, to: tensor)
    }

    /// Runs the network. Cancelling the task stops it in the middle where its shape is fixed, else after this run.
    /// - Returns: the output of that name.
    /// - Throws: `OpenVINOError.cancelled` when the task is cancelled.
    public nonisolated(nonsending) mutating func run(_ output: String) async throws(OpenVINOError) -> NDArray {
        try await run([output])[0]
    }

    /// Runs the network for several of its outputs; see above.
    /// - Returns: the outputs of those names, in their order.
    public nonisolated(nonsending) mutating func run(_ outputs: [String]) async throws(OpenVINOError) -> [NDArray] {
        if let first, let larger = network.inputBefore(first.array) {
            try request.setInput(first.name, to: larger)
            try await request.infer()
            try request.setInput(first.name, to: first.array)
        }
        (first, hasRun) = (nil, true)
        try await request.infer()
        var answers: [NDArray] = []
        for output in outputs {
            let answer = try request.output(output)
            answers.append(network.fault.map { $0(network.key, answer) } ?? answer)
        }
        return answers
    }
}

extension CompiledNetwork {
    /// An input to run before `array`, when that may not be the first that the network sees.
    ///
    /// Attention whose first run ever has a single key is compiled for that by the CPU plugin (2026.4.1), if its shapes are dynamic:
    /// every later run with 16 keys or more answers garbage. That is so where the smallest feature map is a single position.
    fileprivate func inputBefore(_ array: NDArray) -> NDArray? {
        guard key.shape.height == .dynamic || key.shape.width == .dynamic, array.shape.suffix(2).allSatisfy({ $0 <= downscale }) else {
            return nil
        }
        return NDArray(repeating: 0, shape: array.shape.prefix(2) + [2 * downscale, 2 * downscale])
    }
}
