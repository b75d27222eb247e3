public import Sampling

extension Recipe {
    /// The way from noise to picture.
    public var sampling: SamplingSettings {
        SamplingSettings(sampler, schedule: schedule, steps: steps, options: samplerOptions, scheduleOptions: scheduleOptions)
    }

    /// A warning about options that were set and do nothing with the sampler; nil when there are none.
    public var idleOptions: Notice? {
        let (options, standard) = (samplerOptions, SamplerOptions())
        let hasChurn = sampler.options.contains(.churn)
        let eta = sampler.options.contains(.eta) ? options.eta ?? sampler.defaultEta : 1
        // CFG++ always asks about the negative prompt.
        let canSkip = sampler.plusPlusFactor == nil
        let uses: [(field: GenerationField, isSet: Bool, isObeyed: Bool)] = [
            (.eta, options.eta != nil, sampler.options.contains(.eta)),
            (.churn, options.churn != standard.churn, hasChurn),
            (.noiseScale, options.noiseScale != 1, hasChurn || sampler.options.contains(.noiseScale)),
            (.solverOrder, options.order != nil, sampler.options.contains(.order)),
            (.uniPCVariant, options.variant != nil, sampler.options.contains(.variant)),
            (.lowersFinalOrder, !options.lowersFinalOrder, sampler.options.contains(.lowerOrderFinal)),
            (.schedule, schedule != .automatic, sampler.takes(schedule)),
            (.guidanceStart, guidance.start > 0, canSkip), (.guidanceEnd, guidance.end < 1, canSkip),
            (.skipEarly, guidance.skipEarly > 0, canSkip), (.guidanceMinimumSigma, guidance.minimumSigma > 0, canSkip),
            (.seedDelta, seedDelta != 0, sampler.addedNoise == .fresh && eta > 0 || options.churn > 0 && hasChurn),
        ]
        let idle = uses.filter { $0.isSet && !$0.isObeyed }.map(\.field)
        return idle.isEmpty ? nil : Notice(
            .optionsUnused, ["fields": .init(idle.map(\.key)), "sampler": .text(sampler.name)],
            "\(idle.map(\.name).joined(separator: ", ")) had no effect: sampler \(sampler.name) does not use "
                + "\(idle.count == 1 ? "it" : "them").")
    }
}

extension GenerationRequest {
    /// The way from noise to picture, or from a source picture to another one.
    public var sampling: SamplingSettings { sourcePictures.isEmpty ? recipe.sampling : samplingFromPicture.settings }

    /// The way from a picture to another one, and the steps of it that are skipped.
    public var samplingFromPicture: (settings: SamplingSettings, skippedSteps: Int) {
        var settings = recipe.sampling
        let steps = recipe.imageToImage.steps(of: recipe.steps)
        settings.steps = steps.all
        return (settings, steps.skipped)
    }

    /// The seeds of the pictures with those of their variations, in their order.
    public var imageSeeds: [ImageSeed] {
        let variations = variationSeeds
        return seeds.enumerated().map { index, seed in
            ImageSeed(seed, variation: variations.map { .init($0[index], strength: variationStrength) })
        }
    }
}
