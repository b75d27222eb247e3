@testable import Sampling
import TestSupport
import Tensors

/// Sampled latents of the Python originals; made by Tests/Fixtures/sampling/make_sampling.py.
struct SamplerReference: Decodable {
    struct Run: Decodable {
        /// `k-diffusion` or `diffusers`.
        var source: String
        var sampler: String
        var schedule: String
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

        var name: String { "\(source) \(sampler), \(schedule), \(prediction), \(steps) steps" }

        /// The sampler that is to agree: DDIM and LCM of diffusers are not A1111's.
        func settings() -> SamplingSettings? {
            let name = source == "diffusers" && sampler != "Euler" ? "\(sampler) (diffusers)" : sampler
            guard let sampler = Sampler(name), let schedule = Schedule(name: schedule) else { return nil }
            return SamplingSettings(sampler, schedule: schedule, steps: steps)
        }

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

/// Sampled latents of A1111 1.10 with k-diffusion 0.1.1, and of diffusers 0.42.1: every sampler, with few steps.
struct ProgramReference: Decodable {
    struct Run: Decodable, CustomStringConvertible {
        var source: String
        var sampler: String
        var schedule: String
        var prediction: String
        var steps: Int
        var eta: Float?
        /// The CFG scale, where the negative prompt has an answer of its own.
        var scale: Double?
        /// The training steps that the model was asked about.
        var calls: [Float]
        var latents: [Float]

        func objective() throws -> Objective {
            var noise = try NoiseSchedule.stableDiffusion()
            if sampler.hasSuffix("zero snr") { noise = Self.diffusersZeroSNR(noise, last: sampler.hasPrefix("Euler") ? 0x1p-24 : 0) }
            return Objective(
                noiseSchedule: noise, prediction: prediction == "epsilon" ? .epsilon : .velocity,
                setsFinalAlphaToOne: sampler.hasPrefix("DDIM trailing"))
        }

        /// ᾱ as diffusers stretches it: in single precision, by way of β, with another number at the end than A1111's.
        private static func diffusersZeroSNR(_ schedule: NoiseSchedule, last: Float) -> NoiseSchedule {
            let roots = schedule.signalShares.map { $0.squareRoot() }
            let (first, end) = (roots[0], roots[roots.count - 1])
            let shares = roots.map { root in
                let stretched = (root - end) * (first / (first - end))
                return stretched * stretched
            }
            var product = 1.0
            let cumulative = shares.indices.map { index in
                let beta = 1 - (index == 0 ? shares[0] : shares[index] / shares[index - 1])
                product *= Double(1 - beta)
                return Float(product)
            }
            return NoiseSchedule(signalShares: cumulative.dropLast() + [last])
        }

        var description: String { "\(source) \(sampler), \(schedule), \(prediction), \(steps) steps\(eta.map { ", η \($0)" } ?? "")" }

        /// Our name for a sampler, where one name means two algorithms or has its schedule in it.
        var ours: (sampler: Sampler?, schedule: Schedule?) {
            let isDiffusers = source == "diffusers"
            return switch sampler {
            case "UniPC" where isDiffusers: (.uniPCbh2, .automatic)
            case "DPM++ 2M SDE" where isDiffusers: (.dpmpp2MSDEWhite, .automatic)
            case "DPM++ 2M" where isDiffusers: (.dpmpp2MDiffusers, .automatic)
            case "LCM" where isDiffusers: (.lcmDiffusers, .automatic)
            case "LMSD": (.lmsDiffusers, .automatic)
            case "Euler trailing", "Euler trailing zero snr": (.euler, .turbo)
            case "DDIM trailing zero snr": (.ddimDiffusers, .turbo)
            default: (Sampler(sampler), schedule == "timesteps" ? .automatic : Schedule(name: schedule))
            }
        }

        func settings() -> SamplingSettings? {
            guard let sampler = ours.sampler, let schedule = ours.schedule else { return nil }
            var settings = SamplingSettings(sampler, schedule: schedule, steps: steps)
            settings.options.eta = eta
            // diffusers' default; SD.Next sets it.
            settings.options.lowersFinalOrder = self.sampler != "DPM++ 1S"
            return settings
        }
    }

    var shape: [Int]
    var seeds: [UInt64]
    var runs: [Run]

    /// Those of the programs, and those by formula that make_guided.py made.
    static func load() throws -> ProgramReference {
        var reference: ProgramReference = try Fixture.decode(from: "sampling/programs.json")
        let guided: ProgramReference = try Fixture.decode(from: "sampling/guided.json")
        precondition((guided.shape, guided.seeds) == (reference.shape, reference.seeds))
        reference.runs += guided.runs
        return reference
    }
}
