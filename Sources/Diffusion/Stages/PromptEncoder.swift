public import Compilation
public import Generation
import GraphIR
import Networks
public import OpenVINO
public import Prompting
public import Tensors

/// Turns chunks of tokens into embeddings with one text encoder.
public struct PromptEncoder: ~Copyable {
    private var call: NetworkCall
    /// Numbers of one position.
    private let width: Int
    private let reading: EncoderReading
    private let emphasis: Emphasis
    private let inversions: [String: NDArray]

    /// - Parameters:
    ///   - reading: which of the network's outputs are wanted.
    ///   - inversions: the vectors of each textual inversion that the chunks name, `[rows, width]`.
    ///   - factors: the changes that LoRAs make; nil for none.
    public init(
        _ network: CompiledNetwork, _ reading: EncoderReading = EncoderReading(),
        emphasis: Emphasis = .original, inversions: [String: NDArray] = [:], factors: SlotFactors? = nil
    ) throws(OpenVINOError) {
        var call = try NetworkCall(network)
        try call.fillSlots(with: factors)
        self.call = call
        width = network.width(ofInput: "vectors") ?? 0
        self.reading = reading
        self.emphasis = emphasis
        self.inversions = inversions
    }

    /// Encodes several prompts: in one call of the text encoder where its batch is dynamic, else chunk by chunk.
    ///
    /// Each chunk is encoded by itself as `[n, 77]`; a prompt's chunks are then joined along the token axis.
    /// - Returns: for each prompt its context, `[1, 77·chunks, width]`, and its pooled vector where that is wanted.
    public mutating func encode(_ prompts: [[PromptChunk]]) async throws(OpenVINOError) -> [EncodedText] {
        let chunks = prompts.flatMap { $0 }
        var batchSize = chunks.count
        if case .fixed(let fixed) = call.network.key.shape.batch, fixed != chunks.count { batchSize = 1 }
        var states: [NDArray] = []
        var projections: [NDArray] = []
        for start in stride(from: 0, to: chunks.count, by: batchSize) {
            try setInputs(chunks[start..<start + batchSize])
            let answers = try await call.run(reading.pools ? [reading.output, "projected"] : [reading.output])
            states.append(answers[0])
            projections += answers.dropFirst()
        }
        let all = NDArray.concatenated(states).weighted(by: chunks.map { $0.weights.map(Float.init) }, emphasis)
        let projected = projections.isEmpty ? nil : NDArray.concatenated(projections)
        var next = 0
        return prompts.map { prompt in
            defer { next += prompt.count }
            let context = NDArray(
                shape: [1, prompt.count * PromptChunk.length, all.shape[2]], values: all.slice(next..<next + prompt.count).values)
            return EncodedText(context: context, pooled: projected.map { $0.position(prompt[0].endPosition, ofRow: next) })
        }
    }

    private mutating func setInputs(_ chunks: ArraySlice<PromptChunk>) throws(OpenVINOError) {
        var tokens = chunks.flatMap { chunk in (reading.paddingToken.map(chunk.tokens(filledWith:)) ?? chunk.tokens).map(Int64.init) }
        var vectors = NDArray(repeating: 0, shape: [chunks.count, PromptChunk.length, width])
        for (index, chunk) in chunks.enumerated() {
            for (position, insertion) in chunk.insertions {
                guard let rows = inversions[insertion.name] else { preconditionFailure("no vectors were given for \(insertion.name)") }
                let place = index * PromptChunk.length + position
                tokens[place] = Network.insertedToken
                vectors.values.replaceSubrange(
                    place * width..<(place + 1) * width, with: rows.slice(insertion.row..<insertion.row + 1).values)
            }
        }
        try call.setInput("input_ids", to: Tensor(shape: [chunks.count, PromptChunk.length], values: tokens))
        try call.setInput("vectors", to: vectors)
    }
}

/// How one text encoder is read.
public struct EncoderReading: Sendable, Hashable {
    /// The network's output that holds the embeddings; see `TextEncoderState`.
    public var output = "last_hidden_state"
    /// Whether each text's pooled vector is wanted. The network must have a projection then.
    public var pools = false
    /// Fills chunks in place of the token that they were filled with; nil leaves them.
    public var paddingToken: Int32?

    public init(output: String = "last_hidden_state", pools: Bool = false, paddingToken: Int32? = nil) {
        self.output = output
        self.pools = pools
        self.paddingToken = paddingToken
    }
}

extension NDArray {
    /// `[1, width]` out of `[n, positions, width]`.
    fileprivate func position(_ position: Int, ofRow row: Int) -> NDArray {
        let width = shape[2]
        let start = (row * shape[1] + position) * width
        return NDArray(shape: [1, width], values: Array(values[start..<start + width]))
    }
}
