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
    ])
    func together(_ other: GenerationRequest) {
        #expect(Self.request().canBeDrawnTogether(with: other))
    }

    @Test("they may not differ in anything that belongs to the whole run of the sampler", arguments: [
        request { $0.width = 256 }, request { $0.height = 256 }, request { $0.steps = 21 }, request { $0.sampler = .heun },
        request { $0.schedule = .karras }, request { $0.cfgScale = 7.5 }, request { $0.noise = .philox }, request { $0.emphasis = .noNorm },
            request { $0.clipSkip = 2 }, request { $0.commaBacktrack = 0 }, request { $0.padsConditionings = true },
            request { $0.sizeConditioning.crop.top = 8 },
        request { $0.clipSkipRule = .forge }, request { $0.zeroesEmptyNegative = false }, request { $0.tiling = .x },
    ])
    func apart(_ other: GenerationRequest) {
        #expect(!Self.request().canBeDrawnTogether(with: other))
    }

    @Test("seeds count up, past the largest to 0")
    func seeds() {
        #expect(Self.request { ($0.seed, $0.batchSize) = (.max, 3) }.seeds == [.max, 0, 1])
    }
}
