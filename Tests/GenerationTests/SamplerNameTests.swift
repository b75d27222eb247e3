import Generation
import Sampling
import Testing

@Suite("Names of samplers and schedules")
struct SamplerNameTests {
    @Test("a sampler is found by every name that people use for it", arguments: [
        ("Euler", .euler), ("euler", .euler), ("EULER", .euler), ("k_euler", .euler), (" Euler ", .euler),
        ("Euler a", .eulerAncestral), ("euler_a", .eulerAncestral), ("euler-a", .eulerAncestral), ("EulerA", .eulerAncestral),
        ("euler_ancestral", .eulerAncestral), ("k_euler_a", .eulerAncestral), ("k_euler_ancestral", .eulerAncestral),
        ("Heun", .heun), ("k_heun", .heun),
        ("DPM++ 2M", .dpmpp2M), ("dpm++ 2m", .dpmpp2M), ("DPM++2M", .dpmpp2M), ("dpmpp_2m", .dpmpp2M), ("k_dpmpp_2m", .dpmpp2M),
        ("DDIM", .ddim), ("ddim", .ddim), ("LCM", .lcm), ("lcm", .lcm), ("DPM++ 2M SDE", .dpmpp2MSDE), ("DPM++ 2M SDE Heun",
            .dpmpp2MSDEHeun),
        ("k_dpm_2_a", .dpm2Ancestral), ("DDIM CFG++", .ddimCFGPlusPlus), ("UniPC bh2", .uniPCbh2), ("DDIM (diffusers)", .ddimDiffusers),
    ] as [(String, Sampler)])
    func samplers(_ text: String, expected: Sampler) {
        #expect(SamplerName(text) == SamplerName(expected))
    }

    @Test("a schedule may be fused to a sampler's name", arguments: [
        ("DPM++ 2M Karras", .dpmpp2M, .karras), ("dpm++ 2m karras", .dpmpp2M, .karras), ("dpmpp_2m_karras", .dpmpp2M, .karras),
        ("DPM++ 2M Exponential", .dpmpp2M, .exponential), ("DPM++ 2M SGM Uniform", .dpmpp2M, .sgmUniform),
        ("dpmpp_2m_sgm_uniform", .dpmpp2M, .sgmUniform), ("Euler Karras", .euler, .karras), ("Euler a Karras", .eulerAncestral, .karras),
        ("Euler Normal", .euler, .normal), ("Heun Karras", .heun, .karras), ("DPM++ 2M SDE Heun Karras", .dpmpp2MSDEHeun, .karras),
            ("DDIM Turbo", .ddim, .turbo),
        ("DPM++ 3M SDE Exponential", .dpmpp3MSDE, .exponential), ("LMS Karras", .lms, .karras), ("DPM2 a Karras", .dpm2Ancestral, .karras),
    ] as [(String, Sampler, Schedule)])
    func fused(_ text: String, sampler: Sampler, schedule: Schedule) {
        #expect(SamplerName(text) == SamplerName(sampler, schedule))
    }

    @Test("what is no sampler's name is none", arguments: [
        "", " ", "Eule", "Eulerb", "DPM 2M", "DPM++ 4M SDE", "DPM++", "2M", "Karras", "Karras Euler", "Euler Karras Karras", "Euler \u{0}x",
    ])
    func unknown(_ text: String) {
        #expect(SamplerName(text) == nil)
    }

    @Test("A1111's name of a sampler finds it, alone and with the label of each schedule", arguments: Sampler.all)
    func roundTrip(_ sampler: Sampler) {
        #expect(SamplerName(sampler.name) == SamplerName(sampler))
        for schedule in Schedule.all {
            #expect(SamplerName("\(sampler.name) \(schedule.label)") == SamplerName(sampler, schedule))
        }
    }

    @Test("SD.Next's names are diffusers' algorithms, where A1111 has others of the same name", arguments: [
        ("UniPC", .uniPCbh2), ("DDIM", .ddimDiffusers), ("DPM++ 2M", .dpmpp2MDiffusers), ("LCM", .lcmDiffusers), ("Euler a",
            .eulerAncestral),
        ("DPM++ 2M SDE", .dpmpp2MSDEWhite), ("SA Solver", .saSolver), ("Nonsense", nil),
    ] as [(String, Sampler?)])
    func sdNext(_ text: String, expected: Sampler?) { #expect(Sampler(sdNext: text) == expected) }

    @Test("a schedule is found by its name in the API and by its label", arguments: [
        ("normal", .normal), ("Normal", .normal), ("karras", .karras), ("KARRAS", .karras), ("exponential", .exponential),
        ("sgm_uniform", .sgmUniform), ("SGM Uniform", .sgmUniform), ("sgm-uniform", .sgmUniform),
        ("uniform", .uniform), ("Automatic", .automatic), ("trailing", .turbo), ("SGMUniform", .sgmUniform), ("ays", .alignYourSteps),
        ("", nil), ("karra", nil), ("none", nil),
    ] as [(String, Schedule?)])
    func schedules(_ text: String, expected: Schedule?) {
        #expect(Schedule(name: text) == expected)
    }
}
