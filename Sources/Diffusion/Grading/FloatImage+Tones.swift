import Generation
import Glibc

// Changes that go by lightness.
extension FloatImage {
    /// Bends the curve of lightness, each time mostly where it is dark, light, or neither.
    /// Source: SD.Next `_apply_shadows_midtones_highlights`.
    /// - Parameters: −1…1; above 0 lightens.
    mutating func adjustTones(shadows: Float, midtones: Float, highlights: Float) {
        change { pixel in
            var color = LabColor(rgb: pixel)
            var lightness: Float { color.lightness }
            color.bend(by: shadows, where: 1 - lightness)
            color.bend(by: highlights, where: lightness)
            color.bend(by: midtones, where: 1 - 2 * abs(lightness - 0.5))
            color.lightness = min(max(lightness, 0), 1)
            return color.rgb
        }
    }

    /// Mixes a colour into dark parts and another into light ones, 30 % at most. Source: SD.Next `_apply_split_toning`.
    /// - Parameter balance: 0 tints dark parts only, 1 light parts only.
    mutating func tint(shadows: RGBColor, highlights: RGBColor, balance: Float) {
        let (dark, light) = (SIMD3<Float>(shadows), SIMD3<Float>(highlights))
        change { pixel in
            let lightness = LabColor(rgb: pixel).lightness
            let darkShare = 0.3 * min(max((1 - lightness) * (1 - balance), 0), 1)
            let lightShare = 0.3 * min(max(lightness * balance, 0), 1)
            let toned = pixel * (1 - darkShare) + dark * darkShare
            return toned * (1 - lightShare) + light * lightShare
        }
    }
}

extension LabColor {
    /// - Parameters:
    ///   - amount: −1…1; above 0 lightens.
    ///   - closeness: how close the lightness is to where the change is greatest, 1 there; its square is the share of the change.
    fileprivate mutating func bend(by amount: Float, where closeness: Float) {
        if amount == 0 { return }
        let strength = 2 * amount
        let power = strength > 0 ? 1 / (1 + strength) : 1 - strength
        let share = min(max(closeness, 0), 1)
        lightness += share * share * (pow(max(lightness, 1e-6), power) - lightness)
    }
}

extension SIMD3<Float> {
    fileprivate init(_ color: RGBColor) { self = Self(Float(color.red), Float(color.green), Float(color.blue)) / 255 }
}
