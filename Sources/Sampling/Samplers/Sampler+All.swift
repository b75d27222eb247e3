extension Sampler {
    /// Every sampler, in the order in which they are listed.
    public static let all: [Sampler] = [
        euler, eulerAncestral, heun, dpm2, dpm2Ancestral, lms,
        dpmpp2M, dpmpp2SAncestral, dpmppSDE, dpmpp2MSDE, dpmpp2MSDEHeun, dpmpp3MSDE, restart, dpmFast, dpmAdaptive,
        ddim, ddimCFGPlusPlus, plms, uniPC, lcm, eulerCFGPlusPlus, eulerAncestralCFGPlusPlus,
        uniPCbh2, dpmpp2MDiffusers, dpmpp3M, dpmpp1S, dpmpp2MSDEWhite, deis, saSolver, ddpm, ddimDiffusers, pndm, tcd,
        lcmDiffusers, kdpm2, kdpm2Ancestral,
        lmsDiffusers,
    ]
}
