import Glibc

/// The beta distribution on 0 … 1.
struct BetaDistribution {
    private let (alpha, beta): (Double, Double)
    /// The logarithm of 1 / B(α, β).
    private let logScale: Double

    /// - Precondition: both are greater than 0.
    init(_ alpha: Double, _ beta: Double) {
        (self.alpha, self.beta) = (alpha, beta)
        logScale = lgamma(alpha + beta) - lgamma(alpha) - lgamma(beta)
    }

    /// The number below which this share of the distribution lies, by bisection.
    func quantile(_ share: Double) -> Double {
        if share <= 0 { return 0 }
        if share >= 1 { return 1 }
        var (low, high) = (0.0, 1.0)
        for _ in 0..<200 where high > low {
            let middle = (low + high) / 2
            if middle == low || middle == high { break }
            if cumulative(middle) < share { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// The share of the distribution below x: the regularised incomplete beta function.
    private func cumulative(_ x: Double) -> Double {
        // The fraction converges fast on one side of the mean.
        x < (alpha + 1) / (alpha + beta + 2) ? part(x, alpha, beta) : 1 - part(1 - x, beta, alpha)
    }

    /// Lentz's evaluation of the continued fraction.
    ///
    /// Source: Press and others, "Numerical recipes", section 6.4; NIST Digital Library of Mathematical Functions, 8.17.22.
    private func part(_ x: Double, _ a: Double, _ b: Double) -> Double {
        if x <= 0 { return 0 }
        let factor = exp(logScale + a * log(x) + b * log1p(-x)) / a
        var (c, d) = (1.0, 1 / nonzero(1 - (a + b) * x / (a + 1)))
        var fraction = d
        for m in 1...300 {
            let n = Double(m)
            for term in [n * (b - n) * x / ((a + 2 * n - 1) * (a + 2 * n)), -(a + n) * (a + b + n) * x / ((a + 2 * n) * (a + 2 * n + 1))] {
                d = 1 / nonzero(1 + term * d)
                c = nonzero(1 + term / c)
                fraction *= d * c
            }
            if abs(d * c - 1) < 1e-15 { break }
        }
        return factor * fraction
    }

    private func nonzero(_ value: Double) -> Double { abs(value) < 1e-300 ? 1e-300 : value }
}
