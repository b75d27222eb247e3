import Sampling
import Tensors
import Testing

@Suite("Where a run begins, and what it keeps")
struct SamplingStartTests {
    private static let shape = [4, 2, 3]

    private static func run(
        _ sampler: Sampler, steps: Int = 6, start: SamplingStart = .noise, mask: SamplingMask? = nil
    ) async throws -> FinishedRun {
        let objective = Objective(noiseSchedule: try .stableDiffusion(), prediction: .epsilon)
        return try await SamplingRun(
            SamplingSettings(sampler, schedule: .karras, steps: steps), objective: objective,
            noise: BatchNoise(source: .torch, seeds: [ImageSeed(7), ImageSeed(8)]), imageShape: shape, start: start, mask: mask
        ).finished()
    }

    private static func picture(_ value: Float) -> NDArray { NDArray(repeating: value, shape: [2] + shape) }

    /// Samplers that change nothing once their steps are skipped, and ask each of the rest as in the whole run. DPM fast and Restart lay
    /// their own levels between the ends, and solvers with a history begin anew.
    private static let stepwise = Sampler.all.filter { ![.dpmFast, .dpmAdaptive, .restart, .pndm, .plms].contains($0) }

    @Test("an empty picture under the first level's noise is noise", arguments: [Sampler.euler, .eulerAncestral, .heun, .dpmpp2M])
    func emptyPicture(sampler: Sampler) async throws {
        let (whole, started) = (
            try await Self.run(sampler), try await Self.run(sampler, start: .latents(Self.picture(0), skippingSteps: 0))
        )
        #expect(whole.latents == started.latents)
    }

    @Test("skipped steps are not asked about, and the picture stands under the noise of the step that comes next", arguments: stepwise)
    func skipping(sampler: Sampler) async throws {
        let whole = try await Self.run(sampler)
        let started = try await Self.run(sampler, start: .latents(Self.picture(3), skippingSteps: 4))
        #expect(!started.calls.isEmpty && started.calls.count < whole.calls.count)
        #expect(started.timesteps == whole.timesteps.suffix(started.calls.count))
        // As A1111 and diffusers count them: prompts' schedules and progress begin with the first that is done.
        #expect(started.calls.map(\.index) == Array(started.calls.indices))
        #expect(started.calls.allSatisfy { $0.count == started.calls.count })
        #expect(started.latents.isFinite)
        // The less noise, the more of the picture is in it.
        let first = try #require(started.calls.first).latents.values
        #expect(first.reduce(0, +) / Float(first.count) > 1)
    }

    @Test("with all steps skipped the picture stays", arguments: Sampler.all)
    func nothingLeft(sampler: Sampler) async throws {
        let run = try await Self.run(sampler, start: .latents(Self.picture(3), skippingSteps: 6))
        #expect(run.calls.isEmpty)
        #expect(run.latents == Self.picture(3))
    }

    @Test("a mask keeps all, nothing, or one place", arguments: Sampler.all)
    func masks(sampler: Sampler) async throws {
        let plain = try await Self.run(sampler)
        let kept = try await Self.run(sampler, mask: SamplingMask(keeping: Self.picture(0.5), share: Self.picture(1)))
        #expect(kept.latents == Self.picture(0.5))
        let open = try await Self.run(sampler, mask: SamplingMask(keeping: Self.picture(0.5), share: Self.picture(0)))
        #expect(open.latents == plain.latents)
        var share = Self.picture(0)
        share.values[5] = 1
        let one = try await Self.run(sampler, mask: SamplingMask(keeping: Self.picture(0.5), share: share))
        #expect(one.latents.values[5] == 0.5)
        // The stand-in looks at each place by itself, so that the others are as they were; DPM adaptive takes its steps by all places.
        if sampler == .dpmAdaptive { return }
        #expect(zip(one.latents.values, plain.latents.values).enumerated().allSatisfy { $0.offset == 5 || $0.element.0 == $0.element.1 })
    }
}
