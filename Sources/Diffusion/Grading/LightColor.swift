import Glibc

/// The colour of glowing bodies.
enum LightColor {
    /// How much of red, green and blue the light has, compared with that of about 6500 kelvins.
    ///
    /// Tanner Helland's fit of a table of such colours, as SD.Next has it in `_kelvin_to_rgb_scale`. Its reference is rounded, so
    /// that 6500 gives 1 but for a thousandth or two.
    /// - Parameter kelvins: clipped to 1000…40000.
    static func scale(kelvins: Double) -> SIMD3<Float> {
        let hundreds = min(max(kelvins, 1000), 40000) / 100
        let color =
            if hundreds <= 66 {
                SIMD3(
                    255, 99.4708025861 * log(hundreds) - 161.1195681661,
                    hundreds <= 19 ? 0 : 138.5177312231 * log(hundreds - 10) - 305.0447927307)
            } else {
                SIMD3(329.698727446 * pow(hundreds - 60, -0.1332047592), 288.1221695283 * pow(hundreds - 60, -0.0755148492), 255)
            }
        let share = (color / 255).clamped(lowerBound: .zero, upperBound: .one)
        return SIMD3<Float>(share / SIMD3(1, 0.9529, 0.9083))
    }
}
