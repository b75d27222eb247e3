import Tensors

extension Sampler {
    /// LMS: the slope of up to four calls, continued as a polynomial over the step.
    ///
    /// Source: Adams and Bashforth's linear multistep method on uneven steps; k-diffusion `sample_lms`.
    public static let lms = Sampler("LMS", ["k_lms"], options: [.order], "a polynomial through the last four slopes; one call a step",
        algorithm: walkLMS)

    /// LMSD: the same under SD.Next's name.
    ///
    /// Source: diffusers `LMSDiscreteScheduler`.
    public static let lmsDiffusers = Sampler("LMSD", options: [.order], origin: .diffusers, "LMS as SD.Next has it", algorithm: walkLMS)

    private static let walkLMS: Algorithm = { x, walk in
        var x = x
        let order = walk.options.order.map { min(max($0, 1), 4) } ?? 4
        // The latest first.
        var slopes: [(sigma: Double, slope: NDArray)] = []
        for (from, to) in walk.steps {
            let slope = (x - (try await walk.denoised(x, at: from))) / from
            slopes = [(from, slope)] + slopes.prefix(order - 1)
            let points = slopes.map(\.sigma)
            for (index, entry) in slopes.enumerated() {
                x = x + LagrangePolynomial(through: points, oneAt: index).integral(from: from, to: to) * entry.slope
            }
            x = walk.corrected(x, at: to)
        }
        return x
    }
}

/// The polynomial that is 1 at one of some points and 0 at the others.
struct LagrangePolynomial {
    /// Coefficients of 1, x, x², …
    let coefficients: [Double]

    init(through points: [Double], oneAt index: Int) {
        coefficients = points.indices.filter { $0 != index }.reduce([1]) { polynomial, other in
            // Times (x − p) / (one − p).
            let scale = 1 / (points[index] - points[other])
            let shifted = [0] + polynomial
            let kept = polynomial.map { -points[other] * $0 } + [0]
            return zip(shifted, kept).map { ($0 + $1) * scale }
        }
    }

    func integral(from start: Double, to end: Double) -> Double {
        var (sum, startPower, endPower) = (0.0, start, end)
        for (degree, coefficient) in coefficients.enumerated() {
            sum += coefficient * (endPower - startPower) / Double(degree + 1)
            startPower *= start
            endPower *= end
        }
        return sum
    }
}
