import Checkpoints
public import Compilation
import Files
public import Generation
import Networks
import Prompting

/// The way in which LoRAs come into a network.
public enum NetworkPatch: Sendable {
    /// Nothing changes it.
    case none
    /// Inputs beside the weights. Other strengths, and on CPUs other files, need no compile.
    case slots(SlotFactors)
    /// Weights of its own, for changes that are of no low rank.
    case merged(MergedNetwork)

    /// The source that the network is compiled from.
    func source(of checkpoint: Checkpoint) -> any NetworkSource {
        if case .merged(let network) = self { network } else { checkpoint }
    }

    /// The key of the network with the LoRAs, from that of the network without.
    public func key(from plain: CompileKey) -> CompileKey {
        switch self {
        case .none: return plain
        case .slots(let factors):
            var shape = plain.shape
            shape.slots = factors.slots(on: plain.placement.device)
            return CompileKey(checkpoint: plain.checkpoint, network: plain.network, placement: plain.placement, shape: shape)
        case .merged(let network):
            return CompileKey(
                checkpoint: plain.checkpoint, patches: network.patches, network: plain.network, placement: plain.placement,
                shape: plain.shape)
        }
    }

    /// The contents of the network's slots.
    public var factors: SlotFactors? { if case .slots(let factors) = self { factors } else { nil } }
}

/// Makes patches for one checkpoint, away from Swift's own threads: factors of a large LoRA take a second, merging takes several.
actor NetworkPatcher {
    private let checkpoint: Checkpoint
    private let networks: CompiledNetworks
    private let executor = QueueExecutor(label: "easel.lora")
    /// The factors of the files that were used last, the latest at the end.
    private var factors: [(key: FactorsKey, layers: [String: LowRankFactors]?)] = []
    /// The latest merged network of each kind.
    private var merged: [NetworkID: MergedNetwork] = [:]

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - Parameter networks: loses what was compiled of merged weights that are out of use.
    init(_ checkpoint: Checkpoint, networks: CompiledNetworks) {
        self.checkpoint = checkpoint
        self.networks = networks
    }

    /// The patch of a network.
    /// - Throws: `CheckpointError` when a file changed meanwhile, or when there is no room for merged weights.
    func patch(of id: NetworkID, by set: LoRASet) async throws(CheckpointError) -> NetworkPatch {
        let members = set.members(changing: id)
        guard !members.isEmpty else { return .none }
        if let factors = SlotFactors(members, of: id, weights: checkpoint.weights(of: id), factors: { self.factors(of: $0, in: id) }) {
            for member in members { if let name = member.file.weights.changedFile { throw .changed(file: name) } }
            return .slots(factors)
        }
        let network = try merged(id, members, set.patches(of: id))
        if let old = merged.updateValue(network, forKey: id), old.patches != network.patches {
            await networks.release(checkpoint: old.identity, patches: old.patches)
        }
        return .merged(network)
    }

    /// The files of a set by name and hash. A hash that is not known yet takes reading the whole file.
    func references(to set: LoRASet) -> [LoRAReference] {
        set.members.compactMap { member in
            (try? member.file.shortHash()).map { LoRAReference(name: member.tag.name, hash: $0) }
        }
    }

    private func merged(
        _ id: NetworkID, _ members: [LoRASet.Member], _ patches: [MergedNetwork.Patch]
    ) throws(CheckpointError) -> MergedNetwork {
        if let known = merged[id], known.patches == MergedNetwork.identity(of: patches, in: id) { return known }
        var changes: [String: [WeightedChange]] = [:]
        for member in members {
            for (layer, change) in member.changes.layers[id] ?? [:] {
                let strength = member.tag.strength(of: layer, in: id, atStep: nil, of: 1)
                changes[layer, default: []].append(
                    WeightedChange(change: change, strength: strength, rankLimit: member.tag.rankLimit))
            }
        }
        return try MergedNetwork(checkpoint, id, changes: changes, patches: patches)
    }

    /// The factors of a file's changes; nil where they are not of low rank.
    private func factors(of member: LoRASet.Member, in id: NetworkID) -> [String: LowRankFactors]? {
        let key = FactorsKey(file: member.file.identity, network: id, rankLimit: member.tag.rankLimit)
        if let index = factors.firstIndex(where: { $0.key == key }) {
            let known = factors.remove(at: index)
            factors.append(known)
            return known.layers
        }
        var layers: [String: LowRankFactors]? = [:]
        for (layer, change) in member.changes.layers[id] ?? [:] {
            guard let own = change.factors(rankLimit: member.tag.rankLimit) else {
                layers = nil
                break
            }
            layers?[layer] = own
        }
        factors = factors.suffix(Self.factorsLimit - 1) + [(key, layers)]
        return layers
    }

    /// Networks of files whose factors are kept: a few files, each for the UNet and two text encoders.
    private static let factorsLimit = 12

    private struct FactorsKey: Hashable {
        let file: String
        let network: NetworkID
        let rankLimit: Int?
    }

    /// Forgets merged weights.
    func forgetMerged() { merged = [:] }
}

extension DiffusionPipeline {
    /// The way in which LoRAs come into a network. Where they are merged into its weights, this takes seconds unless they were before.
    public func patch(of id: NetworkID, by loras: LoRASet) async throws(DiffusionError) -> NetworkPatch {
        do { return try await patcher.patch(of: id, by: loras) } catch { throw DiffusionError(error) }
    }

    /// A network with LoRAs, compiled now if it is not ready.
    /// - Parameters:
    ///   - key: of the network with the LoRAs, as the patch makes it.
    ///   - reason: for the record; nil finds out.
    public func network(
        _ key: CompileKey, with patch: NetworkPatch, reason: CompileReason? = nil
    ) async throws(DiffusionError) -> CompiledNetwork {
        do {
            return try await networks.network(key, of: patch.source(of: checkpoint), reason: reason)
        } catch {
            throw DiffusionError(error)
        }
    }

    /// The keys of all networks where they run now, with LoRAs, and the ways in which these come into them.
    public func keys(
        for need: ShapeNeed, under loras: LoRASet
    ) async throws(DiffusionError) -> [(key: CompileKey, patch: NetworkPatch)] {
        var keys: [(key: CompileKey, patch: NetworkPatch)] = []
        for plain in self.keys(for: need) {
            let patch = try await patch(of: plain.network, by: loras)
            keys.append((patch.key(from: plain), patch))
        }
        return keys
    }

    /// Starts compiling networks with LoRAs that are not ready; returns at once.
    /// - Returns: the keys whose compile was started.
    @discardableResult
    public func prepare(_ networks: [(key: CompileKey, patch: NetworkPatch)], reason: CompileReason? = nil) async -> Set<CompileKey> {
        var started: Set<CompileKey> = []
        for (key, patch) in networks {
            started.formUnion(await self.networks.prepare([key], of: patch.source(of: checkpoint), reason: reason))
        }
        return started
    }
}
