public import Generation
import Glibc

extension RGBImage {
    /// The picture with the colours of another, as A1111's colour correction matches them.
    ///
    /// Each channel of CIELAB gets the distribution that it has in the other picture. Of the result, hue and saturation count; the
    /// luminosity stays.
    /// Source: A1111 `modules/processing.py`, `apply_color_correction`; W3C "Compositing and Blending Level 1".
    public func colorMatched(to other: RGBImage) -> RGBImage {
        let (levels, wanted) = (LabLevels(self), LabLevels(other))
        let maps = (0..<3).map { levels.map(channel: $0, to: wanted) }
        return RGBImage(width: width, height: height) { result in
            for start in stride(from: 0, to: pixels.count, by: 3) {
                let matched = LabLevels.rgb(SIMD3(
                    maps[0][Int(levels.values[start])], maps[1][Int(levels.values[start + 1])], maps[2][Int(levels.values[start + 2])]))
                let color = SIMD3<Double>(SIMD3(pixels[start], pixels[start + 1], pixels[start + 2])) / 255
                let blend = (matched.withLuminosity(color.luminosity) * 255).rounded(.toNearestOrEven)
                for channel in 0..<3 { result[start + channel] = UInt8(min(max(blend[channel], 0), 255)) }
            }
        }
    }
}

/// A picture in CIELAB under daylight (D65), in 8 bits: L\*·255/100, a\* + 128 and b\* + 128.
///
/// Source: OpenCV 5.0 `imgproc/src/color_lab.cpp`. The way there has its whole numbers, as a level more or less can move a whole
/// distribution; the way back is exact, and OpenCV's is off by up to 2.
private struct LabLevels {
    /// Three bytes a pixel.
    let values: [UInt8]

    /// Linear light of sRGB, in units of 1/2040.
    private static let light = (0..<256).map { Int((2040 * linear(Double($0) / 255)).rounded(.toNearestOrEven)) }
    /// Roots of light in units of 2⁻¹⁵, up to one and a half times white.
    private static let roots = (0..<3060).map { level in
        let light = Float(level) / 2040
        return Int((32768 * (light < 0.008856 ? light * 7.787 + 16 / 116 : cbrt(light))).rounded(.toNearestOrEven))
    }
    /// XYZ of white.
    private static let white = SIMD3(0.950456, 1, 1.088754)
    /// XYZ of red, green and blue.
    private static let primaries = [
        SIMD3(0.412453, 0.212671, 0.019334), SIMD3(0.357580, 0.715160, 0.119193), SIMD3(0.180423, 0.072169, 0.950227),
    ]
    /// RGB of X, Y and Z.
    private static let inverse = [
        SIMD3(3.240479, -0.969256, 0.055648), SIMD3(-1.53715, 1.875991, -0.204043), SIMD3(-0.498535, 0.041556, 1.057311),
    ]

    init(_ image: RGBImage) {
        // Against white, in units of 2⁻¹².
        let weights = Self.primaries.map { SIMD3<Int>(($0 / Self.white * 4096).rounded(.toNearestOrEven)) }
        let (light, roots) = (Self.light, Self.roots)
        func rounded(_ number: Int, _ bits: Int) -> Int { (number + 1 << (bits - 1)) >> bits }
        values = [UInt8](unsafeUninitializedCapacity: image.pixels.count) { values, initialized in
            for start in stride(from: 0, to: image.pixels.count, by: 3) {
                var xyz = SIMD3<Int>.zero
                for channel in 0..<3 { xyz &+= weights[channel] &* light[Int(image.pixels[start + channel])] }
                let root = SIMD3(roots[rounded(xyz.x, 12)], roots[rounded(xyz.y, 12)], roots[rounded(xyz.z, 12)])
                values[start] = UInt8(clamping: rounded(296 * root.y - 1_336_935, 15))
                values[start + 1] = UInt8(clamping: rounded(500 * (root.x - root.y) + 128 << 15, 15))
                values[start + 2] = UInt8(clamping: rounded(200 * (root.y - root.z) + 128 << 15, 15))
            }
            initialized = image.pixels.count
        }
    }

    /// The level in the other picture below which as many pixels are, for each level here: linear between levels that are there,
    /// and without its fraction.
    func map(channel: Int, to other: LabLevels) -> [Int] {
        let (shares, wanted) = (shares(channel), other.shares(channel))
        let levels = (0..<256).filter { wanted[$0] > ($0 == 0 ? 0 : wanted[$0 - 1]) }
        return shares.map { share in
            guard let next = levels.firstIndex(where: { wanted[$0] >= share }) else { return levels.last ?? 0 }
            let upper = levels[next]
            if next == 0 || wanted[upper] == share { return upper }
            let lower = levels[next - 1]
            return lower + Int(Double(upper - lower) * (share - wanted[lower]) / (wanted[upper] - wanted[lower]))
        }
    }

    /// How many of all pixels have a level or a lower one: 0…1, for each level.
    private func shares(_ channel: Int) -> [Double] {
        var counts = [Int](repeating: 0, count: 256)
        for index in stride(from: channel, to: values.count, by: 3) { counts[Int(values[index])] += 1 }
        for level in 1..<256 { counts[level] += counts[level - 1] }
        return counts.map { Double($0) / Double(values.count / 3) }
    }

    /// sRGB, 0…1, of levels; clipped.
    static func rgb(_ levels: SIMD3<Int>) -> SIMD3<Double> {
        let y = (Double(levels[0]) * 100 / 255 + 16) / 116
        let root = SIMD3(y + Double(levels[1] - 128) / 500, y, y - Double(levels[2] - 128) / 200)
        let xyz = root.mapLanes { $0 > 6 / 29 ? $0 * $0 * $0 : ($0 - 16 / 116) / 7.787 } * white
        let light = inverse[0] * xyz.x + inverse[1] * xyz.y + inverse[2] * xyz.z
        return light.mapLanes { light in
            let light = min(max(light, 0), 1)
            return light > 0.0031308 ? 1.055 * pow(light, 1 / 2.4) - 0.055 : 12.92 * light
        }
    }

    /// - Parameter value: sRGB, 0…1.
    private static func linear(_ value: Double) -> Double { value > 0.04045 ? pow((value + 0.055) / 1.055, 2.4) : value / 12.92 }
}

extension SIMD3<Double> {
    fileprivate func mapLanes(_ transform: (Double) -> Double) -> Self { Self(transform(x), transform(y), transform(z)) }

    /// How light the colour is.
    fileprivate var luminosity: Double { 0.3 * x + 0.59 * y + 0.11 * z }

    /// The colour made lighter or darker; what then lies outside of 0…1 is drawn towards gray.
    fileprivate func withLuminosity(_ wanted: Double) -> Self {
        var color = self + (wanted - luminosity)
        let (light, low, high) = (color.luminosity, color.min(), color.max())
        if low < 0 { color = light + (color - light) * (light / (light - low)) }
        if high > 1 { color = light + (color - light) * ((1 - light) / (high - light)) }
        return color
    }
}
