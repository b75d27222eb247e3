import Tensors

extension Sampler {
    /// UniPC as A1111 has it: even steps of time, order 3, variant bh1.
    ///
    /// Source: Zhao and others, "UniPC", 2023; A1111 1.10 `modules/models/diffusion/uni_pc`.
    public static let uniPC = Sampler(
        "UniPC", ["uni_pc", "unipc"], options: [.order, .variant, .lowerOrderFinal],
        grid: .timesteps { settings, _ in
            let count = a1111Timesteps(settings.steps).count
            return (0...count).map { 1000 * (1 + Double($0) / Double(count) * (0.001 - 1)) - 1 }
        },
        evaluations: { a1111Timesteps($0).count }, "predictor and corrector of order 3; one call a step"
    ) { x, walk in
        let points = walk.timesteps.map { UniPCSolver.Point(walk.level($0)) }
        return try await UniPCSolver(
            points: points, order: walk.options.order ?? 3, variant: walk.options.variant ?? .bh1,
            lowersFinalOrder: walk.options.lowersFinalOrder, warmsUpWhole: true
        ).walk(x) { x, _ in
            walk.corrected(x)
        } estimate: { x, step in
            try await walk.estimates(x, at: walk.level(walk.timesteps[step])).denoised
        }
    }

    /// UniPC as diffusers has it: order 2, variant bh2, on the levels of a schedule.
    ///
    /// Source: diffusers `UniPCMultistepScheduler`.
    public static let uniPCbh2 = Sampler(
        "UniPC bh2", ["uni_pc_bh2"], automatic: .linspace, options: [.order, .variant], origin: .diffusers, grid: .solver(),
        "UniPC as SD.Next has it, of order 2; one call a step"
    ) { x, walk in
        try await UniPCSolver(
            points: walk.sigmas.map { UniPCSolver.Point(signal: 1, noise: $0) }, order: walk.options.order ?? 2,
            variant: walk.options.variant ?? .bh2, lowersFinalOrder: true, warmsUpWhole: false
        ).walk(x) { x, step in
            walk.corrected(x, at: walk.sigmas[step])
        } estimate: { x, step in
            try await walk.denoised(x, at: walk.sigmas[step])
        }
    }
}
