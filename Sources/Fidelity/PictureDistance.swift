public import Generation
import Glibc

/// How alike two pictures look.
public struct PictureDistance: Sendable, Hashable {
    /// Peak signal-to-noise ratio in dB: 10·log₁₀(255² / mean square difference) over all pixels and channels.
    /// Infinite when the pictures are equal. Above 40 dB nobody sees a difference; below 30 dB everybody does.
    public let psnr: Double
    /// Structural similarity, −1 … 1, the mean over the three channels; 1 when the pictures are equal.
    public let ssim: Double

    /// Whether the pictures are equal in every byte.
    public var isEqual: Bool { psnr == .infinity }

    /// Figures that were worked out before.
    public init(psnr: Double, ssim: Double) {
        self.psnr = psnr
        self.ssim = ssim
    }

    /// - Precondition: both pictures have the same size.
    public init(from reference: RGBImage, to candidate: RGBImage) {
        precondition(
            reference.width == candidate.width && reference.height == candidate.height,
            "\(reference.width)×\(reference.height) and \(candidate.width)×\(candidate.height) pixels cannot be compared")
        self.init(
            psnr: Self.peakSignalToNoiseRatio(reference.pixels, candidate.pixels),
            ssim: StructuralSimilarity.mean(reference, candidate))
    }

    private static func peakSignalToNoiseRatio(_ reference: [UInt8], _ candidate: [UInt8]) -> Double {
        let squares = reference.withUnsafeBufferPointer { reference in
            candidate.withUnsafeBufferPointer { candidate in
                var sum = 0
                for index in 0..<reference.count {
                    let difference = Int(candidate[index]) - Int(reference[index])
                    sum += difference * difference
                }
                return sum
            }
        }
        return 10 * log10(255 * 255 * Double(reference.count) / Double(squares))
    }
}

/// In JSON the PSNR of equal pictures is `null`; `equal` says why.
extension PictureDistance: Codable {
    private enum CodingKeys: String, CodingKey {
        case psnr = "psnr_db"
        case ssim
        case isEqual = "equal"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            psnr: try container.decodeNumberOrInfinity(forKey: .psnr),
            ssim: try container.decode(Double.self, forKey: .ssim))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeNumberOrNull(psnr, forKey: .psnr)
        try container.encode(ssim, forKey: .ssim)
        try container.encode(isEqual, forKey: .isEqual)
    }
}
