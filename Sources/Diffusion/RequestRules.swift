public import Checkpoints
public import Generation
import Networks
public import Prompting
import Sampling

/// The limits that a checkpoint sets to requests: known from its headers, before anything else of it is read.
public struct RequestRules: Sendable {
    private let encoders: [Encoder]
    private let objective: Objective
    private let tinyVAE: TinyVAE?
    let graphs: GraphRules

    /// The limits of one text encoder.
    private struct Encoder {
        let layerCount: Int
        let state: ConditioningPlan.State
        let isPooled: Bool
        let paddingToken: Int32
        /// The outputs that there are; nil for all.
        let outputs: Set<String>?
    }

    init(_ checkpoint: Checkpoint, objective: Objective) {
        let plan = checkpoint.conditioning
        encoders = plan.context.map { source in
            Encoder(
                layerCount: checkpoint.textEncoders[source.encoder].configuration.layerCount, state: source.state,
                isPooled: plan.pooled == source.encoder,
                paddingToken: Int32(clamping: checkpoint.tokenizers[source.encoder].paddingTokenID),
                outputs: checkpoint.graphs[.text(source.encoder)]?.outputs)
        }
        graphs = GraphRules(checkpoint)
        self.objective = objective
        tinyVAE = checkpoint.tinyVAE
    }

    /// - Throws: `DiffusionError` when the checkpoint's schedule cannot be used.
    public init(_ checkpoint: Checkpoint) throws(DiffusionError) {
        do {
            self.init(checkpoint, objective: try Objective(checkpoint.scheduler))
        } catch {
            throw DiffusionError(error)
        }
    }

    /// Checks all that can be known of a request before anything is compiled: what `DiffusionPipeline.generate` refuses, it refuses.
    public func validate(
        _ request: GenerationRequest, styles: StyleLibrary, upscalers: UpscalerLibrary = UpscalerLibrary()
    ) throws(InvalidRequest) {
        _ = try checkedReadings(of: request, styles: styles, upscalers: upscalers)
    }

    /// Checks a request as `validate` does.
    /// - Returns: how it reads each text encoder.
    func checkedReadings(
        of request: GenerationRequest, styles: StyleLibrary, upscalers: UpscalerLibrary
    ) throws(InvalidRequest) -> [EncoderReading] {
        try request.validate()
        guard request.upscaling.mode != .plain else {
            throw InvalidRequest(
                field: GenerationField.upscalingMode.key, "Upscaling without drawing takes no checkpoint. Use redraw, or leave it out.")
        }
        try styles.validate(request.styles)
        try validate(request.vae)
        try graphs.validate(request)
        if let pass = request.secondPass { try validate(secondPass: pass) }
        try upscalers.validate(namesIn: request)
        let readings = try readings(of: request)
        do {
            try request.sampling.validate(for: objective)
        } catch {
            throw InvalidRequest(error)
        }
        return readings
    }

    private func validate(_ vae: VAEOptions) throws(InvalidRequest) {
        for (network, field) in [(vae.decoderNetwork, GenerationField.vaeDecoder), (vae.encoderNetwork, .vaeEncoder)] {
            guard network == .tinyDecoder || network == .tinyEncoder else { continue }
            guard let tinyVAE else { throw InvalidRequest(field: field.key, "No tiny VAE was looked for. Use full.") }
            if let error = tinyVAE.error(for: network) { throw InvalidRequest(field: field.key, error.errorReason, error.description) }
        }
    }

    private func validate(secondPass pass: GenerationRequest) throws(InvalidRequest) {
        for (side, field) in [(pass.width, GenerationField.hiresWidth), (pass.height, GenerationField.hiresHeight)] {
            guard (GenerationRequest.sideMultiple...GenerationRequest.largestSide).contains(side) else {
                throw InvalidRequest(
                    field: field.key,
                    .outOfRange(.init(side), from: .init(GenerationRequest.sideMultiple), to: .init(GenerationRequest.largestSide)),
                    "The second pass would be \(pass.width)×\(pass.height). Use a scale or a size that leaves each side within "
                        + "\(GenerationRequest.sideMultiple) to \(GenerationRequest.largestSide) pixels.")
            }
        }
        do {
            try pass.samplingFromPicture.settings.validate(for: objective)
        } catch {
            throw InvalidRequest(error)
        }
    }

    /// How a request reads each text encoder.
    /// - Throws: `InvalidRequest` when one has fewer layers than the request skips.
    func readings(of request: GenerationRequest) throws(InvalidRequest) -> [EncoderReading] {
        var readings: [EncoderReading] = []
        for (index, encoder) in encoders.enumerated() {
            let state: TextEncoderState = switch encoder.state {
            case .clipSkip: .normalized(clipSkip: request.clipSkip)
            case .penultimate: .hidden(layersFromEnd: request.clipSkipRule.layersFromEnd(clipSkip: request.clipSkip, encoder: index))
            }
            guard let output = state.output(layerCount: encoder.layerCount) else {
                throw InvalidRequest(
                    field: "clip_skip", .outOfRange(.init(request.clipSkip), from: 1, to: .init(encoder.layerCount)),
                    "Clip skip \(request.clipSkip) is out of range: this model's text encoder has \(encoder.layerCount) layers. "
                        + "Use 1 to \(encoder.layerCount).")
            }
            guard encoder.outputs?.contains(output) ?? true else { throw GraphRules.clipSkip(request.clipSkip) }
            readings.append(EncoderReading(output: output, pools: encoder.isPooled, paddingToken: encoder.paddingToken))
        }
        return readings
    }
}

extension ClipSkipRule {
    /// Which hidden state of a text encoder the denoiser is told: 1 is what the last layer left.
    /// - Parameters:
    ///   - clipSkip: the request's, 1 or more.
    ///   - encoder: the text encoder's place, from 0.
    ///
    /// Source: A1111 1.10 `sd_hijack_clip`, Forge and SD.Next; each rule agrees with its program's own pictures.
    func layersFromEnd(clipSkip: Int, encoder: Int) -> Int {
        switch self {
        case .none: 2
        case .a1111L: encoder == 0 ? clipSkip : 2
        case .forge: max(clipSkip, 2)
        case .sdnext: clipSkip == 1 ? 2 : clipSkip + 1
        }
    }
}

extension UpscalerLibrary {
    /// Checks that there are the upscalers that a request names.
    func validate(namesIn request: GenerationRequest) throws(InvalidRequest) {
        if request.hires.isOn, LatentUpscaler(rawValue: request.hires.upscaler) == nil {
            try validate(
                request.hires.upscaler, field: .hiresUpscaler, otherNames: LatentUpscaler.allCases.map(\.rawValue))
        }
        if !request.sourcePictures.isEmpty, !request.imageToImage.upscaler.isEmpty {
            try validate(request.imageToImage.upscaler, field: .sourceUpscaler)
        }
        guard request.upscaling.isOn else { return }
        try validate(request.upscaling.upscaler, field: .upscaler)
        if !request.upscaling.secondUpscaler.isEmpty { try validate(request.upscaling.secondUpscaler, field: .secondUpscaler) }
    }
}

extension StyleLibrary {
    /// - Throws: `InvalidRequest` for the first name that is no style's.
    public func validate(_ names: [String]) throws(InvalidRequest) {
        do {
            for name in names { _ = try style(named: name) }
        } catch {
            throw InvalidRequest(field: "styles", error.errorReason, error.description)
        }
    }
}
