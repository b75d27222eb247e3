/// The kinds of picture files that are read and written. Raw values are those of the setting `image_format`.
public enum ImageFormat: String, Sendable, Hashable, CaseIterable, Codable {
    /// Lossless.
    case png
    /// Lossy.
    case jpeg
    /// Lossy, smaller than JPEG.
    case webp

    /// - Parameter fileExtension: without the dot, in any case: `png`, `jpg`, `jpeg`, `webp`.
    public init?(fileExtension: String) {
        switch fileExtension.lowercased() {
        case "png": self = .png
        case "jpg", "jpeg": self = .jpeg
        case "webp": self = .webp
        default: return nil
        }
    }

    /// Tells the format by the first bytes of a file.
    public init?(signatureOf file: [UInt8]) {
        if file.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if file.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if file.starts(with: "RIFF".utf8), file.dropFirst(8).starts(with: "WEBP".utf8) {
            self = .webp
        } else {
            return nil
        }
    }

    /// The quality of pictures that are sent, where nobody asks for another; see `RGBImage.encoded`.
    public static let usualQuality = 90

    /// Without the dot.
    public var fileExtension: String { self == .jpeg ? "jpg" : rawValue }

    /// For HTTP's `Content-Type`.
    public var mediaType: String { "image/\(rawValue)" }

    /// As people write it.
    public var name: String {
        switch self {
        case .png: "PNG"
        case .jpeg: "JPEG"
        case .webp: "WebP"
        }
    }
}
