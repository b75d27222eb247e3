import Glibc

/// How the pixels of a picture in another size follow from its own.
public enum ResamplingFilter: Sendable, Hashable, CaseIterable {
    /// The pixel in which the centre lies.
    case nearest
    /// Linear between neighbours. All but `nearest` widen as the picture shrinks, so that each pixel counts.
    case bilinear
    /// Cubic, with a = −0.5.
    case bicubic
    /// A windowed sine of three lobes.
    case lanczos

    /// How far from the centre pixels count, in pixels of the smaller scale.
    var support: Double {
        switch self {
        case .nearest: 0.5
        case .bilinear: 1
        case .bicubic: 2
        case .lanczos: 3
        }
    }

    /// The weight of a pixel at that distance from the centre.
    func weight(_ distance: Double) -> Double {
        switch self {
        case .nearest: 1
        case .bilinear: max(1 - abs(distance), 0)
        case .bicubic: cubic(distance, sharpness: -0.5)
        case .lanczos: distance >= -3 && distance < 3 ? sinc(distance) * sinc(distance / 3) : 0
        }
    }
}

private func sinc(_ x: Double) -> Double { x == 0 ? 1 : sin(.pi * x) / (.pi * x) }

/// The cubic convolution kernel. Source: Keys, "Cubic Convolution Interpolation for Digital Image Processing", 1981.
/// - Parameter sharpness: its slope at 1.
func cubic(_ distance: Double, sharpness a: Double) -> Double {
    let x = abs(distance)
    return x < 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
}
