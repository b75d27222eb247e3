public import Generation
import Tensors

/// The tensors of a single file under the names of the original release, made of those of a checkpoint in any layout.
public struct ConversionPlan: Sendable {
    /// A tensor of the new file.
    struct Output: Sendable {
        let key: String
        var elementType: ElementType
        var shape: [Int]
        /// Pieces that make it up, one after another; empty for zeros.
        var pieces: [Piece] = []
        /// Rows and columns change places.
        var isTransposed = false
        /// From the start of the file's data.
        var offset = 0

        var byteCount: Int { shape.reduce(elementType.byteCount, *) }
    }

    /// A tensor of a network, and its changes.
    struct Piece: Sendable {
        let tensor: StoredTensor
        let changes: [WeightedChange]
        /// The tensor is a bias, which changes have other numbers for.
        let isBias: Bool

        /// Whether some change has numbers for it.
        var isChanged: Bool { changes.contains { isBias ? $0.change.changesBias : $0.change.changesWeight } }
    }

    /// In the order of their data: larger numbers first, so that all lie at multiples of their size, then by their names.
    private(set) var outputs: [Output] = []
    /// Bytes of all numbers.
    public private(set) var byteCount = 0

    /// - Parameters:
    ///   - precision: of all numbers; nil for what the checkpoint has, where numbers with a scale become f16.
    ///   - changes: by network, then by the layer's name, as `LoRAChanges` has them; in the order in which they are applied.
    /// - Throws: `CheckpointError` for what cannot be drawn with either, and for a tensor that cannot be read.
    public init(
        _ checkpoint: Checkpoint, precision: Precision? = nil, changes: [NetworkID: [String: [WeightedChange]]] = [:]
    ) throws(CheckpointError) {
        if let refusal = checkpoint.refusal { throw refusal }
        if !checkpoint.graphs.isEmpty { throw .graphs(checkpoint: checkpoint.name) }
        var outputs: [Output] = []
        for (place, encoder) in checkpoint.family.traits.textEncoders.enumerated() {
            let isProjected = checkpoint.conditioning.pooled == place
            let isOpenCLIP = isProjected || encoder.leavesOutLastLayer
            let prefix = encoder.stems[0] + (isOpenCLIP ? "model." : "transformer.text_model.")
            let configuration = checkpoint.textEncoders[place].configuration
            let weights = checkpoint.textEncoders[place].weights
            let own = weights["text_projection"] == nil ? "text_projection.weight" : "text_projection"
            var table = NameTable(
                textEncoder: configuration, naming: isOpenCLIP ? .openCLIP : .transformers, prefix: prefix)
            if isProjected { table.addParameter(own, at: prefix + "text_projection") }
            var written = try Self.outputs(table, weights, changes[.text(place)] ?? [:], precision)
            if own.hasSuffix(".weight"), let last = written.indices.last, isProjected {
                written[last].isTransposed = true
                written[last].shape.reverse()
            }
            if encoder.leavesOutLastLayer { written += Self.lastLayer(configuration.layerCount, like: written, prefix) }
            outputs += written
        }
        let unet = NameTable(unet: checkpoint.unet.configuration, naming: .original, prefix: UNetPlace.usualPrefix)
        outputs += try Self.outputs(unet, checkpoint.unet.weights, changes[.denoiser] ?? [:], precision)
        let vae = NameTable(vae: checkpoint.vae.configuration, naming: .original, prefix: SingleFileKeys.vaePrefix)
        outputs += try Self.outputs(vae, checkpoint.vae.weights, [:], precision).map { output in
            var output = output
            // Attention is stored as 1×1 convolutions.
            if output.key.contains(".attn_1."), output.shape.count == 2 { output.shape += [1, 1] }
            return output
        }
        // Other programs, too, know these two as what no shape tells.
        if checkpoint.scheduler.prediction == .velocity, checkpoint.family.traits.usualPrediction != .velocity {
            outputs.append(Output(key: "v_pred", elementType: .f32, shape: [0]))
        }
        if checkpoint.scheduler.rescalesToZeroTerminalSNR { outputs.append(Output(key: "ztsnr", elementType: .f32, shape: [0])) }

        outputs.sort { ($1.elementType.byteCount, $0.key) < ($0.elementType.byteCount, $1.key) }
        for index in outputs.indices {
            outputs[index].offset = byteCount
            byteCount += outputs[index].byteCount
        }
        self.outputs = outputs
    }

    private static func outputs(
        _ table: NameTable, _ weights: ComponentWeights, _ changes: [String: [WeightedChange]], _ precision: Precision?
    ) throws(CheckpointError) -> [Output] {
        var outputs: [Output] = []
        /// Places of the tensors that are made of several.
        var joined: [String: Int] = [:]
        for parameter in table.parameters {
            guard let stored = weights[parameter.name] else {
                throw .missingTensor(
                    component: weights.component, name: parameter.name, key: parameter.name, file: weights.fileName)
            }
            let tensor = try weights.tensor(parameter.name, shape: stored.shape)
            let isBias = parameter.name.hasSuffix(".bias")
            let suffix = isBias ? ".bias" : ".weight"
            let layer = parameter.name.hasSuffix(suffix) ? String(parameter.name.dropLast(suffix.count)) : parameter.name
            let piece = Piece(tensor: tensor, changes: (changes[layer] ?? []).filter { $0.strength != 0 }, isBias: isBias)
            if let place = joined[parameter.key] {
                // The table lists slices in their order.
                outputs[place].pieces.append(piece)
                outputs[place].shape[0] += tensor.shape[0]
                if elementType(of: piece, precision) != outputs[place].elementType { outputs[place].elementType = .f32 }
            } else {
                if parameter.slice != nil { joined[parameter.key] = outputs.count }
                outputs.append(
                    Output(key: parameter.key, elementType: elementType(of: piece, precision), shape: tensor.shape, pieces: [piece]))
            }
        }
        return outputs
    }

    private static func elementType(of piece: Piece, _ precision: Precision?) -> ElementType {
        if let precision { return precision.elementType }
        if piece.tensor.scale != nil || piece.isChanged && piece.tensor.elementType.isEightBitFloat { return .f16 }
        return piece.tensor.elementType == .f64 ? .f32 : piece.tensor.elementType
    }

    /// The layer of open_clip's text encoder behind all that are read, as zeros, which change nothing: programs want the whole encoder.
    private static func lastLayer(_ number: Int, like outputs: [Output], _ prefix: String) -> [Output] {
        let first = prefix + "transformer.resblocks.0."
        return outputs.filter { $0.key.hasPrefix(first) }.map { output in
            let key = "\(prefix)transformer.resblocks.\(number)." + output.key.dropFirst(first.count)
            return Output(key: key, elementType: output.elementType, shape: output.shape)
        }
    }
}

extension Precision {
    fileprivate var elementType: ElementType {
        switch self {
        case .f32: .f32
        case .bf16: .bf16
        case .f16: .f16
        }
    }
}
