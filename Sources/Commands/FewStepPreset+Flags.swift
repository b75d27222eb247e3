import Generation

extension FewStepPreset {
    /// The proposed settings as flags of `easel generate`, as far as this version knows them:
    /// `--steps 4 --cfg-scale 1 --sampler "Euler a" --schedule turbo --width 512 --height 512`.
    var flags: String {
        let scale = Int(exactly: cfgScale).map { "\($0)" } ?? "\(cfgScale)"
        var flags = ["--steps \(steps)", "--cfg-scale \(scale)"]
        if let knownSampler { flags.append("--sampler " + (knownSampler.contains(" ") ? "\"\(knownSampler)\"" : knownSampler)) }
        if let knownSchedule { flags.append("--schedule \(knownSchedule)") }
        if let side { flags.append("--width \(side) --height \(side)") }
        return flags.joined(separator: " ")
    }
}
