public import Compilation
public import Generation
import GraphIR
import Networks
public import OpenVINO
public import Prompting
public import Tensors

/// Turns chunks of tokens into embeddings.
public struct PromptEncoder: ~Copyable {
    private var call: NetworkCall
    /// Numbers of one position.
    private let width: Int
    private let output: String
    private let emphasis: Emphasis
    private let inversions: [String: NDArray]

    /// - Parameters:
    ///   - output: of the network; see `TextEncoderState`.
    ///   - inversions: the vectors of each textual inversion that the chunks name, `[rows, width]`.
    public init(
        _ network: CompiledNetwork, output: String = "last_hidden_state", emphasis: Emphasis = .original, inversions: [String: NDArray] = [:]
    ) throws(OpenVINOError) {
        call = try NetworkCall(network)
        width = network.model.inputs.first { $0.name == "vectors" }?.shape?.extents.last.flatMap { $0 } ?? 0
        self.output = output
        self.emphasis = emphasis
        self.inversions = inversions
    }

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
            try setInputs(chunks[start..<start + batchSize])
            states.append(try await call.run(output))
        }
        let all = NDArray.concatenated(states).weighted(by: chunks.map { $0.weights.map(Float.init) }, emphasis)
        var next = 0
        return prompts.map { prompt in
            defer { next += prompt.count }
            return NDArray(
                shape: [1, prompt.count * PromptChunk.length, all.shape[2]], values: all.slice(next..<next + prompt.count).values)
        }
    }

    private mutating func setInputs(_ chunks: ArraySlice<PromptChunk>) throws(OpenVINOError) {
        var tokens = chunks.flatMap { $0.tokens.map(Int64.init) }
        var vectors = NDArray(repeating: 0, shape: [chunks.count, PromptChunk.length, width])
        for (index, chunk) in chunks.enumerated() {
            for (position, insertion) in chunk.insertions {
                guard let rows = inversions[insertion.name] else { preconditionFailure("no vectors were given for \(insertion.name)") }
                let place = index * PromptChunk.length + position
                tokens[place] = Network.insertedToken
                vectors.values.replaceSubrange(place * width..<(place + 1) * width, with: rows.slice(insertion.row..<insertion.row + 1).values)
            }
        }
        try call.setInput("input_ids", to: Tensor(shape: [chunks.count, PromptChunk.length], values: tokens))
        try call.setInput("vectors", to: vectors)
    }
}
