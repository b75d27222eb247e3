import Files
public import Generation
public import Tensors

/// The changes that a file makes to a checkpoint.
public struct LoRAChanges: Sendable {
    /// By network, then by the layer's name as `ComponentWeights` has it, without ".weight":
    /// "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q", "encoder.layers.0.self_attn.q_proj", "text_projection".
    public let layers: [NetworkID: [String: LayerChange]]
    /// Tensors of the file, marks and scalars included.
    public let tensorCount: Int
    /// The number of those that are applied.
    public let appliedCount: Int
    /// Tensors that are not applied, sorted by their keys.
    public let unapplied: [UnappliedTensor]
    /// The words that the file brings with it: for each of the checkpoint's text encoders the vectors, `[vectors, width]`.
    public let words: [String: [NDArray]]
}

extension LoRAChanges {
    /// The keys that are not applied, with the reasons; of many the first.
    public var unappliedText: String {
        let shown = unapplied.prefix(3).map { "\"\($0.key)\" \($0.reason)" }.joined(separator: " ")
        return unapplied.count > 3 ? "\(shown) And \(unapplied.count - 3) more." : shown
    }
}

/// A tensor of a file that changes nothing, and why.
public struct UnappliedTensor: Sendable, Hashable {
    /// Why a tensor is not applied.
    public enum Reason: Sendable, Hashable {
        /// The checkpoint has no layer of the name.
        case noLayer
        /// The tensor has another shape than its layer asks for. Extents that may be any are given as they are.
        case shape([Int], expected: [Int])
        /// Nothing is known of tensors with such an ending.
        case unknownPart
        /// Another tensor of its layer is missing or cannot be used.
        case incomplete
        /// Numbers of a kind that is not read.
        case numbers(String)
        /// Another name in the file means the same tensor.
        case repeated
        /// The tensor has a rank that the layer cannot use.
        case tooLarge([Int])
        /// The vectors of a word that does not fit the model.
        case vectors(TextualInversionProblem)
        /// A known algorithm that is not supported.
        case algorithm(String)
    }

    /// The tensor's name in the file.
    public let key: String
    /// Why it changes nothing.
    public let reason: Reason
}

extension UnappliedTensor.Reason: CustomStringConvertible {
    /// Continues the tensor's name.
    public var description: String {
        switch self {
        case .noLayer: "names no layer of this model."
        case .shape(let shape, let expected): "has the shape \(shape) instead of \(expected)."
        case .unknownPart: "is not known as a part of a LoRA."
        case .incomplete: "lacks other tensors of its layer, or they cannot be used."
        case .numbers(let kind): "holds numbers that are not understood: \(kind)."
        case .repeated: "says a second time what another tensor says."
        case .tooLarge(let shape): "has the shape \(shape), which is too large for its layer."
        case .vectors(let problem): problem.description
        case .algorithm(let name): "belongs to \(name), which is not supported."
        }
    }
}

extension LoRAFile {
    /// The changes that the file makes to a checkpoint. Shapes are checked; numbers are read when a change is computed.
    public func changes(of checkpoint: Checkpoint) -> LoRAChanges { changes(of: checkpoint, LayerNames(checkpoint)) }

    func changes(of checkpoint: Checkpoint, _ names: LayerNames) -> LoRAChanges {
        var matching = LoRAMatching(self, checkpoint)
        matching.run(names)
        return LoRAChanges(
            layers: matching.layers, tensorCount: tensors.count, appliedCount: tensors.count - matching.unapplied.count,
            unapplied: matching.unapplied.sorted { $0.key < $1.key }, words: matching.words)
    }
}

/// Finds the layer of each tensor, and makes the changes.
private struct LoRAMatching {
    private let file: LoRAFile
    private let checkpoint: Checkpoint
    private let adapter: AdapterConfiguration?
    private(set) var layers: [NetworkID: [String: LayerChange]] = [:]
    private(set) var unapplied: [UnappliedTensor] = []
    private(set) var words: [String: [NDArray]] = [:]

    init(_ file: LoRAFile, _ checkpoint: Checkpoint) {
        (self.file, self.checkpoint) = (file, checkpoint)
        adapter = AdapterConfiguration(file.metadata)
    }

    mutating func run(_ names: LayerNames) {
        var entries: [LayerPlace: [String: StoredTensor]] = [:]
        var bundles: [String: [String: StoredTensor]] = [:]
        // Sorted, so that of two names for one thing the same counts every time.
        for (key, tensor) in file.tensors.sorted(by: { $0.key < $1.key }) {
            if key.hasPrefix(Self.bundle) {
                let parts = key.dropFirst(Self.bundle.count).split(separator: ".", maxSplits: 1).map(String.init)
                if parts.count == 2 { bundles[parts[0], default: [:]][parts[1]] = tensor } else { leave(tensor, .unknownPart) }
            } else if let name = LoRAKey(key) {
                guard let place = names[name.layer] else { leave(tensor, .noLayer); continue }
                if entries[place]?[name.part] != nil { leave(tensor, .repeated); continue }
                entries[place, default: [:]][name.part] = tensor
            } else {
                leave(tensor, .unknownPart)
            }
        }
        for (place, tensors) in entries { addChange(of: place, tensors) }
        for (word, tensors) in bundles { addWord(word, tensors) }
    }

    private static let bundle = "bundle_emb."

    private mutating func leave(_ tensor: StoredTensor, _ reason: UnappliedTensor.Reason) {
        unapplied.append(UnappliedTensor(key: tensor.key, reason: reason))
    }

    private mutating func addChange(of place: LayerPlace, _ tensors: [String: StoredTensor]) {
        let weights = checkpoint.weights(of: place.network)
        // open_clip stores its text projection by inputs, under a name of its own.
        guard let stored = weights.weight(of: place.name) else {
            for tensor in tensors.values { leave(tensor, .noLayer) }
            return
        }
        let isTransposed = weights["\(place.name).weight"] == nil
        let shape = isTransposed ? stored.shape.reversed() : stored.shape
        var placements = Self.placements(shape, isTransposed: isTransposed)
        guard !placements.isEmpty else {
            for tensor in tensors.values { leave(tensor, .noLayer) }
            return
        }
        let first = placements.removeFirst()
        do {
            try addChange(of: place, tensors, first)
        } catch {
            for placement in placements where (try? addChange(of: place, tensors, placement)) != nil { return }
            for (part, tensor) in tensors { leave(tensor, part == error.part ? error.reason : .incomplete) }
        }
    }

    /// A first convolution of an inpainting model takes changes of a model with 4 inputs too: the others are those of the mask.
    private static func placements(_ shape: [Int], isTransposed: Bool) -> [LayerPlacement] {
        guard let whole = LayerShape(shape) else { return [] }
        var placements = [LayerPlacement(shape: whole, isTransposed: isTransposed, storedInputs: whole.inputs)]
        if whole.inputs == 9, !whole.kernel.isEmpty, let narrow = LayerShape([whole.outputs, 4] + whole.kernel) {
            placements.append(LayerPlacement(shape: narrow, isTransposed: false, storedInputs: whole.inputs))
        }
        return placements
    }

    private mutating func addChange(
        of place: LayerPlace, _ tensors: [String: StoredTensor], _ placement: LayerPlacement
    ) throws(EntryProblem) {
        let folder = if case .text(let index) = place.network { checkpoint.family.traits.textEncoders[index].folder } else { "unet" }
        var entry = LayerEntry(
            tensors, in: file.weights, shape: placement.shape, adapterScale: adapter?.scale(of: place.name, in: folder))
        let bias = checkpoint.weights(of: place.network)["\(place.name).bias"]
        layers[place.network, default: [:]][place.name] = try LayerChange(
            &entry, placement, biasCount: bias?.elementCount)
        for (part, tensor) in tensors where !entry.used.contains(part) {
            leave(tensor, LoRAKey.algorithm(ofPart: part).map { .algorithm($0) } ?? .unknownPart)
        }
    }

    private mutating func addWord(_ word: String, _ tensors: [String: StoredTensor]) {
        let name = file.path.lastPathComponent
        do {
            let inversion = TextualInversion(
                name: word, file: name, vectors: try TextualInversion.Vectors(tensors, in: file.weights, of: name))
            words[word] = try inversion.vectors(widths: checkpoint.textEncoders.map(\.configuration.width))
        } catch {
            let problem = if case .textualInversion(_, let problem) = error { problem } else { TextualInversionProblem.noVectors }
            for tensor in tensors.values { leave(tensor, .vectors(problem)) }
        }
    }
}

extension ComponentWeights {
    /// The weight of a layer, which goes without ".weight" where it is stored by inputs.
    func weight(of layer: String) -> StoredTensor? { self["\(layer).weight"] ?? self[layer] }
}
