import Generation
import Sampling
import Tensors
import Testing

@Suite("Samplers against the originals")
struct SamplerTests {
    /// Both sides round every operation to 24 bits. Latents start at up to 14.6 · 4, where the last bit is 4e-6, and what cancels on the
    /// way down keeps that error; Heun's trial of the last step but one divides by σ = 0.03. A thousand steps add up their roundings.
    @Test("pictures agree", arguments: Sampler.allCases)
    func pictures(sampler: Sampler) throws {
        let reference = try SamplerReference.load()
        for expected in reference.runs where expected.sampler == sampler && !expected.startsAtTheEnd {
            var run = try makeRun(expected, of: reference)
            run.finish()
            #expect(distance(run.latents, expected.latents) < (expected.steps > 100 ? 5e-5 : 2e-5), "\(expected.name)")
        }
    }

    @Test("the model is asked at the same timesteps", arguments: Sampler.allCases)
    func timesteps(sampler: Sampler) throws {
        let reference = try SamplerReference.load()
        for expected in reference.runs where expected.sampler == sampler && !expected.startsAtTheEnd {
            var timesteps: [Float] = []
            var run = try makeRun(expected, of: reference)
            run.finish { call, _ in timesteps.append(call.timestep) }
            #expect(timesteps.count == run.callCount)
            #expect(run.callCount == expected.timesteps.count || expected.timesteps.count == 50)
            // As for the schedules; the timesteps of DDIM and LCM are whole numbers.
            #expect(zip(timesteps, expected.timesteps).allSatisfy { abs($0 - $1) < 2e-4 }, "\(expected.name)")
        }
    }

    @Test("the first estimate of the picture agrees, for previews")
    func firstEstimate() throws {
        let reference = try SamplerReference.load()
        for expected in reference.runs {
            guard let firstDenoised = expected.firstDenoised else { continue }
            var run = try makeRun(expected, of: reference)
            run.accept(referenceModel(try #require(run.nextCall)))
            // A few roundings.
            #expect(distance(try #require(run.denoised), firstDenoised) < 5e-7, "\(expected.name)")
        }
    }

    private func makeRun(_ expected: SamplerReference.Run, of reference: SamplerReference) throws -> SamplingRun {
        try SamplingRun(
            expected.sampler, schedule: expected.schedule, steps: expected.steps, objective: expected.objective(),
            noise: BatchNoise(source: .torch, seed: reference.seed, count: 2), imageShape: reference.imageShape)
    }

    /// The greatest difference relative to the greatest number.
    private func distance(_ array: NDArray, _ reference: [Float]) -> Float {
        guard array.values.count == reference.count, array.isFinite else { return .infinity }
        let greatest = reference.reduce(0) { max($0, abs($1)) }
        return zip(array.values, reference).reduce(0) { max($0, abs($1.0 - $1.1)) } / greatest
    }
}

extension SamplerReference.Run {
    /// diffusers takes the only step of one from timestep 0, where hardly any noise is expected; we take it from the last, as k-diffusion
    /// does.
    fileprivate var startsAtTheEnd: Bool { source == "diffusers" && sampler == .euler && steps == 1 }
}
