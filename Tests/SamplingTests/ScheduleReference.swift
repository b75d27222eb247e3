import Sampling
import TestSupport

/// Noise schedules of the Python originals; made by Tests/Fixtures/sampling/make_sampling.py.
struct ScheduleReference: Decodable {
    struct SigmaList: Decodable {
        var schedule: Schedule
        var steps: Int
        /// One more than `steps`.
        var sigmas: [Float]
        var timesteps: [Float]
    }

    var trainStepCount: Int
    var betaStart: Double
    var betaEnd: Double
    var betaSchedule: String
    /// Σ (i + 1) · bit pattern of ᾱ[i], modulo 2³².
    var alphasChecksum: UInt32
    var leastSigma: Float
    var greatestSigma: Float
    var lists: [SigmaList]

    enum CodingKeys: String, CodingKey {
        case trainStepCount = "num_train_timesteps"
        case betaStart = "beta_start"
        case betaEnd = "beta_end"
        case betaSchedule = "beta_schedule"
        case alphasChecksum = "alphas_checksum"
        case leastSigma = "sigma_min"
        case greatestSigma = "sigma_max"
        case lists
    }

    static func load() throws -> [ScheduleReference] { try Fixture.decode(from: "sampling/schedules.json") }

    var noiseSchedule: NoiseSchedule {
        get throws(SamplingError) {
            try NoiseSchedule(
                trainStepCount: trainStepCount, betaStart: betaStart, betaEnd: betaEnd, scaled: betaSchedule == "scaled_linear")
        }
    }
}

extension NoiseSchedule {
    /// Stable Diffusion's.
    static func stableDiffusion() throws(SamplingError) -> NoiseSchedule {
        try NoiseSchedule(trainStepCount: 1000, betaStart: 0.00085, betaEnd: 0.012, scaled: true)
    }
}

/// Schedules of A1111 1.10 and Forge, for models of three kinds.
struct ProgramSchedules: Decodable {
    struct List: Decodable {
        var schedule: String
        var steps: Int
        /// With the last 0, where there is one.
        var sigmas: [Double]
    }

    var family: String
    var lists: [List]

    static func load() throws -> [ProgramSchedules] { try Fixture.decode(from: "sampling/program_schedules.json") }

    var noiseSchedule: NoiseSchedule {
        get throws {
            try NoiseSchedule(
                trainStepCount: 1000, betaStart: 0.00085, betaEnd: 0.012, scaled: true,
                rescalesToZeroTerminalSNR: family.hasSuffix("zero snr"))
        }
    }
}
