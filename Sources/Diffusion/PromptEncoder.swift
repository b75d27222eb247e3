public import Compilation
import GraphIR
import Networks
public import OpenVINO
public import Prompting
public import Tensors

/// Turns chunks of tokens into embeddings.
public struct PromptEncoder: ~Copyable {
    private var call: NetworkCall

    public init(_ network: CompiledNetwork) throws(OpenVINOError) { call = try NetworkCall(network) }

    /// Encodes several prompts: in one call of the text encoder where its batch is dynamic, else chunk by chunk.
    ///
    /// Each chunk is encoded by itself as `[n, 77]`; a prompt's chunks are then joined along the token axis.
    /// - Returns: for each prompt `[1, 77·chunks, width]`.
    public mutating func encode(_ prompts: [[PromptChunk]]) async throws(OpenVINOError) -> [NDArray] {
        let chunks = prompts.flatMap { $0 }
        var batchSize = chunks.count
        if case .fixed(let fixed) = call.network.key.shape.batch, fixed != chunks.count { batchSize = 1 }
        var states: [NDArray] = []
        for start in stride(from: 0, to: chunks.count, by: batchSize) {
            let tokens = chunks[start..<start + batchSize].flatMap { $0.tokens.map(Int64.init) }
            try call.setInput("input_ids", to: Tensor(shape: [batchSize, PromptChunk.length], values: tokens))
            states.append(try await call.run("last_hidden_state"))
        }
        let all = NDArray.concatenated(states)
        var next = 0
        return prompts.map { prompt in
            defer { next += prompt.count }
            return NDArray(
                shape: [1, prompt.count * PromptChunk.length, all.shape[2]], values: all.slice(next..<next + prompt.count).values)
        }
    }
}
