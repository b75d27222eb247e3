public import Checkpoints
import Crypto
import Files
public import FoundationEssentials
public import Generation
public import Networks

/// One network of a checkpoint with LoRAs merged into its weights.
public struct MergedNetwork: NetworkSource {
    /// A file of changes, and all that decides how much of it is merged.
    public struct Patch: Sendable {
        /// The file.
        public let file: LoRAFile
        /// Strengths and the like in words.
        public let settings: String

        /// Makes a patch.
        public init(_ file: LoRAFile, settings: String) {
            self.file = file
            self.settings = settings
        }
    }

    private let checkpoint: Checkpoint
    private let network: NetworkID
    private let merged: MergedWeights
    private let files: [Patch]
    public let patches: String

    /// Merges changes into a network's weights; takes seconds.
    /// - Parameters:
    ///   - changes: by the layers' names, in the order in which they are applied.
    ///   - patches: the files that the changes are from, in the same order.
    /// - Throws: `CheckpointError` when a file changed meanwhile, or when there is no room for the weights.
    public init(
        _ checkpoint: Checkpoint, _ network: NetworkID, changes: [String: [WeightedChange]], patches: [Patch]
    ) throws(CheckpointError) {
        self.checkpoint = checkpoint
        self.network = network
        self.patches = Self.identity(of: patches, in: network)
        files = patches
        merged = try MergedWeights(checkpoint, network, changes: changes)
    }

    /// Tells the changes of a network from all others for as long as the process lives; see `NetworkSource.patches`.
    public static func identity(of patches: [Patch], in network: NetworkID) -> String {
        "\(network): " + patches.map { "\($0.file.identity) \($0.settings)" }.joined(separator: "; ")
    }

    public var identity: String { checkpoint.identity }
    public var name: String { checkpoint.name }

    public func files(of id: NetworkID) -> [CheckpointFile] { id == network ? merged.files : checkpoint.files(of: id) }

    /// The checkpoint's own, a plus sign, and the hash of the files' contents and settings: merged weights are never read for it.
    public func fingerprint(of id: NetworkID, rememberedIn folder: URL) async -> String? {
        guard let own = await checkpoint.fingerprint(of: id, rememberedIn: folder) else { return nil }
        guard id == network else { return own }
        var hash = SHA256()
        hash.update(data: Data("\(Self.formulaVersion)".utf8))
        for patch in files {
            guard let content = await patch.file.fingerprint(rememberedIn: folder) else { return nil }
            hash.update(data: Data("; \(content) \(patch.settings)".utf8))
        }
        return "\(own)+\(hash.finalize().hexadecimal)"
    }

    /// To be raised when the same files and strengths come to make other weights.
    private static let formulaVersion = 1

    public func network(_ id: NetworkID, shape: InputShape) throws(CheckpointError) -> Network {
        guard id == network else { return try checkpoint.network(id, shape: shape) }
        return try checkpoint.network(id, shape: shape, weights: merged.weights, weightsByteCount: merged.mappedByteCount)
    }

    public func parameterCount(of id: NetworkID) -> Int { checkpoint.parameterCount(of: id) }

    public func downscale(of id: NetworkID) -> Int { checkpoint.downscale(of: id) }
}
