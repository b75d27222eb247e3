import Glibc
import Tensors

extension SamplingWalk {
    /// How far down a step goes in t = −log σ, and how much noise it gets back up.
    func target(from t: Double, to next: Double, end: Double) -> (to: Double, up: Double) {
        guard eta > 0 else { return (next, 0) }
        let level = exp(-next)
        let down = ancestral(exp(-t), level).down
        let to = down > 0 ? min(end, -log(down)) : end
        return (to, max(level * level - exp(-2 * to), 0).squareRoot())
    }
}

/// A step of DPM-Solver in t = −log σ. The model is asked once about each point.
struct DPMSolverStep {
    private let (x, t, to): (NDArray, Double, Double)
    private let walk: SamplingWalk
    /// The noise at the start, and at a third of the step.
    private var (start, third): (NDArray?, NDArray?)

    init(_ x: NDArray, from t: Double, to: Double, _ walk: SamplingWalk) { (self.x, self.t, self.to, self.walk) = (x, t, to, walk) }

    private var h: Double { to - t }

    private func epsilon(_ x: NDArray, _ t: Double) async throws -> NDArray {
        let sigma = exp(-t)
        return (x - (try await walk.denoised(x, at: sigma))) / sigma
    }

    private mutating func startEpsilon() async throws -> NDArray {
        if let start { return start }
        let answer = try await epsilon(x, t)
        start = answer
        return answer
    }

    /// The noise at a part of the step.
    private mutating func epsilon(part: Double) async throws -> NDArray {
        if part == 1 / 3, let third { return third }
        let middle = t + part * h
        let answer = try await epsilon(x - (exp(-middle) * expm1(part * h)) * startEpsilon(), middle)
        if part == 1 / 3 { third = answer }
        return answer
    }

    mutating func moved(order: Int) async throws -> NDArray {
        switch order {
        case 1: x - (exp(-to) * expm1(h)) * (try await startEpsilon())
        case 2: try await second(part: 0.5)
        default: try await third()
        }
    }

    mutating func second(part: Double) async throws -> NDArray {
        let first = try await startEpsilon()
        let middle = try await epsilon(part: part)
        return x - (exp(-to) * expm1(h)) * first - (exp(-to) / (2 * part) * expm1(h)) * (middle - first)
    }

    mutating func third() async throws -> NDArray {
        let first = try await startEpsilon()
        let early = try await epsilon(part: 1 / 3)
        let (step, late) = (2 * h / 3, t + 2 * h / 3)
        let trial = x - (exp(-late) * expm1(step)) * first - (exp(-late) * 2 * (expm1(step) / step - 1)) * (early - first)
        let second = try await epsilon(trial, late)
        return x - (exp(-to) * expm1(h)) * first - (exp(-to) * 1.5 * (expm1(h) / h - 1)) * (second - first)
    }
}
