import Glibc

/// The schedules of A1111 1.10, Forge and diffusers. Each function gives falling levels of σ and the 0 at the end.
extension Schedule {
    /// Every schedule, in the order in which they are listed.
    public static let all: [Schedule] = [
        automatic, uniform, karras, exponential, polyexponential, sgmUniform, klOptimal, alignYourSteps, alignYourStepsGITS, simple, normal,
        ddim, beta, turbo, linspace,
    ]

    /// Automatic: the sampler's own schedule; see `Sampler.automaticSchedule`.
    public static let automatic = Schedule("automatic", "Automatic", "the one that suits the sampler") { uniform.levels($0) }

    /// Uniform: even training steps, both ends included. Source: k-diffusion `get_sigmas`.
    public static let uniform = Schedule("uniform", "Uniform", takesTrainingSteps: true, "even training steps") { q in
        let last = Double(q.training.stepCount - 1)
        return fractions(q.steps).map { q.training.sigma(atTimestep: last * (1 - $0)) } + [0]
    }

    /// Normal: Uniform between other ends, if options say so. Source: ComfyUI and A1111 `normal_scheduler`.
    public static let normal = Schedule("normal", "Normal", takesTrainingSteps: true, "even training steps, as ComfyUI calls them") { q in
        let (start, end) = q.timesteps
        return fractions(q.steps).map { q.training.sigma(atTimestep: start + $0 * (end - start)) } + [0]
    }

    /// SGM Uniform: even training steps without the last one. Source: A1111 `sgm_uniform`.
    public static let sgmUniform = Schedule(
        "sgm_uniform", "SGM Uniform", aliases: ["SGMUniform"], takesTrainingSteps: true, "even training steps, the end left out"
    ) { q in
        let (start, end) = q.timesteps
        return fractions(q.steps + 1).dropLast().map { q.training.sigma(atTimestep: start + $0 * (end - start)) } + [0]
    }

    /// Karras: many small levels. Source: Karras and others, 2022, formula 5; k-diffusion `get_sigmas_karras`.
    public static let karras = Schedule("karras", "Karras", rho: 7, "more of the steps at little noise") { q in
        karrasLevels(q.steps, least: q.least, greatest: q.greatest, rho: q.rho) + [0]
    }

    /// Exponential: even steps of log σ. Source: k-diffusion `get_sigmas_exponential`.
    public static let exponential = Schedule("exponential", "Exponential", "even steps of log σ") { q in
        fractions(q.steps).map { exp(log(q.greatest) + $0 * (log(q.least) - log(q.greatest))) } + [0]
    }

    /// Polyexponential: a power of even steps of log σ; Exponential with ρ = 1. Source: k-diffusion `get_sigmas_polyexponential`.
    public static let polyexponential = Schedule("polyexponential", "Polyexponential", rho: 1, "a power of even steps of log σ") { q in
        fractions(q.steps).map { exp(pow(1 - $0, q.rho) * (log(q.greatest) - log(q.least)) + log(q.least)) } + [0]
    }

    /// KL Optimal: even angles of σ's arc tangent. It ends at the least σ, not at 0. Source: A1111 `kl_optimal`.
    public static let klOptimal = Schedule("kl_optimal", "KL Optimal", "even steps of the arc tangent of σ, without the last to 0") { q in
        fractions(q.steps + 1).map { tan($0 * atan(q.least) + (1 - $0) * atan(q.greatest)) }
    }

    /// Align Your Steps: a table, stretched to the steps. Source: A1111 `get_align_your_steps_sigmas`.
    public static let alignYourSteps = Schedule(
        "align_your_steps", "Align Your Steps", aliases: ["ays"], "a table made for 10 steps"
    ) { q in
        AlignedSteps.stretched(q.alignedSteps.sigmas, to: q.steps) + [0]
    }

    /// Align Your Steps GITS: another table. Source: Forge `get_align_your_steps_sigmas_GITS`.
    public static let alignYourStepsGITS = Schedule(
        "align_your_steps_GITS", "Align Your Steps GITS", aliases: ["ays_gits"], "another table made for 10 steps"
    ) { q in AlignedSteps.stretched(q.alignedSteps.trajectorySigmas, to: q.steps) + [0] }

    /// Simple: every so many training steps from the last. Source: ComfyUI and A1111 `simple_scheduler`.
    public static let simple = Schedule("simple", "Simple", takesTrainingSteps: true, "every so many training steps, from the last") { q in
        let count = q.training.stepCount
        return (0..<q.steps).map { Double(q.training.sigmas[count - 1 - Int(Double($0) * (Double(count) / Double(q.steps)))]) } + [0]
    }

    /// DDIM: every so many training steps from the second. There may be more levels than steps. Source: A1111 `ddim_scheduler`.
    public static let ddim = Schedule("ddim", "DDIM", takesTrainingSteps: true, "every so many training steps, from the first") { q in
        let count = q.training.stepCount
        return stride(from: 1, to: count, by: max(count / q.steps, 1)).reversed().map { Double(q.training.sigmas[$0]) } + [0]
    }

    /// Beta: quantiles of the beta distribution between the ends of σ. Source: Lee and others, "Beta sampling is all you need", 2024;
    /// A1111 `beta_scheduler`, which spaces σ where ComfyUI spaces training steps.
    public static let beta = Schedule("beta", "Beta", "many steps at both ends") { q in
        let distribution = BetaDistribution(Double(q.options.betaAlpha), Double(q.options.betaBeta))
        return fractions(q.steps).map { q.least + distribution.quantile(1 - $0) * (q.greatest - q.least) } + [0]
    }

    /// Turbo: even training steps counted from the last, which distilled models are trained on. Source: Forge `turbo_scheduler`;
    /// diffusers' `timestep_spacing="trailing"`.
    public static let turbo = Schedule(
        "turbo", "Turbo", aliases: ["trailing"], takesTrainingSteps: true, "whole training steps from the last, for distilled models"
    ) { q in
        q.training.trailingTimesteps(q.steps).map { q.training.sigma(atTimestep: $0) } + [0]
    }

    /// Linspace: SGM Uniform on whole training steps, which diffusers' solvers take. Source: diffusers' `timestep_spacing="linspace"`.
    public static let linspace = Schedule(
        "linspace", "Linspace", takesTrainingSteps: true, "whole training steps, as diffusers' solvers"
    ) { q in
        let last = Double(q.training.stepCount - 1)
        return fractions(q.steps + 1).dropLast().map { q.training.sigma(atTimestep: (last * (1 - $0)).rounded(.toNearestOrEven)) } + [0]
    }

    /// Karras's levels, without the 0 at the end.
    ///
    /// In single precision, as torch has them: Brownian noise is cut at millionths of σ, so that a last bit would show in a picture.
    static func karrasLevels(_ steps: Int, least: Double, greatest: Double, rho: Double = 7) -> [Double] {
        let (high, low) = (pow(greatest, 1 / rho), pow(least, 1 / rho))
        let ramp = steps > 1 ? linearSpace(0, 1, count: steps) : [0]
        return ramp.map { Double(Float(pow(Double(Float(high) + $0 * Float(low - high)), rho))) }
    }

    /// `count` equally spaced numbers from 0 to 1; a single one is 0.
    private static func fractions(_ count: Int) -> [Double] {
        (0..<count).map { Double($0) / Double(max(count - 1, 1)) }
    }
}

extension Schedule.Question {
    /// The training steps of the ends.
    fileprivate var timesteps: (start: Double, end: Double) {
        (training.timestep(atSigma: greatest), training.timestep(atSigma: least))
    }
}
