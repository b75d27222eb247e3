public import Checkpoints
public import Generation
public import Networks

/// One network of a checkpoint with LoRAs merged into its weights.
public struct MergedNetwork: NetworkSource {
    private let checkpoint: Checkpoint
    private let network: NetworkID
    private let merged: MergedWeights
    public let identity: String

    /// Merges changes into a network's weights; takes seconds.
    /// - Parameters:
    ///   - changes: by the layers' names, in the order in which they are applied.
    ///   - identity: tells the changes and their strengths from all others.
    /// - Throws: `CheckpointError` when a file changed meanwhile, or when there is no room for the weights.
    public init(
        _ checkpoint: Checkpoint, _ network: NetworkID, changes: [String: [WeightedChange]], identity: String
    ) throws(CheckpointError) {
        self.checkpoint = checkpoint
        self.network = network
        self.identity = Self.identity(of: network, of: checkpoint, with: identity)
        merged = try MergedWeights(checkpoint, network, changes: changes)
    }

    /// The identity of a network with changes merged in.
    public static func identity(of network: NetworkID, of checkpoint: Checkpoint, with changes: String) -> String {
        "\(checkpoint.identity), \(network) with \(changes)"
    }

    public var name: String { checkpoint.name }
    /// Its strengths may be others in the next picture.
    public var isLasting: Bool { false }

    public func files(of id: NetworkID) -> [CheckpointFile] { id == network ? merged.files : checkpoint.files(of: id) }

    public func network(_ id: NetworkID, shape: InputShape) throws(CheckpointError) -> Network {
        guard id == network else { return try checkpoint.network(id, shape: shape) }
        return try checkpoint.network(id, shape: shape, weights: merged.weights, weightsByteCount: merged.mappedByteCount)
    }

    public func parameterCount(of id: NetworkID) -> Int { checkpoint.parameterCount(of: id) }

    public func downscale(of id: NetworkID) -> Int { checkpoint.downscale(of: id) }
}
