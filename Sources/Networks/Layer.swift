import Checkpoints
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
    private let path: String
    private let weights: ComponentWeights
    private let used: UsedTensors

    /// The outermost layer of a network.
    /// - Parameter externalByteCount: size of the memory that the offsets of `weights` point into.
    init(weights: ComponentWeights, externalByteCount: Int) {
        graph = GraphBuilder(externalByteCount: externalByteCount)
        path = ""
        self.weights = weights
        used = UsedTensors()
    }

    private init(_ parent: Layer, path: String) {
        graph = parent.graph
        weights = parent.weights
        used = parent.used
        self.path = path
    }

    subscript(name: String) -> Layer { Layer(self, path: path.isEmpty ? name : path + "." + name) }
    subscript(name: String, index: Int) -> Layer { self["\(name).\(index)"] }

    func finish() -> Network { Network(graph: graph.finish(name: weights.component), usedTensors: used.names) }

    // MARK: Weights

    /// The tensor `name` of this layer, in single precision.
    /// - Parameters:
    ///   - shape: as stored.
    ///   - rows: the part of the first axis that is wanted, when not all of it is.
    ///   - view: the shape in the graph, when it is another one.
    func weight(_ name: String, _ shape: [Int], rows: Range<Int>? = nil, as view: [Int]? = nil) throws(CheckpointError) -> Value {
        let stored = try storedWeight(name, shape, rows: rows, as: view)
        // Marked as decompression, weights are packed for the device straight from the file's precision, when they are first
        // needed. Unmarked, the compiler makes a single-precision copy of them all before: twice the memory for an SD1.5 UNet.
        return stored.type == .f32 ? stored : graph.decompress(stored, to: .f32)
    }

    /// The tensor `name` of this layer, in the file's precision; parameters as above.
    func storedWeight(
        _ name: String, _ shape: [Int], rows: Range<Int>? = nil, as view: [Int]? = nil
    ) throws(CheckpointError) -> Value {
        let key = path.isEmpty ? name : path + "." + name
        let tensor = try weights.tensor(key, shape: shape)
        used.names.insert(key)
        graph.scope = path
        let rows = rows ?? 0..<shape[0]
        let part = [rows.count] + shape.dropFirst()
        let skipped = shape.dropFirst().reduce(rows.lowerBound * tensor.elementType.byteCount, *)
        return graph.constant(tensor.elementType, view ?? part, offset: tensor.offset + skipped, name: key)
    }
}

/// Collects names while a network is written.
private final class UsedTensors {
    var names: Set<String> = []
}
