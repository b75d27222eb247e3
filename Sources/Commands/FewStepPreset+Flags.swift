import Generation
import Sampling

extension FewStepPreset {
    /// The proposed settings as flags of `easel generate`:
    /// `--steps 4 --cfg-scale 1 --sampler "Euler a" --schedule turbo --width 512 --height 512`.
    var flags: String {
        let scale = Int(exactly: cfgScale).map { "\($0)" } ?? "\(cfgScale)"
        var flags = ["--steps \(steps)", "--cfg-scale \(scale)"]
        flags.append("--sampler " + (sampler.name.contains(" ") ? "\"\(sampler.name)\"" : sampler.name))
        if schedule != .automatic { flags.append("--schedule \(schedule.name)") }
        if let eta, Float(eta) != sampler.defaultEta { flags.append("--option eta=\(eta)") }
        if let side { flags.append("--width \(side) --height \(side)") }
        return flags.joined(separator: " ")
    }
}
