import Checkpoints
import Networks

/// What `easel models info` says of a checkpoint.
struct CheckpointReport {
    let text: String

    /// - Throws: `CheckpointError` when a network lacks tensors, as generating would.
    init(_ checkpoint: Checkpoint) throws(CheckpointError) {
        let (encoder, unet, vae) = (checkpoint.textEncoder, checkpoint.unet, checkpoint.vae)
        let byteCount = checkpoint.mappedByteCount
        // A checkpoint that is not understood cannot be written as a network.
        let networks = checkpoint.refusal != nil ? [(encoder.weights, []), (unet.weights, []), (vae.weights, [])] : [
            (encoder.weights, [try Network.textEncoder(encoder.configuration, weights: encoder.weights, weightsByteCount: byteCount)]),
            (unet.weights, [try Network.unet(unet.configuration, weights: unet.weights, weightsByteCount: byteCount)]),
            (vae.weights, [
                try Network.vaeEncoder(vae.configuration, weights: vae.weights, weightsByteCount: byteCount),
                try Network.vaeDecoder(vae.configuration, weights: vae.weights, weightsByteCount: byteCount),
            ]),
        ]

        var table = Table(header: ["Model", checkpoint.name])
        table.append(["Family", checkpoint.family.name])
        table.append(["Layout", checkpoint.layout == .single ? "single file, original key names" : "diffusers folder"])
        table.append(["Predicts", checkpoint.scheduler.prediction.rawValue + (checkpoint.isPredictionAssumed ? " (assumed)" : "")])
        table.append(["Native size", "\(checkpoint.nativeSize)×\(checkpoint.nativeSize)"])
        if let width = unet.configuration.guidanceWidth { table.append(["Guidance", "told to the UNet (\(width) numbers); negative prompts have no effect"]) }
        for (weights, _) in networks {
            let scaled = weights.scaledCount == 0 ? "" : ", \(weights.scaledCount) tensors with a scale"
            table.append([weights.component, "\(Self.millions(weights.parameterCount)) parameters, \(weights.elementTypes.joined(separator: " + "))\(scaled)"])
        }
        for file in checkpoint.files { table.append(["File", "\(file.path), \(file.byteCount.inBytes)"]) }

        let unused = checkpoint.unusedKeys + networks.filter { !$1.isEmpty }.flatMap { weights, networks in
            Network.unusedTensors(of: weights, by: networks).map { weights[$0]?.key ?? $0 }
        }
        var text = table.text
        if !checkpoint.ignoredKeys.isEmpty { text += "\(checkpoint.ignoredKeys.count) keys are not needed for pictures, such as \"\(checkpoint.ignoredKeys[0])\".\n" }
        if unused.isEmpty {
            text += "Every other key is understood.\n"
        } else {
            text += "Keys not understood (\(unused.count)):\n" + unused.map { "  \($0)\n" }.joined()
        }
        if let assumption = checkpoint.assumption { text += assumption + "\n" }
        if let refusal = checkpoint.refusal { text += "Nothing can be drawn with it. \(refusal)\n" }
        self.text = text
    }

    private static func millions(_ count: Int) -> String { "\((Double(count) / 1e6).rounded(decimals: 1)) M" }
}
