import Generation
import Sampling
import Tensors

extension LatentCorrection {
    /// Whether any step's latents are changed. `mode` and the numbers of parts that are off change none.
    var changesLatents: Bool {
        brightness != 0 || color != 0 || sharpness != 0 || clamps || maximizes || tintStrength != 0
    }

    /// The correction for a run of the sampler; nil when it changes nothing.
    var betweenSteps: SamplingRun.Correction? {
        guard changesLatents else { return nil }
        return { corrected($0.latents, step: $0.step, of: $0.stepCount, scale: Float($0.scale)) }
    }

    /// Corrects the latents that a step of the sampler has left; the next step goes on from the result.
    ///
    /// Source: SD.Next `modules/processing_correction.py`, which diffusers' pipelines call at the end of each step; reference numbers in
    /// Tests/Fixtures/grading.
    /// - Parameters:
    ///   - latents: `[pictures, channels, height, width]`; each picture is corrected by itself.
    ///   - step: the one that was done, counted from 0 among those that are done: steps that image-to-image leaves out do not count.
    ///   - stepCount: how many are done in all.
    ///   - tintLatents: for each channel the latents of a plain picture in the colour `tint`, of which the first three count. Without them,
    ///     latents of up to four channels are not tinted; others need none.
    ///   - scale: brings the latents to the scale in which diffusers keeps those of the sampler, and SD.Next corrects them. It is
    ///     1/√(σ² + 1) for DPM++ 2M, with the σ that the step has come to, and 1 for all other samplers.
    func corrected(
        _ latents: NDArray, step: Int, of stepCount: Int, tintLatents: [Float]? = nil, scale: Float = 1
    ) -> NDArray {
        guard changesLatents else { return latents }
        let parts = CorrectionParts(step: step, stepCount: stepCount)
        // A step of no part leaves the latents to the last bit.
        guard changesLatents(in: parts) else { return latents }
        return .concatenated((0..<latents.shape[0]).map { index in
            var picture = LatentPicture(Double(scale) * latents.slice(index..<index + 1))
            correct(&picture, parts, tintLatents: tintLatents)
            return picture.array / Double(scale)
        })
    }

    /// Whether a step belongs to a part that is on.
    private func changesLatents(in parts: CorrectionParts) -> Bool {
        parts.isEarly && clamps || parts.isMiddle && (color != 0 || tintStrength != 0) || parts.isLate && brightness != 0
            || parts.sharpeningGrowth != nil && sharpness != 0 || parts.isLast && maximizes
    }

    /// The parts go one after another, each on what the one before it has left.
    private func correct(_ picture: inout LatentPicture, _ parts: CorrectionParts, tintLatents: [Float]?) {
        let centering = mode == .absolute ? Float(1) : 0
        if parts.isEarly, clamps { picture.press(below: clampBoundary, from: clampThreshold) }
        if parts.isMiddle, color != 0 {
            // In four channels, the first is lightness.
            picture.center(
                channels: picture.isOfFourChannels ? 1..<picture.channelCount : 0..<picture.channelCount,
                each: color / parts.middleCount, all: centering)
        }
        if parts.isMiddle, tintStrength != 0 {
            let strength = tintStrength / parts.middleCount
            if !picture.isOfFourChannels {
                picture.center(all: 1, adding: strength)
            } else if let tintLatents {
                for (channel, value) in tintLatents.prefix(min(3, picture.channelCount)).enumerated() {
                    picture.center(channels: channel..<channel + 1, all: 1, adding: value * (strength / 2))
                }
            }
        }
        if parts.isLate, brightness != 0 {
            let amount = brightness / parts.lateCount
            if picture.isOfFourChannels {
                picture.center(channels: 0..<1, all: centering, adding: amount)
            } else {
                picture.scale(by: 1 + amount * 0.25)
            }
        }
        if let growth = parts.sharpeningGrowth, sharpness != 0 {
            let ratio = growth * sharpness / 16
            if abs(ratio) > 0.01 { picture.sharpen(by: ratio) }
        }
        if parts.isLast, maximizes {
            picture.center(each: maximizingCenter, all: 1)
            if maximizingBoundary != 1 { picture.stretch(to: 4 * maximizingBoundary) }
        }
    }
}
