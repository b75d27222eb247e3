import Checkpoints
import Compilation
import Diffusion
import Generation
import Hosting
import Networks

/// The output of `easel models info`.
struct CheckpointReport {
    let text: String
    private let document: CheckpointDocument

    /// One line, keys in alphabetical order.
    var json: String { jsonLine(document) }

    /// - Parameters:
    ///   - size: of the picture whose memory is forecast; nil for the model's own.
    ///   - defaults: the model's, for what requests leave out.
    /// - Throws: `CheckpointError` when a network lacks tensors, as generating would.
    init(
        _ checkpoint: Checkpoint, size: PictureSize? = nil, defaults: ModelDefaultsLibrary.Found = .init()
    ) throws(CheckpointError) {
        let (unet, vae) = (checkpoint.unet, checkpoint.vae)
        var networks: [(ComponentWeights, [Network])] = []
        if checkpoint.refusal != nil {
            // A checkpoint that is not understood cannot be written as a network.
            networks = (checkpoint.textEncoders.map(\.weights) + [unet.weights, vae.weights]).map { ($0, []) }
        } else {
            func network(_ id: NetworkID) throws(CheckpointError) -> Network { try checkpoint.network(id, shape: InputShape()) }
            for (place, encoder) in checkpoint.textEncoders.enumerated() { networks.append((encoder.weights, [try network(.text(place))])) }
            networks.append((unet.weights, [try network(.denoiser)]))
            networks.append((vae.weights, [try network(.decoder)] + (checkpoint.hasEncoder ? [try network(.encoder)] : [])))
        }

        var table = Table(header: ["Model", checkpoint.name])
        table.append(["Family", checkpoint.modelName])
        table.append(["Layout", checkpoint.layout.words])
        table.append(["Predicts", checkpoint.scheduler.prediction.rawValue + Self.said(by: checkpoint.predictionSource)])
        if let source = checkpoint.zeroTerminalSNRSource { table.append(["Noise schedule", "zero terminal SNR" + Self.said(by: source)]) }
        table.append(["Native size", "\(checkpoint.nativeSize)×\(checkpoint.nativeSize)"])
        let sizes = checkpoint.nativeSizes.dropFirst()
        if !sizes.isEmpty { table.append(["Further sizes", sizes.map { "\($0.width)×\($0.height)" }.joined(separator: ", ")]) }
        if let suggestion = checkpoint.suggestion {
            table.append(["Suits", "\(suggestion.preset.ranges) (\(suggestion.preset.name), found \(suggestion.source))"])
        }
        if let found = defaults.defaults {
            let sources = "(\(defaults.sources.joined(separator: ", ")))"
            if !found.text().isEmpty { table.append(["Defaults", "\(found.text()) \(sources)"]) }
            for (index, example) in found.promptExamples.enumerated() { table.append([index == 0 ? "Examples" : "", example.onOneLine]) }
        }
        table.append(["Memory", Self.memory(checkpoint, size ?? PictureSize(width: checkpoint.nativeSize, height: checkpoint.nativeSize))])
        if let width = unet.configuration.guidanceWidth {
            table.append(["Guidance", "told to the UNet (\(width) numbers); negative prompts have no effect"])
        }
        for (weights, _) in networks {
            let scaled = weights.scaledCount == 0 ? "" : ", \(weights.scaledCount) tensors with a scale"
            table.append(
                [weights.component, "\(Self.millions(weights.parameterCount)) parameters, "
                    + "\(weights.elementTypes.joined(separator: " + "))\(scaled)"])
        }
        if let path = checkpoint.vaeSource.path { table.append(["VAE from", path]) }
        for (encoder, path) in zip(checkpoint.textEncoders, checkpoint.textEncoderPaths) {
            if let path { table.append([encoder.weights.component + " from", path]) }
        }
        for file in checkpoint.files { table.append(["File", "\(file.path), \(file.byteCount.inBytes)"]) }

        let unused = checkpoint.unusedKeys + networks.filter { !$1.isEmpty }.flatMap { weights, networks in
            Network.unusedTensors(of: weights, by: networks).map { weights[$0]?.key ?? $0 }
        }
        var text = table.text
        if !checkpoint.ignoredKeys.isEmpty {
            text += "\(checkpoint.ignoredKeys.count) keys are not needed for pictures, such as \"\(checkpoint.ignoredKeys[0])\".\n"
        }
        if unused.isEmpty {
            text += "Every other key is understood.\n"
        } else {
            text += "Keys not understood (\(unused.count)):\n" + unused.map { "  \($0)\n" }.joined()
        }
        if let assumption = checkpoint.assumption { text += assumption.description + "\n" }
        for notice in checkpoint.partNotices { text += notice.description + "\n" }
        if let refusal = checkpoint.refusal { text += "Nothing can be drawn with it. \(refusal)\n" }
        self.text = text
        document = CheckpointDocument(checkpoint, unusedKeys: unused, defaults: defaults.defaults)
    }

    /// The forecast for one picture, with the text encoders and the VAE in f32 as they are by default.
    private static func memory(_ checkpoint: Checkpoint, _ size: PictureSize) -> String {
        let parts = [(Precision.f32, "f32"), (.bf16, "bf16 or f16")].map { precision, name in
            let forecast = MemoryForecast(
                checkpoint, width: size.width, height: size.height, precisions: PerStage(encode: .f32, denoise: precision, decode: .f32))
            return "\(forecast.peakOfOnePicture.inBytes) with the UNet in \(name)"
        }
        return "a picture of \(size.width)×\(size.height) takes about " + parts.joined(separator: ", ")
    }

    /// Follows a setting that is not said where all models say it.
    private static func said(by source: TrainingSource) -> String { [.configuration, .family].contains(source) ? "" : " (\(source))" }

    private static func millions(_ count: Int) -> String { "\((Double(count) / 1e6).rounded(decimals: 1)) M" }
}

extension Checkpoint.Layout {
    fileprivate var words: String {
        switch self {
        case .diffusers: "diffusers folder"
        case .single: "single file, original key names"
        case .openvino: "OpenVINO folder, graphs that are run as they are"
        }
    }
}
