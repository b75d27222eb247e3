/// Sizes that some models are told beside the prompt. Their training pictures had been scaled and cropped, so that they can draw as if
/// their own had been.
public struct SizeConditioning: Sendable, Hashable, Codable {
    /// The size that the picture had before it was scaled; nil for the size that is drawn.
    public var original: PictureSize?
    /// Where the crop began in the scaled picture. Other values than 0 make pictures that look cut off.
    public var crop = CropOffset(top: 0, left: 0)
    /// The size that was wanted; nil for the size that is drawn.
    public var target: PictureSize?

    /// Makes the sizes of a picture that was neither scaled nor cropped.
    public init() {}
}

/// Width and height of a picture in pixels.
public struct PictureSize: Sendable, Hashable, Codable {
    /// Largest width and height that are read, in pixels.
    public static let largestSide = 65536

    /// Pixels in a row.
    public var width: Int
    /// Rows of pixels.
    public var height: Int

    /// Makes a size of any numbers; a request is checked as a whole.
    public init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    /// Reads `1024x768`: width and height, each from 1 to 65536.
    /// - Returns: nil for any other text.
    public init?(text: String) {
        guard let (width, height) = wholePair(text, separators: "xX×"), width > 0, height > 0 else { return nil }
        self.init(width: width, height: height)
    }

    /// The size as `init(text:)` reads it.
    public var text: String { "\(width)x\(height)" }
}

/// The upper left corner of a crop, in pixels.
public struct CropOffset: Sendable, Hashable, Codable {
    /// Rows above it.
    public var top: Int
    /// Columns to its left.
    public var left: Int

    /// Makes a corner of any numbers; a request is checked as a whole.
    public init(top: Int, left: Int) {
        self.top = top
        self.left = left
    }

    /// Reads `0,128`: top and left, each from 0 to 65536.
    /// - Returns: nil for any other text.
    public init?(text: String) {
        guard let (top, left) = wholePair(text, separators: ",") else { return nil }
        self.init(top: top, left: left)
    }

    /// The corner as `init(text:)` reads it.
    public var text: String { "\(top),\(left)" }
}

/// Two whole numbers from 0 to 65536 with one separator between them.
private func wholePair(_ text: String, separators: String) -> (Int, Int)? {
    let parts = text.split(maxSplits: 2, omittingEmptySubsequences: false) { separators.contains($0) }
    let range = 0...PictureSize.largestSide
    // A space behind a comma is usual.
    guard parts.count == 2, let first = Int(parts[0]), let second = Int(parts[1].drop { $0 == " " }), range.contains(first),
        range.contains(second)
    else { return nil }
    return (first, second)
}

/// How clip skip counts for models that read the layer before the last. Raw values are those of `clip_skip_sdxl`.
///
/// Without clip skip each encoder gives the state before its last layer, which is what others call clip skip 2.
public enum ClipSkipRule: String, Sendable, Hashable, CaseIterable, Codable {
    /// Nothing, as A1111 by default.
    case none
    /// A1111's setting "Clip skip SDXL": clip skip counts in the first encoder only, from its last layer.
    case a1111L = "a1111-l"
    /// Clip skip counts in both encoders from the last layer; 1 is taken for 2.
    case forge
    /// Clip skip counts in both encoders from the layer before the last.
    case sdnext
}
