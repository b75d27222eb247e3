import Checkpoints
import Generation
import GraphIR
import Tensors

/// A value in the graph and the number of its channels:
/// `[batch, channels, height, width]` for feature maps, `[batch, tokens, channels]` for sequences.
struct Features {
    var value: Value
    var channels: Int

    init(_ value: Value, channels: Int) {
        self.value = value
        self.channels = channels
    }
}

/// A place in a network: the name that its tensors share, and the graph they are written to.
///
/// Keys are composed where the layer is written: `unet["down_blocks.0"]["resnets.1"]["conv1"].convolution(x, to: 64)`
/// reads `down_blocks.0.resnets.1.conv1.weight` and `….bias`, checks their shapes and notes that they were used.
struct Layer {
    let graph: GraphBuilder
    /// The edges of feature maps that fit together, in all layers of the network.
    let tiling: Tiling
    private let slots: LowRankSlots?
    private let path: String
    private let weights: ComponentWeights
    private let used: UsedTensors

    /// The outermost layer of a network.
    /// - Parameter externalByteCount: size of the memory that the offsets of `weights` point into.
    init(weights: ComponentWeights, externalByteCount: Int, tiling: Tiling = .none, slots: LowRankSlots? = nil) {
        graph = GraphBuilder(externalByteCount: externalByteCount)
        self.tiling = tiling
        self.slots = slots
        path = ""
        self.weights = weights
        used = UsedTensors()
    }

    private init(_ parent: Layer, path: String) {
        graph = parent.graph
        tiling = parent.tiling
        slots = parent.slots
        weights = parent.weights
        used = parent.used
        self.path = path
    }

    subscript(name: String) -> Layer { Layer(self, path: path.isEmpty ? name : path + "." + name) }
    subscript(name: String, index: Int) -> Layer { self["\(name).\(index)"] }

    /// Whether this layer has a tensor `name`.
    func has(_ name: String) -> Bool { weights[path.isEmpty ? name : path + "." + name] != nil }

    /// Whether this layer has a tensor `name` of that shape.
    func has(_ name: String, shape: [Int]) -> Bool { weights[path.isEmpty ? name : path + "." + name]?.shape == shape }

    func finish() -> Network { Network(graph: graph.finish(name: weights.component), usedTensors: used.names) }

    /// The inputs of this layer's slot; nil for a layer without one. Those that parts of the layer share are made once.
    /// - Parameters:
    ///   - input: channels.
    ///   - output: channels of the result, or of a part of it.
    ///   - kernel: side of the kernel; 1 for linear layers.
    func slot(in input: Int, out output: Range<Int>, kernel: Int) -> SlotInputs? {
        guard let slots, slots.cover(path, kernel: kernel) else { return nil }
        let rank: Extent = kernel == 1 ? slots.rank : .fixed(slots.kernelRank)
        let sides: [Extent] = kernel == 1 ? [] : [.fixed(kernel), .fixed(kernel)]
        func parameter(_ part: LowRankSlots.Input.Part, _ shape: [Extent], from row: Int = 0) -> Value {
            let input = LowRankSlots.Input(part, of: path, from: row)
            if let known = used.slots[input] { return known }
            let made = graph.parameter(input.name, .f32, shape)
            used.slots[input] = made
            return made
        }
        return SlotInputs(
            down: parameter(.down, [rank, .fixed(input)] + sides),
            up: parameter(.up, [.fixed(output.count), rank], from: output.lowerBound), strength: parameter(.strength, [rank]))
    }

    // MARK: Weights

    /// The tensor `name` of this layer, in single precision.
    /// - Parameters:
    ///   - shape: as stored.
    ///   - rows: the part of the first axis that is wanted, when not all of it is.
    ///   - view: the shape in the graph, when it is another one.
    ///   - isComputedWith: the weight goes into further computations with weights, which the compiler is to do once.
    func weight(
        _ name: String, _ shape: [Int], rows: Range<Int>? = nil, as view: [Int]? = nil, isComputedWith: Bool = false
    ) throws(CheckpointError) -> Value {
        let key = path.isEmpty ? name : path + "." + name
        let tensor = try weights.tensor(key, shape: shape)
        used.names.insert(key)
        graph.scope = path
        let rows = rows ?? 0..<shape[0]
        let part = [rows.count] + shape.dropFirst()

        // Marked as decompression, weights are packed for the device straight from the file's precision, when they are first
        // needed. Unmarked, the compiler makes a single-precision copy of them all before: twice the memory for a UNet.
        func single(_ stored: Value) -> Value {
            if stored.type == .f32 { return stored }
            return isComputedWith ? graph.convert(stored, to: .f32) : graph.decompress(stored, to: .f32)
        }
        let skipped = shape.dropFirst().reduce(rows.lowerBound * tensor.elementType.byteCount, *)
        guard let scale = tensor.scale else {
            return single(graph.constant(tensor.elementType, view ?? part, offset: tensor.offset + skipped, name: key))
        }
        let stored = single(graph.constant(tensor.elementType, part, offset: tensor.offset + skipped, name: key))
        var factor = single(scale.count == 1
            ? graph.constant(scale.elementType, [], offset: scale.offset, name: scale.key)
            : graph.constant(
                scale.elementType, [rows.count] + shape.dropFirst().map { _ in 1 },
                offset: scale.offset + rows.lowerBound * scale.elementType.byteCount, name: scale.key))
        if scale.factor != 1 { factor = graph.multiply(factor, graph.literal(scale.factor)) }
        let scaled = graph.multiply(stored, factor)
        return view.map { graph.reshape(scaled, $0) } ?? scaled
    }
}

/// Collects what layers have used while a network is written.
private final class UsedTensors {
    var names: Set<String> = []
    var slots: [LowRankSlots.Input: Value] = [:]
}
