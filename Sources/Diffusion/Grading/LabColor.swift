import Glibc

/// A colour in CIELAB under daylight (D65): lightness apart from all else, in steps that look alike.
///
/// Source: kornia `rgb_to_lab` and `lab_to_rgb`, constants included.
struct LabColor: Sendable, Equatable {
    /// L\*/100: 0…1.
    var lightness: Float
    /// Green to red, about −128…127.
    var a: Float
    /// Blue to yellow, about −128…127.
    var b: Float

    /// XYZ of white.
    private static let white = SIMD3<Float>(0.95047, 1, 1.08883)
    /// Rows that give XYZ of linear RGB.
    private static let toXYZ: [SIMD3<Float>] = [
        [0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227],
    ]
    /// Rows that give linear RGB of XYZ.
    private static let fromXYZ: [SIMD3<Float>] = [
        [3.2404813, -1.5371515, -0.49853633], [-0.96925495, 1.87599, 0.041555927], [0.055646639, -0.20404134, 1.057311],
    ]

    /// - Parameter rgb: sRGB, 0…1.
    init(rgb: SIMD3<Float>) {
        let linear = rgb.map { $0 > 0.04045 ? pow(($0 + 0.055) / 1.055, 2.4) : $0 / 12.92 }
        let xyz = linear.times(Self.toXYZ)
        let root = (xyz / Self.white).map { $0 > 0.008856 ? cbrt($0) : 7.787 * $0 + 4 / 29 }
        lightness = (116 * root.y - 16) / 100
        a = 500 * (root.x - root.y)
        b = 200 * (root.y - root.z)
    }

    /// The colour in sRGB, clipped to 0…1.
    var rgb: SIMD3<Float> {
        let y = (100 * lightness + 16) / 116
        let root = SIMD3(y + a / 500, y, max(0, y - b / 200))
        let xyz = root.map { $0 > 0.2068966 ? $0 * $0 * $0 : ($0 - 4 / 29) / 7.787 } * Self.white
        let linear = xyz.times(Self.fromXYZ)
        return linear.map { $0 > 0.0031308 ? 1.055 * pow($0, 1 / 2.4) - 0.055 : 12.92 * $0 }.unit
    }
}

extension SIMD3<Float> {
    /// The product of a matrix of three rows and this column.
    fileprivate func times(_ rows: [Self]) -> Self { Self((rows[0] * self).sum(), (rows[1] * self).sum(), (rows[2] * self).sum()) }
}
