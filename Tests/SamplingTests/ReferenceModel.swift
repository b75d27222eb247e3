import Foundation
import Sampling
import Tensors

/// The stand-in for a UNet that the reference latents were sampled with: `model` in make_sampling.py.
func referenceModel(_ call: SamplingRun.ModelCall) -> NDArray {
    let time = 0.3 * sin(0.01 * call.timestep)
    return call.latents.map { 0.8 * tanh($0) + time * cos($0) }
}

extension SamplingRun {
    /// Runs to the end with the stand-in, calling `afterEachCall` in between.
    mutating func finish(afterEachCall: (ModelCall, SamplingRun) -> Void = { _, _ in }) {
        while let call = nextCall {
            accept(referenceModel(call))
            afterEachCall(call, self)
        }
    }
}
