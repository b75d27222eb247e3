import Diffusion
import Generation
import Sampling
import TestSupport
import Testing

@Suite("Samplers and their options in the pipeline")
struct SamplingOptionsTests {
    private static func picture(_ change: (inout GenerationRequest) -> Void) async throws -> GenerationResult {
        let request = Demo.request {
            ($0.width, $0.height, $0.steps, $0.seed) = (64, 64, 4, 7)
            change(&$0)
        }
        return try await #require(Demo.pipeline).generate(request) { _ in }
    }

    /// One of each kind: the others differ in arithmetic alone, which SamplingTests hold against their originals.
    @Test("samplers of every kind draw, and tell their calls", arguments: [
        Sampler.euler, .heun, .dpmppSDE, .dpmAdaptive, .ddim, .ddimCFGPlusPlus, .eulerCFGPlusPlus, .lcm, .uniPCbh2, .pndm,
    ])
    func everyKind(sampler: Sampler) async throws {
        let request = Demo.request {
            ($0.width, $0.height, $0.steps, $0.sampler) = (64, 64, 4, sampler)
            if sampler.plusPlusFactor == 1 { $0.cfgScale = 0.8 }
        }
        let log = EventLog()
        let result = try await #require(Demo.pipeline).generate(request, onEvent: log.append)
        #expect(Set(result.pictures[0].content.pixels).count > 20)
        let calls = log.all.compactMap { if case .denoising(let done, _) = $0 { done } else { nil } }
        #expect(calls == Array(0...result.timings.steps.count))
        if sampler != .dpmAdaptive { #expect(log.all.contains(.denoising(done: calls.count - 1, total: calls.count - 1))) }
    }

    /// Batches of one and of two add up in another order.
    @Test("guidance that has ended before it begins is none")
    func guidanceEnd() async throws {
        let plain = try await Self.picture { $0.cfgScale = 1 }.pictures[0].content
        #expect(try await Self.picture { $0.guidance.end = 0 }.pictures[0].content.peakSignalToNoiseRatio(to: plain) > 60)
        #expect(try await Self.picture { $0.guidance.end = 0.5 }.pictures[0].content.peakSignalToNoiseRatio(to: plain) < 40)
    }

    @Test("a whole variation is the variation's own picture; the variations of a batch count up, the seed stays")
    func variations() async throws {
        let drawn = try await Self.picture { ($0.variationSeed, $0.variationStrength, $0.batchSize) = (100, 1, 2) }
        #expect(drawn.pictures.map(\.seed) == [7, 7])
        #expect(drawn.pictures.map(\.variationSeed) == [100, 101])
        for (index, picture) in drawn.pictures.enumerated() {
            let own = try await Self.picture { $0.seed = 100 + UInt64(index) }.pictures[0].content
            #expect(picture.content.peakSignalToNoiseRatio(to: own) > 50)
        }
        let slight = try await Self.picture { ($0.variationSeed, $0.variationStrength) = (100, 0.05) }.pictures[0].content
        let plain = try await Self.picture { _ in }.pictures[0].content
        #expect(slight != plain && slight.peakSignalToNoiseRatio(to: plain) > 15)
    }

    @Test("options that a sampler has no use for are told", arguments: [
        (
            Sampler.euler,
            Notice(.optionsUnused, ["fields": .list(["eta"]), "sampler": "Euler"], "Eta had no effect: sampler Euler does not use it.")
        ),
        (
            .ddim,
            Notice(
                .optionsUnused, ["fields": .list(["s_churn", "schedule"]), "sampler": "DDIM"],
                "Sigma churn, Schedule type had no effect: sampler DDIM does not use them.")
        ),
    ])
    func idle(sampler: Sampler, warning: Notice) async throws {
        let result = try await Self.picture {
            $0.sampler = sampler
            if sampler == .euler { $0.samplerOptions.eta = 0.5 } else { ($0.samplerOptions.churn, $0.schedule) = (2, .karras) }
        }
        #expect(result.warnings == [warning])
    }

    @Test("a correction changes the picture, and the next one is as before")
    func correction() async throws {
        // Brightness belongs to the last fifth of the steps.
        let plain = try await Self.picture { $0.steps = 10 }.pictures[0].content
        let brighter = try await Self.picture { ($0.steps, $0.correction.brightness) = (10, 3) }.pictures[0].content
        #expect(brighter != plain)
        #expect(try await Self.picture { $0.steps = 10 }.pictures[0].content == plain)
    }
}
