import Compilation
import OpenVINO
import Prompting
import Tensors

/// Turns chunks of tokens into embeddings.
struct PromptEncoder: ~Copyable {
    private var request: InferRequest

    init(_ network: CompiledNetwork) throws(OpenVINOError) { request = try network.model.makeInferRequest() }

    /// Encodes several prompts in one call of the text encoder.
    ///
    /// Each chunk is encoded by itself as `[n, 77]`; a prompt's chunks are then joined along the token axis.
    /// - Returns: for each prompt `[1, 77·chunks, width]`.
    mutating func encode(_ prompts: [[PromptChunk]]) async throws(OpenVINOError) -> [NDArray] {
        let chunks = prompts.flatMap { $0 }
        try request.setInput(
            "input_ids", to: Tensor(shape: [chunks.count, PromptChunk.length], values: chunks.flatMap { $0.tokens.map(Int64.init) }))
        try await request.infer()
        let states = try request.output("last_hidden_state")
        var next = 0
        return prompts.map { prompt in
            defer { next += prompt.count }
            return NDArray(
                shape: [1, prompt.count * PromptChunk.length, states.shape[2]],
                values: states.slice(next..<next + prompt.count).values)
        }
    }
}
