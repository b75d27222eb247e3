/// How a picture is enlarged without a network. Raw values are the names that A1111 gives to these upscalers.
public enum PictureUpscaler: String, Sendable, Hashable, CaseIterable, Codable {
    /// Lanczos of three lobes, as Pillow computes it.
    case lanczos = "Lanczos"
    /// The nearest pixel.
    case nearest = "Nearest"
}
