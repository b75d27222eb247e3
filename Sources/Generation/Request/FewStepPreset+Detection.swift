extension FewStepPreset {
    /// Finds what suits a model by its name: "sdxl_lightning_4step", "dreamshaperXL_turboDpmppSDE", "Hyper-SD15-8steps-lora".
    ///
    /// A name of nothing but words about models is that of a maker's release; any other is taken for a merge. A number of steps in the
    /// name is the one that the model was trained for.
    /// - Parameters:
    ///   - name: of a checkpoint's or LoRA's file or folder, with or without its ending.
    ///   - isXL: whether the model is one of Stable Diffusion XL; nil where nothing but the name is known.
    /// - Returns: nil for a name that says nothing of few steps.
    public init?(name: some StringProtocol, isXL: Bool? = nil) {
        self.init(ModelNameWords(name), isXL: isXL)
    }

    /// Finds what suits a model by what its file says of itself, under the keys of Stability AI's modelspec. The title counts most,
    /// then tags and the models that it was merged from; in the description only whole names of methods count.
    /// - Returns: also the key that told; nil when nothing does.
    public static func found(inMetadata metadata: [String: String], isXL: Bool? = nil) -> (preset: FewStepPreset, key: String)? {
        func text(_ key: String) -> String {
            String(decoding: (metadata[key] ?? "").utf8.prefix(ModelNameWords.longestText), as: UTF8.self)
        }
        func first(_ key: String, isMerge: Bool = false) -> (preset: FewStepPreset, key: String)? {
            for part in text(key).split(separator: ",") {
                if let preset = FewStepPreset(ModelNameWords(part), isXL: isXL, isMerge: isMerge) { return (preset, key) }
            }
            return nil
        }
        if let preset = FewStepPreset(name: text("modelspec.title"), isXL: isXL) { return (preset, "modelspec.title") }
        if let found = first("modelspec.tags") ?? first("modelspec.merged_from", isMerge: true) { return found }
        let description = ModelNameWords(text("modelspec.description"))
        for (phrase, preset) in phrases where description.affirms(phrase) && preset.kind.exists(isXL) {
            return (preset, "modelspec.description")
        }
        return nil
    }

    private init?(_ words: ModelNameWords, isXL: Bool?, isMerge: Bool = false) {
        guard let kind = Kind.allCases.first(where: { words.names($0) && $0.exists(isXL) }) else { return nil }
        let isRelease = !isMerge && words.isReleaseName
        let steps = words.trainedSteps
        var preset: FewStepPreset
        switch kind {
        case .dmd2: preset = .dmd2
        case .tcd: preset = .tcd
        case .lcm: preset = .lcm
        case .turbo: preset = !isRelease ? .turboMerge : (isXL ?? words.namesXL) ? .sdxlTurbo : .sdTurbo
        case .lightning: preset = !isRelease ? .lightningMerge : steps == 1 ? .lightningOneStep : .lightning
        case .hyper:
            if words.contains("cfg") {
                preset = .hyperWithGuidance
            } else if words.contains("unified") || isRelease && steps == 1 {
                preset = .hyperUnified
            } else {
                preset = isRelease ? .hyper : .hyperMerge
            }
        }
        if let steps, [.dmd2, .lightning, .hyper].contains(kind), preset != .hyperUnified {
            (preset.steps, preset.stepRange) = (steps, steps...steps)
        }
        self = preset
    }

    /// Names that a description has only of models of the method.
    private static let phrases: [([String], FewStepPreset)] = [
        (["dmd", "2"], .dmd2), (["hyper", "sd"], .hyperMerge), (["hyper", "sdxl"], .hyperMerge), (["trajectory", "consistency"], .tcd),
        (["latent", "consistency"], .lcm), (["sdxl", "lightning"], .lightningMerge), (["sdxl", "turbo"], .turboMerge),
        (["xl", "turbo"], .turboMerge), (["sd", "turbo"], .turboMerge),
    ]
}

extension FewStepPreset.Kind {
    /// Whether the method was made for such a model: Lightning is for Stable Diffusion XL alone.
    fileprivate func exists(_ isXL: Bool?) -> Bool { self != .lightning || isXL != false }
}
