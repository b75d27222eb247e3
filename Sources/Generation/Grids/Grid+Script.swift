extension Grid {
    /// The parameters that A1111's X/Y/Z plot writes into the infotext of a sheet, in its order.
    public var scriptParameters: [(key: String, value: String)] {
        [("Script", "X/Y/Z plot")] + zip(["X", "Y", "Z"], axes).flatMap { letter, axis in
            [("\(letter) Type", axis.scriptType), ("\(letter) Values", GridValues.text(of: axis.values))]
        }
    }
}

extension GridAxis {
    /// The name of the axis in A1111's X/Y/Z plot; the field's own name where that has no such axis.
    var scriptType: String { Self.scriptTypes[field] ?? name }

    /// Source: AUTOMATIC1111, `scripts/xyz_grid.py`.
    private static let scriptTypes = [
        "seed": "Seed", "subseed": "Var. seed", "subseed_strength": "Var. strength", "steps": "Steps", "hires_steps": "Hires steps",
        "cfg_scale": "CFG Scale", "prompt": "Prompt S/R", "sampler": "Sampler", "hires_sampler": "Hires sampler",
        "model": "Checkpoint name", "s_min_uncond": "Negative Guidance minimum sigma", "s_churn": "Sigma Churn", "s_tmin": "Sigma min",
        "s_tmax": "Sigma max", "s_noise": "Sigma noise", "schedule": "Schedule type", "sigma_min": "Schedule min sigma",
        "sigma_max": "Schedule max sigma", "rho": "Schedule rho", "eta": "Eta", "clip_skip": "Clip skip", "strength": "Denoising",
        "noise_multiplier": "Initial noise multiplier", "extra_noise": "Extra noise", "hires_upscaler": "Hires upscaler",
        "mask_weight": "Cond. Image Mask Weight", "styles": "Styles", "solver_order": "UniPC Order",
        "always_discard_next_to_last_sigma": "Always discard next-to-last sigma", "noise": "RNG source",
    ]
}
