public import Generation

/// Why a picture could not be read or written.
public enum ImageCodecError: ReasonedError, Hashable, Sendable, CustomStringConvertible {
    /// The bytes begin like no format that is known.
    case unknownFormat
    /// The bytes begin like a format that is known and not read, as `GIF`.
    case unsupportedFormat(name: String)
    /// `reason` is the image library's, or ours when the picture is too large.
    case undecodable(ImageFormat, reason: String)
    /// The format does not hold such a picture, or there is no memory.
    case unencodable(ImageFormat, reason: String)
    /// The size is one that no picture can have, or there is no memory.
    case unscalable(reason: String)
    /// JPEG holds at most 64 kB of parameters.
    case parametersTooLong(bytes: Int, limit: Int)
    /// In place of a picture there is the address of one; it is not fetched.
    case address
    /// `reason` names the place, counted from 1, or what is missing.
    case invalidBase64(reason: String)

    /// One or two sentences: what is wrong, and what to do.
    public var description: String {
        switch self {
        case .unknownFormat:
            "The file is not a picture that can be read. Use PNG, JPEG or WebP."
        case .unsupportedFormat(let name):
            "This is \(Self.article(before: name)) \(name). Use PNG, JPEG or WebP."
        case .undecodable(let format, let reason):
            "The \(format.name) picture cannot be read: \(reason). Save it again with another program, or use another picture."
        case .unencodable(let format, let reason):
            "The picture cannot be written as \(format.name): \(reason). Use another format."
        case .unscalable(let reason):
            "The picture cannot be scaled: \(reason). Use another size."
        case .parametersTooLong(let bytes, let limit):
            "The generation parameters take \(bytes) bytes; a JPEG holds \(limit). Use PNG or WebP, or shorten the prompt."
        case .address:
            "Pictures are not fetched from addresses. Send the picture itself, as base64 or as a data URL."
        case .invalidBase64(let reason):
            "The base64 cannot be read: \(reason). Send a PNG, JPEG or WebP file as base64 or as a data URL."
        }
    }

    public var errorReason: ErrorReason {
        switch self {
        case .unsupportedFormat(let name): ErrorReason(.unsupportedPicture, ["name": .init(name)])
        case .undecodable(let format, let reason): ErrorReason(.damagedPicture, ["format": .text(format.name), "detail": .init(reason)])
        default: ErrorReason(.unreadablePicture, ["detail": .init(description)])
        }
    }

    /// An S is spoken as "ess" where letters are spelled, as in SVG.
    private static func article(before name: String) -> String { name.first.map("AEIOS".contains) == true ? "an" : "a" }
}
