import Files

extension SchedulerConfiguration {
    /// Reads `scheduler/scheduler_config.json`, whichever scheduler class wrote it.
    ///
    /// Takes only what the model was trained with: sampler and spacing are the user's choice.
    /// A missing key has the value that Stable Diffusion was trained with, which is not always the class's default.
    init(_ file: ConfigurationFile) throws(CheckpointError) {
        self.init()
        try file.require("trained_betas", nil)
        if let name = try file.string("prediction_type") {
            guard let known = Prediction(rawValue: name) else { throw file.unsupported("prediction_type", "epsilon, v_prediction, sample") }
            prediction = known
        }
        if let name = try file.string("beta_schedule") {
            guard let known = BetaSchedule(rawValue: name) else { throw file.unsupported("beta_schedule", "linear, scaled_linear") }
            betaSchedule = known
        }
        trainStepCount = try file.integer("num_train_timesteps", default: trainStepCount, in: Limits.trainSteps)
        betaStart = try file.number("beta_start", default: betaStart, in: 1e-9...0.999)
        betaEnd = try file.number("beta_end", default: betaEnd, in: betaStart...0.999)
        stepsOffset = try file.integer("steps_offset", default: stepsOffset, in: 0...trainStepCount - 1)
        setsFinalAlphaToOne = try file.boolean("set_alpha_to_one", default: setsFinalAlphaToOne)
        rescalesToZeroTerminalSNR = try file.boolean("rescale_betas_zero_snr", default: rescalesToZeroTerminalSNR)
    }
}
