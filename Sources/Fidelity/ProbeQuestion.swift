import Checkpoints
import Compilation
import Diffusion
import Generation
import GraphIR
import Networks
import OpenVINO
import Prompting
import Sampling
import Tensors

/// The question of a probe: the same on a stage's device and on the reference. Each part is a call by itself.
enum ProbeQuestion: Sendable, Hashable {
    /// One part for each text, read as plain words are.
    case encode([[PromptChunk]], EncoderReading)
    /// The noise at the first, the middle and the last training step.
    /// - Parameters:
    ///   - texts: what the UNet is asked about together, as in a step with guidance.
    ///   - shape: of one picture's latents, `[channels, height, width]`.
    case predict(texts: [[PromptChunk]], pictureCount: Int, shape: [Int])
    /// Two pictures, one after the other, from latents of this shape.
    case decode(shape: [Int])
    /// Two pictures, one after the other, into latents.
    /// - Parameter shape: of a picture, `[3, height, width]`.
    case encodePicture(shape: [Int])
}

/// The answer of a network.
struct ProbeAnswer: Sendable {
    /// The numbers of all parts.
    let arrays: [NDArray]
    /// The same as texts, when a text encoder answered.
    var texts: [EncodedText] = []
    /// Seconds of a part, without the first one: a network's first call has more to do than later ones.
    let seconds: Double
}

// Which question

extension ProbeQuestion {
    /// The question that fits the shape that a network was compiled for.
    /// - Parameters:
    ///   - prompt: of the last picture, if there was one.
    ///   - size: in pixels, width and height, where the network takes any; nil for a small one.
    init(for key: CompileKey, of pipeline: DiffusionPipeline, prompt: String?, size: (width: Int, height: Int)?) {
        let texts = [pipeline.chunks(of: Probe.prompt), pipeline.chunks(of: prompt ?? "")]
        switch key.network {
        case .text: self = .encode(Self.texts(texts, filling: key.shape.batch), pipeline.plainReading(of: key.network))
        case .denoiser:
            var pictureCount = 1
            // A step asks about two texts for each picture.
            if case .fixed(let batch) = key.shape.batch { pictureCount = max(1, batch / 2) }
            self = .predict(
                texts: Self.texts(texts, fitting: key.shape), pictureCount: pictureCount,
                shape: Self.latentShape(key.shape, of: pipeline.checkpoint, size: size, smallSide: Probe.smallSide))
        case .decoder, .tinyDecoder:
            self = .decode(shape: Self.latentShape(key.shape, of: pipeline.checkpoint, size: size, smallSide: Probe.smallDecodedSide))
        case .encoder, .tinyEncoder, .upscaler:
            func side(_ extent: Extent, _ pixels: Int?) -> Int {
                if case .fixed(let fixed) = extent { fixed } else { pixels ?? Probe.smallDecodedSide }
            }
            self = .encodePicture(shape: [3, side(key.shape.height, size?.height), side(key.shape.width, size?.width)])
        }
    }

    /// For a text encoder that takes several chunks at once, no more and no less: the same ones in two orders.
    private static func texts(_ texts: [[PromptChunk]], filling batch: Extent) -> [[PromptChunk]] {
        guard case .fixed(let count) = batch, count > 1 else { return texts }
        let chunks = texts.flatMap(\.self)
        return [0, 1].map { first in (first..<first + count).map { chunks[$0 % chunks.count] } }
    }

    /// For a UNet that takes so many positions, or up to so many. A prompt that is too long for it is left out.
    private static func texts(_ texts: [[PromptChunk]], fitting shape: InputShape) -> [[PromptChunk]] {
        guard case .fixed(let tokens) = shape.tokens else { return texts }
        let capacity = tokens / PromptChunk.length
        return texts.map { text in
            if shape.hasContextMask { return text.count <= capacity ? text : texts[0] }
            return text.count == capacity ? text : .init(repeating: text[0], count: capacity)
        }
    }

    private static func latentShape(
        _ shape: InputShape, of checkpoint: Checkpoint, size: (width: Int, height: Int)?, smallSide: Int
    ) -> [Int] {
        let factor = checkpoint.vae.configuration.scaleFactor
        // Each level of the UNet halves the latents.
        let step = checkpoint.unet.configuration.downscale
        let least = (max(smallSide / factor, 1) + step - 1) / step * step
        func extent(_ extent: Extent, _ pixels: Int?) -> Int {
            if case .fixed(let fixed) = extent { fixed } else { pixels.map { $0 / factor } ?? least }
        }
        return [checkpoint.vae.configuration.latentChannels, extent(shape.height, size?.height), extent(shape.width, size?.width)]
    }

    /// Texts that have to be encoded before the question can be asked.
    var texts: [[PromptChunk]] {
        if case .predict(let texts, _, _) = self { texts } else { [] }
    }
}

// Asking it

extension ProbeQuestion {
    /// - Parameters:
    ///   - conditionings: what a denoiser is told of `texts`.
    ///   - factors: the changes of LoRAs in the network's slots; nil for none.
    func asked(
        of network: CompiledNetwork, _ conditionings: [Conditioning], objective: Objective, factors: SlotFactors?
    ) async throws(OpenVINOError) -> ProbeAnswer {
        switch self {
        case .encode(let texts, let reading):
            var encoder = try PromptEncoder(network, reading, factors: factors)
            var encoded: [EncodedText] = []
            var answer = try await Self.timed(texts) { text throws(OpenVINOError) in
                let answers = try await encoder.encode([text])
                encoded += answers
                return answers.flatMap { [$0.context] + ($0.pooled.map { [$0] } ?? []) }
            }
            answer.texts = encoded
            return answer
        case .predict(_, let pictureCount, let shape):
            var predictor = try NoisePredictor(network, pictureCount: pictureCount, factors: factors)
            let calls = Self.calls(pictureCount: pictureCount, shape: shape, objective: objective)
            return try await Self.timed(Array(calls.enumerated())) { part throws(OpenVINOError) in
                // Strengths by step: as in a picture of so many steps.
                if factors?.varies == true { try predictor.setStrengths(atStep: Double(part.offset), of: calls.count) }
                return try await predictor.predict(part.element, for: conditionings)
            }
        case .decode(let shape):
            var decoder = try LatentDecoder(network)
            let latents = [NaturalLatents.make(shape: shape, seed: 1), NaturalLatents.make(shape: shape, seed: 2)]
            return try await Self.timed(latents) { latents throws(OpenVINOError) in [try await decoder.decode(latents)] }
        case .encodePicture(let shape):
            var encoder = try PictureEncoder(network)
            let pictures = [1, 2].map { seed in NaturalLatents.make(shape: shape, seed: seed).map { max(-1, min(1, $0)) } }
            return try await Self.timed(pictures) { picture throws(OpenVINOError) in [try await encoder.encode(picture)] }
        }
    }

    /// Pictures under as much noise as training mixed into them.
    private static func calls(pictureCount: Int, shape: [Int], objective: Objective) -> [SamplingRun.ModelCall] {
        var source = BatchNoise(source: .torch, seed: 0, count: pictureCount)
        let noise = source.draw(shape)
        let picture = NDArray.concatenated((1...pictureCount).map { NaturalLatents.make(shape: shape, seed: UInt64($0)) })
        let schedule = objective.noiseSchedule
        return [schedule.stepCount - 1, schedule.stepCount / 2, 0].map { timestep in
            let share = Double(schedule.signalShares[timestep])
            let latents = share.squareRoot() * picture + (1 - share).squareRoot() * noise
            return SamplingRun.ModelCall(latents: latents, timestep: Float(timestep))
        }
    }

    private static func timed<Part>(
        _ parts: [Part], _ ask: (Part) async throws(OpenVINOError) -> [NDArray]
    ) async throws(OpenVINOError) -> ProbeAnswer {
        var arrays: [NDArray] = []
        var seconds: [Double] = []
        for part in parts {
            let began = ContinuousClock.now
            arrays += try await ask(part)
            seconds.append((ContinuousClock.now - began).seconds)
        }
        // The least: what else the machine does only ever adds to it.
        return ProbeAnswer(arrays: arrays, seconds: seconds.dropFirst().min() ?? 0)
    }
}
