import Sampling
import Tensors
import Testing

@Suite("Samplers against the originals")
struct SamplerTests {
    /// Both sides round every operation to 24 bits. Latents start at up to 14.6 · 4, where the last bit is 4e-6, and what cancels on the
    /// way down keeps that error; Heun's trial of the last step but one divides by σ = 0.03. A thousand steps add up their roundings.
    @Test("pictures agree, and the model is asked at the same timesteps", arguments: ["Euler", "Euler a", "Heun", "DPM++ 2M", "DDIM",
        "LCM"])
    func pictures(sampler: String) async throws {
        let reference = try SamplerReference.load()
        for expected in reference.runs where expected.sampler == sampler && !expected.startsAtTheEnd {
            let run = try await makeRun(expected, of: reference).finished()
            #expect(distance(run.latents, expected.latents) < (expected.steps > 100 ? 5e-5 : 2e-5), "\(expected.name)")
            #expect(run.calls.count == expected.timesteps.count || expected.timesteps.count == 50)
            // As for the schedules; the timesteps of DDIM and LCM are whole numbers. Karras's levels are in single precision, but A1111
            // raises other numbers to powers before: an ulp of σ = 0.03 is a thousandth of a timestep there.
            let tolerance: Float = expected.schedule == "karras" ? 1e-3 : 2e-4
            #expect(zip(run.timesteps, expected.timesteps).allSatisfy { abs($0 - $1) < tolerance }, "\(expected.name)")
        }
    }

    @Test("the first estimate of the picture agrees, for previews")
    func firstEstimate() async throws {
        let reference = try SamplerReference.load()
        for expected in reference.runs {
            guard let firstDenoised = expected.firstDenoised else { continue }
            let run = try await makeRun(expected, of: reference).finished()
            // A few roundings.
            #expect(distance(try #require(run.progress.first).denoised, firstDenoised) < 5e-7, "\(expected.name)")
        }
    }

    /// Rounding as above. DPM++ SDE asks its Brownian motion between two levels, at a place that one last bit moves by a millionth of
    /// the whole, and the noise there by a thousandth. σ = 4096 makes latents of 12000, whose last bit is a thousandth.
    @Test("every sampler draws the pictures of A1111 and diffusers", arguments: try ProgramReference.load().runs)
    func programs(expected: ProgramReference.Run) async throws {
        let reference = try ProgramReference.load()
        let images = expected.latents.count / reference.shape.reduce(1, *)
        let run = try await SamplingRun(
            try #require(expected.settings()), objective: expected.objective(),
            noise: BatchNoise(source: .torch, seeds: reference.seeds.prefix(images).map { ImageSeed($0) }), imageShape: reference.shape
        ).finished(answering: { call in
            expected.scale.map { guidedReferenceModel(call, scale: $0) } ?? .init(referenceModel(call))
        })
        let tolerance: Float = expected.sampler == "DPM++ SDE" ? 1e-3 : expected.sampler.hasSuffix("zero snr") ? 2e-5 : 1e-5
        #expect(distance(run.latents, expected.latents) < tolerance)
        #expect(run.calls.count == expected.calls.count)
        #expect(zip(run.timesteps, expected.calls).allSatisfy { abs($0 - $1) < 1e-2 })
    }

    @Test("every sampler has a run of its original to agree with")
    func everySampler() throws {
        let known = Set(try ProgramReference.load().runs.compactMap { $0.settings()?.sampler.name })
            .union(try SamplerReference.load().runs.compactMap { $0.settings()?.sampler.name })
        #expect(Sampler.all.map(\.name).filter { !known.contains($0) } == [])
    }

    private func makeRun(_ expected: SamplerReference.Run, of reference: SamplerReference) throws -> SamplingRun {
        try SamplingRun(
            try #require(expected.settings()), objective: expected.objective(),
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
    fileprivate var startsAtTheEnd: Bool { source == "diffusers" && sampler == "Euler" && steps == 1 }
}
