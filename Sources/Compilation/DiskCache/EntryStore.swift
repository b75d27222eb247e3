import Checkpoints
import Crypto
import Files
import FoundationEssentials
import Generation
import GraphIR
import Networks
import OpenVINO

/// The disk cache as the compilers of one checkpoint, or of another file, use it: knows what its keys are made of.
actor EntryStore {
    private let cache: DiskCache
    private let source: any NetworkSource
    private let core: Core
    private let onProblem: @Sendable (DiskCacheError) -> Void
    /// By the paths of the files.
    private var weights: [[String]: Task<String?, Never>] = [:]
    private var devices: [String: String] = [:]
    private var hasToldOfProblem = false

    init(_ cache: DiskCache, source: any NetworkSource, core: Core, onProblem: @escaping @Sendable (DiskCacheError) -> Void) {
        self.cache = cache
        self.source = source
        self.core = core
        self.onProblem = onProblem
    }

    /// The entry for a compile; nil where nothing is kept or nothing can be.
    ///
    /// The first call for a checkpoint reads all of its files, unless its hash is remembered.
    func entry(for network: NetworkID, at placement: Placement, graph: Graph, shape: InputShape) async -> DiskCacheEntry? {
        let form = cache.form ?? CacheForm(device: placement.device)
        guard form != .none, let weights = await weightsHash(of: network), let runtime = try? Core.version() else { return nil }
        var text = SHA256()
        text.update(data: Data(graph.xml.utf8))
        text.update(data: Data(graph.literals))
        let key = DiskCacheKey(
            model: source.name, component: source.patches.isEmpty ? "\(network)" : "\(network) with LoRAs",
            shape: shape.summary(of: network), graph: text.finalize().hexadecimal, weights: weights,
            device: description(of: placement.device), properties: placement.properties.map { "\($0.name)=\($0.text)" },
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
        for network in [NetworkID.denoiser, .tinyDecoder] {
            if let weights = await weightsHash(of: network) { cache.removeAll(weights: weights) }
        }
    }

    /// One task for all networks with the same files, which are read once; nil for a network without any.
    private func weightsHash(of network: NetworkID) async -> String? {
        let paths = source.files(of: network).map(\.path)
        let task = weights[paths] ?? Task { [cache, source] in await source.fingerprint(of: network, rememberedIn: cache.root) }
        weights[paths] = task
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
