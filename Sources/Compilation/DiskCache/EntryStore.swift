import Checkpoints
import Crypto
import Files
import FoundationEssentials
import Generation
import GraphIR
import Networks
import OpenVINO

/// The disk cache as the compilers of one checkpoint use it: knows what its keys are made of.
actor EntryStore {
    private let cache: DiskCache
    private let checkpoint: Checkpoint
    private let core: Core
    private let onProblem: @Sendable (DiskCacheError) -> Void
    private var weights: Task<String?, Never>?
    private var devices: [String: String] = [:]
    private var hasToldOfProblem = false

    init(_ cache: DiskCache, checkpoint: Checkpoint, core: Core, onProblem: @escaping @Sendable (DiskCacheError) -> Void) {
        self.cache = cache
        self.checkpoint = checkpoint
        self.core = core
        self.onProblem = onProblem
    }

    /// The entry for a compile; nil where nothing is kept or nothing can be.
    ///
    /// The first call for a checkpoint reads all of its files, unless its hash is remembered.
    func entry(for network: NetworkID, at placement: Placement, graph: Graph, shape: InputShape) async -> DiskCacheEntry? {
        let form = cache.form ?? CacheForm(device: placement.device)
        guard form != .none, let weights = await weightsHash(), let runtime = try? Core.version() else { return nil }
        var text = SHA256()
        text.update(data: Data(graph.xml.utf8))
        text.update(data: Data(graph.literals))
        let key = DiskCacheKey(
            model: checkpoint.name, component: "\(network)", shape: shape.summary(of: network), graph: text.finalize().hexadecimal,
            weights: weights, device: description(of: placement.device), properties: placement.properties.map { "\($0.name)=\($0.text)" },
            runtime: runtime, form: form)
        do {
            return try cache.entry(for: key)
        } catch {
            if !hasToldOfProblem { onProblem(error) }
            hasToldOfProblem = true
            return nil
        }
    }

    /// Deletes all entries of the checkpoint.
    func removeAll() async {
        if let weights = await weightsHash() { cache.removeAll(weights: weights) }
    }

    /// One task for all networks: the files are read once.
    private func weightsHash() async -> String? {
        let task = weights ?? Task { [checkpoint, cache] in await checkpoint.fingerprint(rememberedIn: cache.root) }
        weights = task
        return await task.value
    }

    /// Name, maker's name, and what tells one driver or chip from another where the plugin says so.
    private func description(of device: String) -> String {
        if let known = devices[device] { return known }
        let keys = ["FULL_DEVICE_NAME", "DEVICE_ARCHITECTURE", "GPU_UARCH_VERSION", "GPU_DRIVER_VERSION", "NPU_DRIVER_VERSION"]
        let parts = keys.compactMap { try? core.value(of: PropertyKey<String>($0), device: device) }
        let description = ([device] + parts).joined(separator: ", ")
        devices[device] = description
        return description
    }
}
