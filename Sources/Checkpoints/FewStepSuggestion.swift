import Files
public import Generation

/// Settings that suit a checkpoint which seems to draw in few steps, and what says that it does.
public struct FewStepSuggestion: Sendable, Hashable {
    /// The part of a checkpoint that says it.
    public enum Source: Sendable, Hashable {
        /// The file's or folder's name.
        case name
        /// A member of the file's metadata, or of a folder's configurations: `modelspec.title`, `_name_or_path`.
        case metadata(String)
        /// The class of a folder's scheduler.
        case scheduler(String)
        /// An input of the UNet for the CFG scale, as LCM's have.
        case guidanceInput
    }

    /// The settings.
    public let preset: FewStepPreset
    /// The place where they were found.
    public let source: Source

    /// The settings as programs read them.
    public var settings: SuitableSettings { SuitableSettings(preset, foundBy: "\(source)") }

    /// The texts of a checkpoint's files that may say it, beside their name.
    struct Hints {
        /// The metadata in a single file's header.
        var metadata: [String: String] = [:]
        /// Names of models that a folder's parts were made from: `stabilityai/sdxl-turbo`.
        var origins: [String] = []
        /// The scheduler's class of a folder.
        var schedulerClass: String?
        /// How a folder's scheduler spaces timesteps.
        var timestepSpacing: String?
    }

    /// Reads a checkpoint's parts, the surest hint first.
    /// - Returns: nil when nothing says that the model draws in few steps.
    init?(_ parts: Checkpoint.Parts) {
        let hints = parts.hints
        // Models that are told their pictures' sizes are of Stable Diffusion XL.
        let isXL = parts.conditioning.sizes != nil
        if parts.unet.configuration.guidanceWidth != nil {
            // No name says it as surely.
            self.init(preset: .lcmWithGuidance, source: .guidanceInput)
        } else if let preset = FewStepPreset(name: parts.name, isXL: isXL) {
            self.init(preset: preset, source: .name)
        } else if let (preset, key) = FewStepPreset.found(inMetadata: hints.metadata, isXL: isXL) {
            self.init(preset: preset, source: .metadata(key))
        } else if let preset = hints.origins.lazy.compactMap({ FewStepPreset(name: $0.lastPathComponent, isXL: isXL) }).first {
            self.init(preset: preset, source: .metadata("_name_or_path"))
        } else if let name = hints.schedulerClass, let preset = Self.preset(ofScheduler: name, parts, isXL: isXL) {
            self.init(preset: preset, source: .scheduler(name))
        } else {
            return nil
        }
    }

    private init(preset: FewStepPreset, source: Source) {
        self.preset = preset
        self.source = source
    }

    private static func preset(ofScheduler name: String, _ parts: Checkpoint.Parts, isXL: Bool) -> FewStepPreset? {
        switch name {
        case "LCMScheduler": return .lcm
        case "TCDScheduler": return .tcd
        case "EulerAncestralDiscreteScheduler":
            // Turbo's. Models of v-prediction or zero terminal SNR need the same spacing for other reasons.
            let (hints, scheduler) = (parts.hints, parts.scheduler)
            guard hints.timestepSpacing == "trailing", scheduler.prediction == .epsilon, !scheduler.rescalesToZeroTerminalSNR else {
                return nil
            }
            // The releases were trained on 512 pixels, which are 64 latents; merges on their other half's.
            guard parts.unet.configuration.sampleSize == 64 else { return .turboMerge }
            return isXL ? .sdxlTurbo : .sdTurbo
        default: return nil
        }
    }
}

extension FewStepSuggestion.Source: CustomStringConvertible {
    /// Continues "found": "by its name".
    public var description: String {
        switch self {
        case .name: "by its name"
        case .metadata(let key): "by its metadata, \(key)"
        case .scheduler(let name): "by its scheduler, \(name)"
        case .guidanceInput: "by its UNet, which is told the CFG scale"
        }
    }
}
