import Generation
import Sampling
import TestSupport
import Tensors

/// Sampled latents of the Python originals; made by Tests/Fixtures/sampling/make_sampling.py.
struct SamplerReference: Decodable {
    struct Run: Decodable {
        /// `k-diffusion` or `diffusers`.
        var source: String
        var sampler: Sampler
        var schedule: Schedule
        var prediction: String
        var steps: Int
        var stepsOffset: Int?
        var setsFinalAlphaToOne: Bool?
        /// What the model was asked for, the first 50 calls at most.
        var timesteps: [Float]
        var latents: [Float]
        var firstDenoised: [Float]?

        enum CodingKeys: String, CodingKey {
            case source, sampler, schedule, prediction, steps, timesteps, latents
            case stepsOffset = "steps_offset"
            case setsFinalAlphaToOne = "set_alpha_to_one"
            case firstDenoised = "first_denoised"
        }

        var name: String { "\(source) \(sampler.rawValue), \(schedule.rawValue), \(prediction), \(steps) steps" }

        func objective() throws -> Objective {
            Objective(
                noiseSchedule: try .stableDiffusion(), prediction: prediction == "epsilon" ? .epsilon : .velocity,
                stepsOffset: stepsOffset ?? 1, setsFinalAlphaToOne: setsFinalAlphaToOne ?? false)
        }
    }

    var seed: UInt64
    var imageShape: [Int]
    var runs: [Run]

    enum CodingKeys: String, CodingKey {
        case seed, runs
        case imageShape = "image_shape"
    }

    static func load() throws -> SamplerReference { try Fixture.decode(from: "sampling/samplers.json") }
}
