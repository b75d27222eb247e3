/// Why a network's numbers are not good enough any more.
public enum Drift: Sendable, Hashable {
    case nonFinite(count: Int)
    /// The relative error is over the bound of the stage.
    case overBound(Double)
    /// The relative error is within the bound, but more than three times the baseline: something has changed.
    case overBaseline(Double)
    /// The device refused to compile or to run the network; says how.
    case failed(String)

    /// How many times its baseline an error may be.
    public static let baselineFactor = 3.0

    /// A baseline below this share of the bound is taken for this share.
    ///
    /// Devices in f32 add up in an order of their own, and may change it: a relative error of 1e-6 that becomes 1e-5 is
    /// rounding, and three times 0 is 0. A hundredth of the UNet's bound is 1e-4, above such rounding and still
    /// far below what is visible.
    public static let leastBaselineShare = 0.01

    /// Judges a probe.
    /// - Parameters:
    ///   - bound: the greatest relative error that is accepted.
    ///   - baseline: the relative error of the first probe of the same compiled network; nil when this is the first.
    /// - Returns: nil when all is well. An error that equals a limit is within it.
    public init?(_ distance: Distance, bound: Double, baseline: Double?) {
        if distance.nonFiniteCount > 0 {
            self = .nonFinite(count: distance.nonFiniteCount)
        } else if !(distance.relativeError <= bound) {
            self = .overBound(bound)
        } else if let baseline, distance.relativeError > Self.baselineFactor * max(baseline, Self.leastBaselineShare * bound) {
            self = .overBaseline(baseline)
        } else {
            return nil
        }
    }
}
