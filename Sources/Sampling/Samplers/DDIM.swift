import Tensors

extension Sampler {
    /// DDIM as A1111 has it: it ends at training step 1, with one call fewer than steps where their number divides 1000.
    ///
    /// Source: Song and others, "Denoising diffusion implicit models", 2020, formula 12; A1111 1.10 `sd_samplers_timesteps_impl.ddim`.
    public static let ddim = Sampler(
        "DDIM", ["ddim"], steps: 2...1000, addedNoise: .fresh, options: [.eta], defaultEta: 0,
        grid: .timesteps { settings, _ in a1111Timesteps(settings.steps) },
        evaluations: { a1111Timesteps($0).count - 1 }, "even steps as A1111 counts them; one call fewer than steps"
    ) { x, walk in try await walk.ddim(x) { $0.denoised } }

    /// DDIM CFG++: DDIM with the noise that the model sees for the negative prompt. The CFG scale counts a 12.5th.
    ///
    /// Source: Chung and others, "CFG++", 2024; A1111 1.10 `sd_samplers_timesteps_impl.ddim_cfgpp`.
    public static let ddimCFGPlusPlus = Sampler(
        "DDIM CFG++", ["ddim_cfgpp"], steps: 2...1000, addedNoise: .fresh, options: [.eta], defaultEta: 0, plusPlusFactor: 1 / 12.5,
        grid: .timesteps { settings, _ in a1111Timesteps(settings.steps) }, evaluations: { a1111Timesteps($0).count - 1 },
        "DDIM with gentler guidance; one call fewer than steps"
    ) { x, walk in try await walk.ddim(x) { $0.unconditional } }

    /// A1111's training steps, falling to 1. They may be more than `steps`.
    static func a1111Timesteps(_ steps: Int) -> [Double] {
        stride(from: 0, to: 1000, by: max(1000 / max(steps, 1), 1)).reversed().map { Double(min($0 + 1, 999)) }
    }
}

extension SamplingWalk {
    /// DDIM's steps from each training step to the next; the last is only arrived at.
    /// - Parameter direction: the estimate that tells where the noise is.
    fileprivate func ddim(_ start: NDArray, direction: (Estimates) -> NDArray) async throws -> NDArray {
        var x = start
        for (t, s) in zip(timesteps, timesteps.dropFirst()) {
            let (from, to) = (level(t), level(s))
            x = ddimStep(x, try await estimates(x, at: from), from, to, direction: direction)
            x = corrected(x)
        }
        return x
    }

    func ddimStep(
        _ x: NDArray, _ estimates: Estimates, _ from: NoiseLevel, _ to: NoiseLevel, direction: (Estimates) -> NDArray
    ) -> NDArray {
        let epsilon = from.epsilon(x, denoised: direction(estimates))
        let (a, b) = (from.signal * from.signal, to.signal * to.signal)
        let added = eta * (max((1 - b) / (1 - a) * (1 - a / b), 0)).squareRoot()
        let next = to.signal * estimates.denoised + (max(1 - b - added * added, 0)).squareRoot() * epsilon
        return added > 0 ? next + added * freshNoise() : next
    }
}
