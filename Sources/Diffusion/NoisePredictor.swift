public import Compilation
import GraphIR
import Networks
public import OpenVINO
public import Sampling
public import Tensors

/// Asks the UNet about a batch of latents, for each of several texts.
///
/// What the compiled shape allows decides how: texts of the same length go through one call where the batch is dynamic or
/// large enough, others one after the other. Where the UNet has a mask, texts of all lengths share calls.
/// No text ever attends to another's padding.
public struct NoisePredictor: ~Copyable {
    private var call: NetworkCall
    private let pictureCount: Int
    private var texts: [NDArray] = []
    private var batches: [UNetBatch] = []

    /// - Parameter pictureCount: pictures that are drawn at once.
    public init(_ network: CompiledNetwork, pictureCount: Int) throws(OpenVINOError) {
        call = try NetworkCall(network)
        self.pictureCount = pictureCount
    }

    /// - Parameters:
    ///   - question: latents of as many pictures as were given at `init`.
    ///   - texts: embeddings, each `[1, 77·chunks, width]`.
    /// - Returns: the UNet's answer for each text, in the shape of the latents.
    public mutating func predict(_ question: SamplingRun.ModelCall, for texts: [NDArray]) async throws(OpenVINOError) -> [NDArray] {
        // One batch keeps its text from step to step.
        if texts != self.texts || batches.count > 1 {
            batches = texts == self.texts ? batches : UNetBatch.batches(of: texts, pictureCount: pictureCount, on: call.network.key.shape)
            self.texts = texts
            if batches.count == 1 { try set(batches[0]) }
        }
        try call.setInput("timestep", to: NDArray(shape: [1], values: [question.timestep]))
        var answers = [[NDArray?]](repeating: .init(repeating: nil, count: pictureCount), count: texts.count)
        for batch in batches {
            if batches.count > 1 { try set(batch) }
            let latents = batch.entries.map { question.latents.slice($0.picture..<$0.picture + 1) }
            try call.setInput("latents", to: .concatenated(latents))
            let answer = try await call.run("noise")
            for (index, entry) in batch.entries.enumerated() { answers[entry.text][entry.picture] = answer.slice(index..<index + 1) }
        }
        return answers.map { .concatenated($0.compactMap { $0 }) }
    }

    private mutating func set(_ batch: UNetBatch) throws(OpenVINOError) {
        try call.setInput("context", to: batch.context)
        if let mask = batch.mask { try call.setInput("context_mask", to: mask) }
    }
}

/// What goes into one call of the UNet.
private struct UNetBatch {
    struct Entry {
        let text: Int
        let picture: Int
    }

    /// As many as the batch has places; the last may be there several times to fill it.
    let entries: [Entry]
    /// `[entries, tokens, width]`.
    let context: NDArray
    /// `[entries, 1, 1, tokens]`; nil when every position counts.
    let mask: NDArray?

    /// Distributes all pairs of a text and a picture over calls.
    static func batches(of texts: [NDArray], pictureCount: Int, on shape: InputShape) -> [UNetBatch] {
        let capacity: Int? = if shape.hasContextMask, case .fixed(let tokens) = shape.tokens { tokens } else { nil }
        let groups = capacity == nil ? texts.indices.grouped { texts[$0].shape[1] } : [Array(texts.indices)]
        return groups.flatMap { group in
            let entries = group.flatMap { text in (0..<pictureCount).map { Entry(text: text, picture: $0) } }
            return entries.chunked(filling: shape.batch).map { UNetBatch($0, texts, capacity: capacity) }
        }
    }

    /// - Parameter capacity: tokens that every text is filled up to; nil when they are all of the same length.
    private init(_ entries: [Entry], _ texts: [NDArray], capacity: Int?) {
        self.entries = entries
        let rows = entries.map { capacity.map(texts[$0.text].padded) ?? texts[$0.text] }
        context = .concatenated(rows)
        mask = capacity.map { capacity in
            .concatenated(entries.map { entry in
                let count = texts[entry.text].shape[1]
                return NDArray(
                    shape: [1, 1, 1, capacity],
                    values: .init(repeating: 0, count: count) + .init(repeating: Self.masked, count: capacity - count))
            })
        }
    }

    /// Far below any attention score, so that its exponential is 0, and within the range of f16.
    private static let masked: Float = -10_000
}

extension NDArray {
    /// `[1, tokens, width]` with zeros up to `count` tokens.
    fileprivate func padded(to count: Int) -> NDArray {
        precondition(shape[1] <= count, "\(shape[1]) tokens do not fit into \(count)")
        return NDArray(shape: [1, count, shape[2]], values: values + .init(repeating: 0, count: (count - shape[1]) * shape[2]))
    }
}

extension Range<Int> {
    /// The numbers with the same key together, in order of their first one.
    fileprivate func grouped(by key: (Int) -> Int) -> [[Int]] {
        reduce(into: [(key: Int, members: [Int])]()) { groups, index in
            let key = key(index)
            if let known = groups.firstIndex(where: { $0.key == key }) { groups[known].members.append(index) } else { groups.append((key, [index])) }
        }.map(\.members)
    }
}

extension Array {
    /// Pieces of the batch's size, the last filled up with its last element; one piece where any size is taken.
    fileprivate func chunked(filling batch: Extent) -> [[Element]] {
        guard case .fixed(let size) = batch else { return [self] }
        return stride(from: 0, to: count, by: size).map { start in
            let piece = Array(self[start..<Swift.min(start + size, count)])
            return piece + (piece.last.map { .init(repeating: $0, count: size - piece.count) } ?? [])
        }
    }
}
