/// A fault of the file of a textual inversion.
public enum TextualInversionProblem: Error, Sendable, Hashable {
    case tooLarge(byteCount: Int)
    case noVectors
    case severalTensors([String])
    case elementType(String)
    case shape([Int])
    case notFinite
    /// The vectors belong to a text encoder of another width.
    case width(Int, textEncoder: Int)
    case otherFamily(clipL: Int, clipG: Int, textEncoder: Int)
    /// The vectors do not fit a model with several text encoders.
    case widths([Int], textEncoders: [Int])
}

extension TextualInversionProblem: CustomStringConvertible {
    /// Continues the name of the file.
    public var description: String {
        switch self {
        case .tooLarge(let byteCount):
            """
            has \(byteCount) bytes, more than the \(TextualInversion.largestFile) that a textual inversion may have.
            """
        case .noVectors: "holds no vectors of a textual inversion. It may be another kind of model."
        case .severalTensors(let names):
            """
            holds several tensors (\(names.prefix(4).joined(separator: ", "))\(names.count > 4 ? ", …" : "")) instead of one word's \
            vectors. It may be another kind of model.
            """
        case .elementType(let name): "holds \(name) numbers. Vectors are f32, f16 or bf16."
        case .shape(let shape):
            """
            holds a tensor of the shape \(shape). A word has 1 to \(TextualInversion.mostVectors) vectors: [vectors, width].
            """
        case .notFinite: "holds numbers that are not finite. It is damaged."
        case .width(let width, let textEncoder):
            """
            has vectors of \(width) numbers, and this model's text encoder takes \(textEncoder). It was made for \(Self.family(width)).
            """
        case .otherFamily(let clipL, let clipG, let textEncoder):
            """
            has vectors of \(clipL) and \(clipG) numbers for two text encoders, and this model has one that takes \(textEncoder). It was \
            made for Stable Diffusion XL.
            """
        case .widths(let widths, let textEncoders):
            "has vectors of \(Self.list(widths)) numbers, and this model's text encoders take \(Self.list(textEncoders)). "
                + (widths.count == 1 ? "It was made for \(Self.family(widths[0]))." : "It was made for another model.")
        }
    }

    private static func list(_ numbers: [Int]) -> String { numbers.map(String.init).joined(separator: " and ") }

    private static func family(_ width: Int) -> String {
        switch width {
        case 768: "Stable Diffusion 1"
        case 1024: "Stable Diffusion 2"
        case 1280: "Stable Diffusion XL"
        default: "another model"
        }
    }
}
