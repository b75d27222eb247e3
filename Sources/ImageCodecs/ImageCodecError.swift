public import Generation

/// Why a picture could not be read or written.
public enum ImageCodecError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The bytes begin like no format that is known.
    case unknownFormat
    /// `reason` is the image library's, or ours when the picture is too large.
    case undecodable(ImageFormat, reason: String)
    case unencodable(ImageFormat, reason: String)
    case unscalable(reason: String)
    /// JPEG holds at most 64 kB of parameters.
    case parametersTooLong(bytes: Int, limit: Int)

    public var description: String {
        switch self {
        case .unknownFormat:
            "The file is not a picture that can be read. Use PNG, JPEG or WebP."
        case .undecodable(let format, let reason):
            "The \(format.name) picture cannot be read: \(reason). Save it again with another program, or use another picture."
        case .unencodable(let format, let reason):
            "The picture cannot be written as \(format.name): \(reason). Use another format."
        case .unscalable(let reason):
            "The picture cannot be scaled: \(reason). Use another size."
        case .parametersTooLong(let bytes, let limit):
            "The generation parameters take \(bytes) bytes; a JPEG holds \(limit). Use PNG or WebP, or shorten the prompt."
        }
    }
}
