import Generation
import Sampling
import Testing

@Suite("Requests that are drawn together")
struct TogetherTests {
    private static func request(_ change: (inout GenerationRequest) -> Void = { _ in }) -> GenerationRequest {
        var request = GenerationRequest(prompt: "a cat")
        change(&request)
        return request
    }

    @Test("they may differ in what each picture has of its own", arguments: [
        request { $0.prompt = "a dog" }, request { $0.negativePrompt = "blurry" }, request { $0.styles = ["ink"] }, request { $0.seed = 7 },
        request { $0.batchSize = 3 }, request { $0.scheduleCounting = .a1111 },
        request { ($0.variationSeed, $0.variationStrength) = (5, 0.5) },
    ])
    func together(_ other: GenerationRequest) {
        #expect(Self.request().canBeDrawnTogether(with: other))
    }

    @Test("DPM adaptive is drawn alone, for pictures that are drawn together decide on its steps together")
    func adaptive() {
        let request = Self.request { $0.sampler = .dpmAdaptive }
        #expect(!request.canBeDrawnTogether(with: request))
    }

    @Test("options that a sampler has no use for are named, and those that it obeys are not", arguments: [
        ({ @Sendable in $0.sampler = .euler }, nil),
        ({ @Sendable in ($0.sampler, $0.samplerOptions.eta) = (.euler, 0.5) }, "Eta had no effect: sampler Euler does not use it."),
        ({ @Sendable in ($0.sampler, $0.samplerOptions.eta) = (.eulerAncestral, 0.5) }, nil),
        ({ @Sendable in ($0.sampler, $0.seedDelta) = (.ddim, 3) }, "ENSD had no effect: sampler DDIM does not use it."),
        ({ @Sendable in ($0.sampler, $0.seedDelta, $0.samplerOptions.eta) = (.ddim, 3, 1) }, nil),
        ({ @Sendable in ($0.sampler, $0.schedule) = (.plms, .karras) }, "Schedule type had no effect: sampler PLMS does not use it."),
        ({ @Sendable in ($0.sampler, $0.schedule) = (.ddimDiffusers, .turbo) }, nil),
        (
            { @Sendable in ($0.sampler, $0.guidance.skipEarly, $0.guidance.end) = (.ddimCFGPlusPlus, 0.2, 0.5) },
            "CFG end, Skip Early CFG had no effect: sampler DDIM CFG++ does not use them."
        ),
    ] as [(@Sendable (inout GenerationRequest) -> Void, String?)])
    func idle(change: @Sendable (inout GenerationRequest) -> Void, expected: String?) {
        #expect(Self.request(change).recipe.idleOptions?.description == expected)
    }

    @Test("they may not differ in anything that belongs to the whole run of the sampler", arguments: [
        request { $0.width = 256 }, request { $0.height = 256 }, request { $0.steps = 21 }, request { $0.sampler = .heun },
        request { $0.schedule = .karras }, request { $0.cfgScale = 7.5 }, request { $0.noise = .philox }, request { $0.emphasis = .noNorm },
            request { $0.clipSkip = 2 }, request { $0.commaBacktrack = 0 }, request { $0.padsConditionings = true },
            request { $0.sizeConditioning.crop.top = 8 },
        request { $0.clipSkipRule = .forge }, request { $0.zeroesEmptyNegative = false }, request { $0.tiling = .x },
        request { $0.samplerOptions.eta = 0.5 }, request { $0.scheduleOptions.rho = 5 }, request { $0.guidance.end = 0.5 },
        request { $0.seedDelta = 1 }, request { $0.grading.vignette = 0.5 }, request { $0.correction.brightness = 1 },
    ])
    func apart(_ other: GenerationRequest) {
        #expect(!Self.request().canBeDrawnTogether(with: other))
    }

    @Test("seeds count up, past the largest to 0")
    func seeds() {
        #expect(Self.request { ($0.seed, $0.batchSize) = (.max, 3) }.seeds == [.max, 0, 1])
    }
}
