public import Compilation
import Networks
public import OpenVINO
public import Sampling
public import Tensors

/// Asks the UNet about a batch of latents, for each of several texts.
///
/// The compiled shape decides how: texts of the same length go through one call where the batch is dynamic or
/// large enough, others one after the other. Where the UNet has a mask, texts of all lengths share calls.
/// No text ever attends to another's padding.
public struct NoisePredictor: ~Copyable {
    private var call: NetworkCall
    private let pictureCount: Int
    /// Channels behind the latents', `[pictures, n, height, width]`, unscaled; nil where the UNet takes no more.
    private let extraChannels: NDArray?
    private let factors: SlotFactors?
    /// Channels that the UNet takes, where that is known.
    private let channelCount: Int?
    private var texts: [[Conditioning]] = []
    private var batches: [UNetBatch] = []

    /// - Parameters:
    ///   - pictureCount: pictures that are drawn at once.
    ///   - guidance: what a UNet is told that takes guidance as an input; for a probe any will do.
    ///   - extraChannels: what an inpainting UNet takes behind the latents, `[pictures, n, height, width]`; zeros when left out, which
    ///     will do for a probe.
    ///   - factors: the changes that LoRAs make; nil for none.
    public init(
        _ network: CompiledNetwork, pictureCount: Int, guidance: Guidance = Guidance(scale: 7), extraChannels: NDArray? = nil,
        factors: SlotFactors? = nil
    ) throws(OpenVINOError) {
        var call = try NetworkCall(network)
        try call.fillSlots(with: factors)
        if let width = network.width(ofInput: "guidance") { try call.setInput("guidance", to: guidance.embedding(width: width)) }
        self.call = call
        self.pictureCount = pictureCount
        self.extraChannels = extraChannels
        self.factors = factors
        channelCount = network.channels(ofInput: "latents")
    }

    /// Sets the strengths of LoRAs for the calls to come.
    /// - Parameters:
    ///   - step: from 0.
    ///   - count: of all steps.
    public mutating func setStrengths(atStep step: Double, of count: Int) throws(OpenVINOError) {
        if let factors { try call.setStrengths(of: factors, atStep: step, of: count) }
    }

    /// Sets strengths for the calls to come.
    /// - Parameter factors: those that the slots hold, with the strengths of one AND part.
    mutating func setStrengths(of factors: SlotFactors, atStep step: Double, of count: Int) throws(OpenVINOError) {
        try call.setStrengths(of: factors, atStep: step, of: count)
    }

    /// Asks about the same texts for every picture.
    /// - Parameters:
    ///   - question: latents of as many pictures as were given at `init`.
    ///   - texts: what the UNet is told beside the latents.
    /// - Returns: the UNet's answer for each text, in the shape of the latents.
    public mutating func predict(_ question: SamplingRun.ModelCall, for texts: [Conditioning]) async throws(OpenVINOError) -> [NDArray] {
        let answers = try await predict(question, forEach: .init(repeating: texts, count: pictureCount))
        return texts.indices.map { text in .concatenated(answers.map { $0[text] }) }
    }

    /// Asks about texts of its own for every picture.
    /// - Parameters:
    ///   - question: latents of as many pictures as were given at `init`.
    ///   - texts: for each picture what the UNet is told beside the latents.
    /// - Returns: for each picture the UNet's answer to each of its texts, `[1, channels, height, width]`.
    public mutating func predict(
        _ question: SamplingRun.ModelCall, forEach texts: [[Conditioning]]
    ) async throws(OpenVINOError) -> [[NDArray]] {
        precondition(texts.count == pictureCount, "texts of \(texts.count) pictures were given for \(pictureCount)")
        if texts != self.texts {
            batches = UNetBatch.batches(of: texts, on: call.network.key.shape)
            self.texts = texts
            // One batch keeps its texts from step to step.
            if batches.count == 1 { try set(batches[0]) }
        }
        try call.setInput("timestep", to: NDArray(shape: [1], values: [question.timestep]))
        var answers = texts.map { [NDArray?](repeating: nil, count: $0.count) }
        for batch in batches {
            if batches.count > 1 { try set(batch) }
            let latents = batch.entries.map { input(of: $0.picture, question.latents.slice($0.picture..<$0.picture + 1)) }
            try call.setInput("latents", to: .concatenated(latents))
            let answer = try await call.run("noise")
            for (index, entry) in batch.entries.enumerated() { answers[entry.picture][entry.text] = answer.slice(index..<index + 1) }
        }
        return answers.map { $0.compactMap(\.self) }
    }

    /// The latents of a picture with the channels that the UNet takes behind them.
    private func input(of picture: Int, _ latents: NDArray) -> NDArray {
        let missing = (channelCount ?? latents.shape[1]) - latents.shape[1]
        guard missing > 0 else { return latents }
        let (height, width) = (latents.shape[2], latents.shape[3])
        let extra = extraChannels?.slice(picture..<picture + 1).values ?? .init(repeating: 0, count: missing * height * width)
        return NDArray(shape: [1, latents.shape[1] + missing, height, width], values: latents.values + extra)
    }

    private mutating func set(_ batch: UNetBatch) throws(OpenVINOError) {
        try call.setInput("context", to: batch.context)
        for (name, vector) in batch.vectors { try call.setInput(name, to: vector) }
        if let mask = batch.mask { try call.setInput("context_mask", to: mask) }
    }
}
