import Fidelity
import Tensors
import Testing

@Suite("What counts as drift")
struct DriftTests {
    @Test("an error over the bound or over three times the baseline does, one at a limit does not", arguments: [
        (0.005, nil, nil), (0.01, nil, nil), (0.0101, nil, .overBound(0.01)), (.infinity, nil, .overBound(0.01)),
        (0.006, 0.002, nil), (0.0061, 0.002, .overBaseline(0.002)), (0.01, 0.01, nil), (0.011, 0.01, .overBound(0.01)),
        // Baselines below a hundredth of the bound count as that hundredth.
        (0, 0, nil), (1e-5, 1e-7, nil), (3e-4, 0, nil), (3.1e-4, 0, .overBaseline(0)), (3.1e-4, 1e-5, .overBaseline(1e-5)),
    ] as [(Double, Double?, Drift?)])
    func limits(error: Double, baseline: Double?, drift: Drift?) {
        #expect(Drift(.error(error), bound: 0.01, baseline: baseline) == drift)
    }

    @Test("one number that is not finite does, whatever the bound")
    func nonFinite() {
        let distance = Distance(from: NDArray(shape: [2], values: [1, 2]), to: NDArray(shape: [2], values: [1, .nan]))
        #expect(Drift(distance, bound: .infinity, baseline: nil) == .nonFinite(count: 1))
    }
}

extension Distance {
    /// A distance of which only the relative error matters.
    static func error(_ error: Double) -> Distance { Distance(relativeError: error, maximumError: error, cosine: 1) }
}
