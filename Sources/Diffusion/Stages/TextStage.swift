import Compilation
import Generation
import Prompting
import Tensors

/// Turns the texts of a plan into what one text encoder makes of them.
struct TextStage {
    let network: CompiledNetwork
    /// How the encoder is read.
    let reading: EncoderReading
    let emphasis: Emphasis
    /// The vectors of the textual inversions that the texts name, for this encoder.
    let inversions: [String: NDArray]
    /// The changes that LoRAs make; nil for none.
    var factors: SlotFactors?

    /// Encodes each text by itself: what else is encoded with a text changes its last digits, and a picture must not depend on what came
    /// before it.
    /// - Throws: `OpenVINOError`; `DiffusionError.nonFinite`.
    func run(_ texts: [ChunkedPrompt]) async throws -> [EncodedText] {
        var encoder = try PromptEncoder(network, reading, emphasis: emphasis, inversions: inversions, factors: factors)
        var encoded: [EncodedText] = []
        for text in texts {
            let answer = try await encoder.encode([text.chunks])[0]
            guard answer.context.isFinite, answer.pooled?.isFinite ?? true else { throw DiffusionError.nonFinite(network.key) }
            encoded.append(answer)
        }
        return encoded
    }
}
