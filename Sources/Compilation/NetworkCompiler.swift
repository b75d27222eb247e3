public import Checkpoints
import Files
public import Generation
import GraphIR
public import Networks
public import OpenVINO

/// Compiles the networks of one checkpoint, or of another file, one after another and away from Swift's own threads.
public actor NetworkCompiler {
    private let core: Core
    private let source: any NetworkSource
    private let fault: OutputFault?
    private let store: EntryStore?
    private let executor = QueueExecutor(label: "easel.compile")

    /// The queue that compiles run on, so that they do not block the threads of other tasks.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - Parameter fault: put on all that is compiled.
    public init(core: Core, source: any NetworkSource, fault: OutputFault? = nil) {
        self.init(core: core, source: source, fault: fault, store: nil)
    }

    /// - Parameter store: where compiled networks are kept for the next start; nil keeps none.
    init(core: Core, source: any NetworkSource, fault: OutputFault?, store: EntryStore?) {
        self.core = core
        self.source = source
        self.fault = fault
        self.store = store
    }

    /// Takes 0.3 to 2 seconds on a CPU for networks of 860 million parameters, minutes on a GPU.
    /// - Parameter shape: what is known of the network's inputs.
    /// - Throws: `.precision` when the device took the network but computes in another precision than f32, where f32 was asked for.
    public func compile(
        _ network: NetworkID, at placement: Placement, shape: InputShape = InputShape(), reason: CompileReason = .firstUse
    ) async throws(CompilationError) -> CompiledNetwork {
        let began = ContinuousClock.now
        let graph: Graph
        let weights: MappedWeights
        do {
            graph = try source.network(network, shape: shape).graph
            weights = try MappedWeights(source.files(of: network), of: source.name, appending: graph.literals)
        } catch {
            throw .checkpoint(error)
        }
        var entry = await store?.entry(for: network, at: placement, graph: graph, shape: shape)
        if reason == .repair, let suspect = entry, suspect.isWhole {
            suspect.discard()
            entry = await store?.entry(for: network, at: placement, graph: graph, shape: shape)
        }
        let compiled: CompiledModel
        let precision: String
        let isFromDiskCache: Bool
        do {
            let memory = try Tensor(bytes: weights.bytes, owner: weights)
            let model = try core.readModel(xml: graph.xml, weights: memory)
            (compiled, isFromDiskCache) = try compile(model, at: placement, entry: entry)
            precision = try compiled.precision(on: placement.device)
        } catch {
            throw .device(network, placement, error)
        }
        if placement.arithmetic == .exactly(.f32), precision != Precision.f32.rawValue, precision != "mixed" {
            throw .precision(network, placement, actual: precision)
        }
        let key = CompileKey(
            checkpoint: source.identity, patches: source.patches, network: network, placement: placement, shape: shape)
        return CompiledNetwork(
            key: key, model: compiled, precision: precision, seconds: (ContinuousClock.now - began).seconds,
            isFromDiskCache: isFromDiskCache,
            reason: reason, byteCount: source.parameterCount(of: network) * (precision == Precision.f32.rawValue ? 4 : 2),
            downscale: source.downscale(of: network), fault: fault)
    }

    /// Loads the model from `entry`, or compiles it and fills `entry`. An entry that the device does not take is dropped.
    private func compile(
        _ model: borrowing Model, at placement: Placement, entry: DiskCacheEntry?
    ) throws(OpenVINOError) -> (CompiledModel, isFromDiskCache: Bool) {
        guard let entry else { return (try core.compile(model, device: placement.device, properties: placement.properties), false) }
        do {
            let compiled = try core.compile(model, device: placement.device, properties: placement.properties + entry.properties)
            if (try? compiled.value(of: .isLoadedFromCache)) == true { return (compiled, entry.isWhole) }
            if entry.isWhole { entry.discard() } else { entry.commit() }
            return (compiled, false)
        } catch {
            // The entry is of the weights as they were.
            if case .memoryChanged = error, entry.isWhole { throw error }
            entry.discard()
            guard entry.isWhole else { throw error }
            return (try core.compile(model, device: placement.device, properties: placement.properties), false)
        }
    }
}

extension CompiledModel {
    /// The precision that the device says it computes in. Where several share a model, as with `HETERO:GPU,CPU`, it is `mixed`.
    fileprivate func precision(on device: String) throws(OpenVINOError) -> String {
        do {
            return try value(of: .inferencePrecision).rawValue
        } catch {
            guard device.contains(":") else { throw error }
            return "mixed"
        }
    }
}

extension MappedWeights: ChangeableMemory {
    /// The change of the checkpoint's files since they were mapped, as a sentence; nil when there is none.
    public var change: String? { changedFile.map { CheckpointError.changed(file: $0).description } }
}
