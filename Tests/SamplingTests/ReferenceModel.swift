import Foundation
import Sampling
import Tensors

/// The stand-in for a UNet that the reference latents were sampled with: `model` in make_sampling.py.
func referenceModel(_ call: SamplingRun.ModelCall) -> NDArray {
    let time = 0.3 * sin(0.01 * call.timestep)
    return call.latents.map { 0.8 * tanh($0) + time * cos($0) }
}

/// The stand-in's answer with guidance, and to the negative prompt: `answers` in make_guided.py.
func guidedReferenceModel(_ call: SamplingRun.ModelCall, scale: Double) -> SamplingRun.ModelAnswer {
    let unconditional = referenceModel(.init(latents: 0.9 * call.latents, timestep: call.timestep))
    return .init(unconditional + scale * (referenceModel(call) - unconditional), unconditional: unconditional)
}

/// The course of a run: everything that a test may ask.
struct FinishedRun {
    var latents: NDArray
    var calls: [SamplingRun.ModelCall] = []
    var progress: [SamplingRun.Progress] = []

    var timesteps: [Float] { calls.map(\.timestep) }
}

extension SamplingRun {
    /// Runs to the end with the stand-in.
    func finished(_ model: @escaping (ModelCall) -> NDArray = referenceModel) async throws -> FinishedRun {
        try await finished(answering: { ModelAnswer(model($0)) })
    }

    /// Runs to the end with a model of one's own.
    func finished(answering model: @escaping (ModelCall) -> ModelAnswer) async throws -> FinishedRun {
        final class Log { var calls: [ModelCall] = []; var progress: [Progress] = [] }
        let log = Log()
        let latents = try await latents(onCall: { log.progress.append($0) }, { call in
            log.calls.append(call)
            return model(call)
        })
        return FinishedRun(latents: latents, calls: log.calls, progress: log.progress)
    }
}
