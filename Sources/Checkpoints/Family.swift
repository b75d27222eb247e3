/// The line of models that a checkpoint belongs to.
public enum Family: String, Sendable, CaseIterable {
    /// Stable Diffusion 1: OpenAI's CLIP text encoder.
    case sd1
    /// Stable Diffusion 2: the text encoder of OpenCLIP.
    case sd2

    /// The text encoders differ in their activation, in both layouts.
    init(textEncoder: TextEncoderConfiguration) {
        self = textEncoder.activation == .quickGELU ? .sd1 : .sd2
    }

    public var name: String {
        switch self {
        case .sd1: "Stable Diffusion 1"
        case .sd2: "Stable Diffusion 2"
        }
    }

    /// What fills a chunk after the end of the text, in the vocabulary of CLIP, when no tokenizer file says otherwise:
    /// the end-of-text token, or `!` as open_clip pads with zeros.
    var paddingTokenID: Int {
        switch self {
        case .sd1: 49_407
        case .sd2: 0
        }
    }
}
