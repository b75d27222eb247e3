import Generation
import Sampling
import Tensors
import Testing

@Suite("Where a run begins, and what it keeps")
struct SamplingStartTests {
    private static let shape = [4, 2, 3]

    private static func run(
        _ sampler: Sampler, steps: Int = 6, start: SamplingStart = .noise, mask: SamplingMask? = nil
    ) throws -> SamplingRun {
        let objective = Objective(noiseSchedule: try .stableDiffusion(), prediction: .epsilon)
        return try SamplingRun(
            sampler, schedule: .karras, steps: steps, objective: objective, noise: BatchNoise(source: .torch, seeds: [7, 8]),
            imageShape: shape,
            start: start, mask: mask)
    }

    private static func picture(_ value: Float) -> NDArray { NDArray(repeating: value, shape: [2] + shape) }

    @Test("an empty picture under the first level's noise is noise", arguments: [Sampler.euler, .eulerAncestral, .heun, .dpmpp2M])
    func emptyPicture(sampler: Sampler) throws {
        var (whole, started) = (try Self.run(sampler), try Self.run(sampler, start: .latents(Self.picture(0), skippingSteps: 0)))
        whole.finish()
        started.finish()
        #expect(whole.latents == started.latents)
    }

    @Test(
        "skipped steps are not asked about, and the picture stands under the noise of the step that comes next", arguments: Sampler.allCases
    )
    func skipping(sampler: Sampler) throws {
        let whole = try Self.run(sampler)
        var calls: [SamplingRun.ModelCall] = []
        var other = whole
        other.finish { call, _ in calls.append(call) }
        var started = try Self.run(sampler, start: .latents(Self.picture(3), skippingSteps: 4))
        #expect(started.completedStepCount == 4)
        let first = try #require(started.nextCall)
        #expect(calls.map(\.timestep).contains(first.timestep))
        var asked: [Float] = []
        started.finish { call, _ in asked.append(call.timestep) }
        #expect(asked == calls.map(\.timestep).suffix(asked.count))
        #expect(started.latents.isFinite)
        // The less noise, the more of the picture is in it.
        let mean = first.latents.values.reduce(0, +) / Float(first.latents.values.count)
        #expect(mean > 1)
    }

    @Test("with all steps skipped the picture stays", arguments: Sampler.allCases)
    func nothingLeft(sampler: Sampler) throws {
        let run = try Self.run(sampler, start: .latents(Self.picture(3), skippingSteps: 6))
        #expect(run.nextCall == nil)
        #expect(run.latents == Self.picture(3))
    }

    @Test("a mask keeps all, nothing, or one place", arguments: Sampler.allCases)
    func masks(sampler: Sampler) throws {
        var plain = try Self.run(sampler)
        plain.finish()
        var kept = try Self.run(sampler, mask: SamplingMask(keeping: Self.picture(0.5), share: Self.picture(1)))
        kept.finish()
        #expect(kept.latents == Self.picture(0.5))
        var open = try Self.run(sampler, mask: SamplingMask(keeping: Self.picture(0.5), share: Self.picture(0)))
        open.finish()
        #expect(open.latents == plain.latents)
        var share = Self.picture(0)
        share.values[5] = 1
        var one = try Self.run(sampler, mask: SamplingMask(keeping: Self.picture(0.5), share: share))
        one.finish()
        #expect(one.latents.values[5] == 0.5)
        // The stand-in looks at each place by itself, so that the others are as they were.
        #expect(zip(one.latents.values, plain.latents.values).enumerated().allSatisfy { $0.offset == 5 || $0.element.0 == $0.element.1 })
    }
}
