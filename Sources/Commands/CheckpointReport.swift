import Checkpoints
import Networks

/// What `easel models info` says of a checkpoint.
struct CheckpointReport {
    let text: String

    /// - Throws: `CheckpointError` when a network lacks tensors, as generating would.
    init(_ checkpoint: Checkpoint) throws(CheckpointError) {
        let (encoder, unet, vae) = (checkpoint.textEncoder, checkpoint.unet, checkpoint.vae)
        let byteCount = checkpoint.mappedByteCount
        let networks = [
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
        table.append(["Predicts", checkpoint.scheduler.prediction.rawValue])
        table.append(["Native size", "\(checkpoint.nativeSize)×\(checkpoint.nativeSize)"])
        for (weights, _) in networks {
            table.append([weights.component, "\(Self.millions(weights.parameterCount)) parameters, \(weights.elementTypes.joined(separator: " + "))"])
        }
        for file in checkpoint.files { table.append(["File", "\(file.path), \(file.byteCount.inBytes)"]) }

        let unused = checkpoint.unusedKeys + networks.flatMap { weights, networks in
            Network.unusedTensors(of: weights, by: networks).map { weights[$0]?.key ?? $0 }
        }
        var text = table.text
        if !checkpoint.ignoredKeys.isEmpty { text += "\(checkpoint.ignoredKeys.count) keys are not needed for pictures, such as \"\(checkpoint.ignoredKeys[0])\".\n" }
        if unused.isEmpty {
            text += "Every other key is understood.\n"
        } else {
            text += "Keys not understood (\(unused.count)):\n" + unused.map { "  \($0)\n" }.joined()
        }
        self.text = text
    }

    private static func millions(_ count: Int) -> String { "\((Double(count) / 1e6).rounded(decimals: 1)) M" }
}
