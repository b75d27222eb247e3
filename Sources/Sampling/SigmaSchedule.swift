public import Generation
import Glibc

/// The noise levels that a picture passes through on its way.
extension NoiseSchedule {
    /// `steps` falling noise levels, each the start of a step, then 0.
    ///
    /// Source: k-diffusion `get_sigmas`, `get_sigmas_karras` (ρ = 7) and `get_sigmas_exponential`, with the model's own least and
    /// greatest σ; A1111 `sd_schedulers.sgm_uniform`.
    /// - Precondition: `steps` is at least 1.
    public func sigmas(_ schedule: Schedule, steps: Int) -> [Float] {
        precondition(steps >= 1, "a schedule has at least one step")
        let last = Double(stepCount - 1)
        let least = Double(sigmas[0])
        let greatest = Double(sigmas[stepCount - 1])
        let levels: [Float] = switch schedule {
        case .normal:
            fractions(steps).map { sigma(atTimestep: last * (1 - $0)) }
        case .sgmUniform:
            // Like `normal` with one step more, of which the last is left out.
            fractions(steps + 1).dropLast().map { sigma(atTimestep: last * (1 - $0)) }
        case .karras:
            fractions(steps).map { Float(pow(pow(greatest, 1 / 7) + $0 * (pow(least, 1 / 7) - pow(greatest, 1 / 7)), 7)) }
        case .exponential:
            fractions(steps).map { Float(exp(log(greatest) + $0 * (log(least) - log(greatest)))) }
        }
        return levels + [0]
    }

    /// `count` equally spaced numbers from 0 to 1; a single one is 0.
    private func fractions(_ count: Int) -> [Double] {
        (0..<count).map { Double($0) / Double(max(count - 1, 1)) }
    }
}
