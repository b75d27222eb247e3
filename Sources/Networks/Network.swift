public import Checkpoints
public import GraphIR

/// A network as a graph, with the tensors it reads.
public struct Network: Sendable {
    /// The graph as text, with its literals.
    public let graph: Graph
    /// Names of the tensors that became constants of the graph.
    public let usedTensors: Set<String>

    /// Tensors of `weights` that none of `networks` reads, sorted; the encoder and the decoder of a VAE share one set of weights.
    public static func unusedTensors(of weights: ComponentWeights, by networks: [Network]) -> [String] {
        weights.names.filter { name in !networks.contains { $0.usedTensors.contains(name) } }.sorted()
    }

    /// Tensors of `weights` that this network does not read, sorted.
    public func unused(in weights: ComponentWeights) -> [String] {
        Self.unusedTensors(of: weights, by: [self])
    }
}
