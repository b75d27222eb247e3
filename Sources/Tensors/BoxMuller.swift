/// The Box–Muller transform in single precision, with the roundings of PyTorch's kernel for x86-64 processors with AVX2.
///
/// The original kernel does not call the C library: it approximates the functions by the polynomials of the Cephes library
/// (Moshier, `logf.c` and `sinf.c`), and its compiler fuses multiplications with the additions that follow them.
/// The fusing of operations decides the last bit of one result in a hundred, so neither order nor grouping may change.
enum BoxMuller {
    /// Two independent standard normal numbers.
    /// - Parameters:
    ///   - radial: uniform in 0 ..< 1; decides how far out the pair lies.
    ///   - angular: uniform in 0 ..< 1; decides the direction.
    static func normals(radial: Float, angular: Float) -> (Float, Float) {
        let radius = (-2 * logarithm(1 - radial)).squareRoot()
        let (sine, cosine) = sineAndCosine(2 * Float.pi32 * angular)
        // Adding the mean, 0, turns −0 into 0.
        return (radius * cosine + 0, radius * sine + 0)
    }

    /// ln x for a normal number x > 0.
    private static func logarithm(_ x: Float) -> Float {
        // x = 2^exponent · (1 + fraction), with 1 + fraction in √½ ..< √2
        var exponent = Float(Int32(bitPattern: x.bitPattern >> 23) - 126)
        let mantissa = Float(bitPattern: x.bitPattern & 0x007f_ffff | 0x3f00_0000)
        var fraction = mantissa - 1
        if mantissa < 0.707106781186547524 {
            exponent -= 1
            fraction += mantissa
        }

        var series: Float = 7.0376836292e-2
        series = fused(series, fraction, -1.1514610310e-1)
        series = fused(series, fraction, 1.1676998740e-1)
        series = fused(series, fraction, -1.2420140846e-1)
        series = fused(series, fraction, 1.4249322787e-1)
        series = fused(series, fraction, -1.6668057665e-1)
        series = fused(series, fraction, 2.0000714765e-1)
        series = fused(series, fraction, -2.4999993993e-1)
        series = fused(series, fraction, 3.3333331174e-1)
        series *= fraction

        // ln 2 is added in two parts, the small one first.
        let square = fraction * fraction
        series = fused(series, square, exponent * -2.12194440e-4)
        series = fused(square, -0.5, series)
        return fused(exponent, 0.693359375, fraction + series)
    }

    /// sin x and cos x for x in 0 ... 2π.
    private static func sineAndCosine(_ x: Float) -> (sine: Float, cosine: Float) {
        // The nearest even multiple of π/4, subtracted in three parts.
        let octant = (Int32(x * 1.27323954473516) + 1) & ~1
        let multiple = Float(octant)
        var angle = fused(multiple, -0.78515625, x)
        angle = fused(multiple, -2.4187564849853515625e-4, angle)
        angle = fused(multiple, -3.77489497744594108e-8, angle)
        let square = angle * angle

        var cosine: Float = 2.443315711809948e-5
        cosine = fused(cosine, square, -1.388731625493765e-3)
        cosine = fused(cosine, square, 4.166664568298827e-2)
        cosine *= square
        cosine = fused(cosine, square, square * -0.5) + 1

        var sine: Float = -1.9515295891e-4
        sine = fused(sine, square, 8.3321608736e-3)
        sine = fused(sine, square, -1.6666654611e-1)
        sine *= square
        sine = fused(sine, angle, angle)

        return switch octant & 7 {
        case 0: (sine, cosine)
        case 2: (cosine, -sine)
        case 4: (-sine, -cosine)
        default: (-cosine, sine)
        }
    }

    /// `a · b + c`, rounded once.
    private static func fused(_ a: Float, _ b: Float, _ c: Float) -> Float {
        c.addingProduct(a, b)
    }
}

extension Float {
    /// π rounded to the nearest; `Float.pi` is rounded towards zero.
    fileprivate static let pi32 = Float(Double.pi)
}
