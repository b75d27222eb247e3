public import Tensors

/// How far one array of numbers is from another that is taken for the truth.
///
/// Values that are not finite, in either array, are not left out: a single one makes the relative error and the maximum
/// infinite and the cosine 0. `nonFiniteCount` says how many there are.
public struct Distance: Sendable, Hashable {
    /// ‖candidate − reference‖ / ‖reference‖, where ‖·‖ is the root of the sum of squares. 0 … ∞.
    /// When the reference is zero throughout: 0 for a candidate that is so too, ∞ for any other.
    public let relativeError: Double
    /// The greatest |candidate − reference| of one element.
    public let maximumError: Double
    /// Cosine of the angle between the two, −1 … 1: 1 when they differ by a positive factor only.
    /// 1 when both are zero throughout, 0 when only one is.
    public let cosine: Double
    /// Elements at which either value is infinite or not a number.
    public let nonFiniteCount: Int

    /// Figures that were worked out before.
    public init(relativeError: Double, maximumError: Double, cosine: Double, nonFiniteCount: Int = 0) {
        self.relativeError = relativeError
        self.maximumError = maximumError
        self.cosine = cosine
        self.nonFiniteCount = nonFiniteCount
    }

    /// Compares element by element, adding up in double precision.
    /// - Precondition: both arrays have the same shape.
    public init(from reference: NDArray, to candidate: NDArray) {
        precondition(reference.shape == candidate.shape, "the shapes \(reference.shape) and \(candidate.shape) differ")
        var sums = Sums()
        reference.values.withUnsafeBufferPointer { reference in
            candidate.values.withUnsafeBufferPointer { candidate in
                for index in 0..<reference.count { sums.add(Double(reference[index]), Double(candidate[index])) }
            }
        }
        self.init(sums)
    }

    /// The worst figure of each kind, and all values that are not finite: what a network is judged by that was asked several times.
    /// - Precondition: there is at least one distance.
    public init(worstOf distances: [Distance]) {
        precondition(!distances.isEmpty, "there are no distances")
        self.init(
            relativeError: distances.reduce(0) { max($0, $1.relativeError) },
            maximumError: distances.reduce(0) { max($0, $1.maximumError) },
            cosine: distances.reduce(1) { min($0, $1.cosine) },
            nonFiniteCount: distances.reduce(0) { $0 + $1.nonFiniteCount })
    }
}

/// Sums that one pass over both arrays collects.
private struct Sums {
    var referenceSquares = 0.0
    var candidateSquares = 0.0
    var products = 0.0
    var differenceSquares = 0.0
    var maximumDifference = 0.0
    var nonFiniteCount = 0

    @inline(__always)
    mutating func add(_ reference: Double, _ candidate: Double) {
        let difference = candidate - reference
        // Finite single-precision numbers cannot overflow here, so this is finite just when both are.
        if !difference.isFinite { nonFiniteCount += 1 }
        referenceSquares += reference * reference
        candidateSquares += candidate * candidate
        products += reference * candidate
        differenceSquares += difference * difference
        maximumDifference = max(maximumDifference, abs(difference))
    }
}

extension Distance {
    private init(_ sums: Sums) {
        guard sums.nonFiniteCount == 0 else {
            self.init(relativeError: .infinity, maximumError: .infinity, cosine: 0, nonFiniteCount: sums.nonFiniteCount)
            return
        }
        let relativeError = sums.differenceSquares == 0 ? 0 : (sums.differenceSquares / sums.referenceSquares).squareRoot()
        let norms = sums.referenceSquares.squareRoot() * sums.candidateSquares.squareRoot()
        let isNothingToNothing = sums.referenceSquares == 0 && sums.candidateSquares == 0
        // Rounding can carry the quotient of equal arrays a little beyond 1.
        let cosine = norms > 0 ? min(1, max(-1, sums.products / norms)) : isNothingToNothing ? 1 : 0
        self.init(relativeError: relativeError, maximumError: sums.maximumDifference, cosine: cosine, nonFiniteCount: 0)
    }
}

/// In JSON an infinite figure is `null`.
extension Distance: Codable {
    private enum CodingKeys: String, CodingKey {
        case relativeError = "relative_error"
        case maximumError = "maximum_error"
        case cosine
        case nonFiniteCount = "non_finite_count"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            relativeError: try container.decodeNumberOrInfinity(forKey: .relativeError),
            maximumError: try container.decodeNumberOrInfinity(forKey: .maximumError),
            cosine: try container.decode(Double.self, forKey: .cosine),
            nonFiniteCount: try container.decode(Int.self, forKey: .nonFiniteCount))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeNumberOrNull(relativeError, forKey: .relativeError)
        try container.encodeNumberOrNull(maximumError, forKey: .maximumError)
        try container.encode(cosine, forKey: .cosine)
        try container.encode(nonFiniteCount, forKey: .nonFiniteCount)
    }
}
