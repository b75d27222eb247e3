import Checkpoints
public import Generation
public import OpenVINO

/// The networks that are compiled and ready, within a memory budget. Each is compiled once, however many requests wait for it.
///
/// One serves all checkpoints of a process. What has not been used for longest makes room first; what somebody uses stays.
public actor CompiledNetworks {
    private struct Compile {
        /// Tells it from a later compile for the same key.
        let number: Int
        let reason: CompileReason
        let task: Task<CompiledNetwork, any Error>
    }

    private struct Ready {
        var network: CompiledNetwork
        var lastUse: Int
        var hits = 0
    }

    /// A network that is ready, and how often it was found so.
    public struct Use: Sendable {
        /// The network that is ready.
        public let network: CompiledNetwork
        /// Times that it was found ready.
        public let hits: Int
        /// Names it among those that are ready; short, and of letters and digits only.
        public var id: String { network.key.id }
    }

    /// A network for one use, and what its user waited for.
    public struct Lease: Sendable {
        /// The wait for a network.
        public enum Wait: Sendable {
            /// It was ready.
            case none
            /// A compile that was under way.
            case compile
            /// A compile that the call began.
            case ownCompile
        }

        /// The network to run.
        public let network: CompiledNetwork
        /// The wait that came before.
        public let wait: Wait
    }

    /// Bytes that compiled networks may take together, by estimate.
    public nonisolated let memoryBudget: Int
    private let core: Core
    private let diskCache: DiskCache?
    private let fault: OutputFault?
    private let onCompile: @Sendable (CompileRecord) -> Void
    private let onCacheProblem: @Sendable (DiskCacheError) -> Void
    /// One for each network of each checkpoint: much of a compile keeps a single core busy, so compiling all at once takes
    /// little longer than the UNet alone.
    private var compilers: [CompilerKey: NetworkCompiler] = [:]
    /// The disk cache of each checkpoint, with patches and without.
    private var stores: [SourceKey: EntryStore] = [:]
    private var compiling: [CompileKey: Compile] = [:]
    private var ready: [CompileKey: Ready] = [:]
    /// The compiles so far, in order, for saying why something is compiled.
    private var history: [CompileKey] = []
    private var useCount = 0
    private var startCount = 0

    /// The latest compiles, oldest first; at most 1,000.
    public private(set) var records: [CompileRecord] = []
    /// Compiles of each stage since the process began.
    public private(set) var compileCounts = PerStage(repeating: 0)

    /// - Parameters:
    ///   - memoryBudget: bytes that compiled networks may take together, by estimate. A single one may take more.
    ///   - diskCache: keeps compiled networks for the next start, on devices where that helps (`CacheForm`); nil keeps none.
    ///   - fault: put on all networks, for tests.
    ///   - onCompile: told of each compile when it is done.
    ///   - onCacheProblem: told once when there can be no disk cache.
    public init(
        core: Core, memoryBudget: Int = MemoryBudget.default, diskCache: DiskCache? = nil, fault: OutputFault? = nil,
        onCompile: @escaping @Sendable (CompileRecord) -> Void = { _ in },
        onCacheProblem: @escaping @Sendable (DiskCacheError) -> Void = { _ in }
    ) {
        self.core = core
        self.memoryBudget = memoryBudget
        self.diskCache = diskCache
        self.fault = fault
        self.onCompile = onCompile
        self.onCacheProblem = onCacheProblem
    }

    // MARK: Getting networks

    /// Starts compiling what is not there yet, in the order given; returns at once.
    /// - Returns: the keys whose compile was started.
    @discardableResult
    public func prepare(_ keys: [CompileKey], of source: any NetworkSource, reason: CompileReason? = nil) -> Set<CompileKey> {
        let missing = keys.filter { ready[$0] == nil && compiling[$0] == nil }
        for key in missing { _ = compile(key, of: source, reason: reason) }
        return Set(missing)
    }

    /// The network, compiled now if need be. A failed compile is tried again by the next call.
    /// - Parameter reason: for the record; nil finds out.
    /// - Throws: `CancellationError` at once when the waiting task is cancelled; the compile goes on for others. `CompilationError`.
    public func network(
        _ key: CompileKey, of source: any NetworkSource, reason: CompileReason? = nil
    ) async throws -> CompiledNetwork {
        if let network = use(key) { return network }
        let compile = compiling[key] ?? compile(key, of: source, reason: reason)
        do {
            return try await compile.task.valueUnlessCancelled
        } catch where !(error is CancellationError) {
            if compiling[key]?.number == compile.number { compiling[key] = nil }
            throw error
        }
    }

    /// A network to run for `key`: one that is ready and gives the same picture, or else the one compiled for it, now if need be.
    /// - Parameter onWait: told before the wait for a compile, why there is one and whether this call began it.
    /// - Throws: as `network`.
    public func lease(
        _ key: CompileKey, of source: any NetworkSource, onWait: @Sendable (_ reason: CompileReason, _ isNew: Bool) -> Void
    ) async throws -> Lease {
        if let ready = readyNetwork(serving: key) { return Lease(network: ready, wait: .none) }
        let isNew = !prepare([key], of: source).isEmpty
        if let reason = compiling[key]?.reason { onWait(reason, isNew) }
        return Lease(network: try await network(key, of: source), wait: isNew ? .ownCompile : .compile)
    }

    /// A network that is ready now and gives what one compiled for `key` would: of any shape, or for longer prompts.
    public func readyNetwork(serving key: CompileKey) -> CompiledNetwork? {
        if let exact = use(key) { return exact }
        return readyKeys.last { $0.serves(key) }.flatMap(use)
    }

    /// Lets go of a network; its memory is free once nobody uses it.
    public func release(_ key: CompileKey) {
        ready[key] = nil
        // Released on purpose, so the next compile is a first use, not `noLongerInMemory`.
        history.removeAll { $0 == key }
    }

    /// Lets go of networks that nobody uses at the moment.
    /// - Parameter id: of one `Use`; nil for all.
    /// - Returns: how many there were.
    public func releaseUnused(_ id: String? = nil) -> Int {
        var count = 0
        for key in readyKeys where id == nil || key.id == id {
            guard let index = ready.index(forKey: key), isKnownUniquelyReferenced(&ready.values[index].network) else { continue }
            release(key)
            count += 1
        }
        return count
    }

    /// Lets go of all networks of a checkpoint; those that are being compiled go to whoever waits, and no further.
    /// - Parameter patches: only those with these changes merged in; nil for all.
    public func release(checkpoint identity: String, patches: String? = nil) {
        func isMeant(_ source: SourceKey) -> Bool { source.checkpoint == identity && patches.map { $0 == source.patches } != false }
        ready = ready.filter { !isMeant($0.key.source) }
        compiling = compiling.filter { !isMeant($0.key.source) }
        compilers = compilers.filter { !isMeant($0.key.source) }
        stores = stores.filter { !isMeant($0.key) }
        history.removeAll { isMeant($0.source) }
    }

    /// Deletes what the disk cache holds of a checkpoint or of another file.
    public func dropDiskCache(of source: any NetworkSource) async { await store(of: source)?.removeAll() }

    /// The keys that are ready, most recently used last.
    public var readyKeys: [CompileKey] { ready.sorted { $0.value.lastUse < $1.value.lastUse }.map(\.key) }

    /// The networks of a checkpoint that are ready, with patches and without, most recently used last. Does not count as a use.
    public func readyNetworks(of checkpoint: String) -> [CompiledNetwork] {
        readyKeys.filter { $0.checkpoint == checkpoint }.compactMap { ready[$0]?.network }
    }

    /// The networks that are ready, most recently used last. Does not count as a use.
    public var readyUses: [Use] {
        ready.values.sorted { $0.lastUse < $1.lastUse }.map { Use(network: $0.network, hits: $0.hits) }
    }

    private func use(_ key: CompileKey) -> CompiledNetwork? {
        useCount += 1
        ready[key]?.lastUse = useCount
        ready[key]?.hits += 1
        return ready[key]?.network
    }

    // MARK: Compiling

    private func compile(_ key: CompileKey, of source: any NetworkSource, reason: CompileReason?) -> Compile {
        let reason = reason ?? key.reason(after: history)
        history.removeAll { $0 == key }
        history.append(key)
        let compilerKey = CompilerKey(source: key.source, network: key.network)
        let compiler =
            compilers[compilerKey] ?? NetworkCompiler(core: core, source: source, fault: fault, store: store(of: source))
        compilers[compilerKey] = compiler
        startCount += 1
        let number = startCount
        let task = Task {
            let network = try await compiler.compile(key.network, at: key.placement, shape: key.shape, reason: reason)
            finish(network, number: number)
            return network
        }
        let compile = Compile(number: number, reason: reason, task: task)
        compiling[key] = compile
        return compile
    }

    private func store(of source: any NetworkSource) -> EntryStore? {
        guard let diskCache else { return nil }
        let key = SourceKey(checkpoint: source.identity, patches: source.patches)
        let store = stores[key] ?? EntryStore(diskCache, source: source, core: core, onProblem: onCacheProblem)
        stores[key] = store
        return store
    }

    private func finish(_ network: CompiledNetwork, number: Int) {
        let key = network.key
        // Released meanwhile: whoever waits gets it, and nobody else.
        guard compiling[key]?.number == number else { return }
        compiling[key] = nil
        let record = network.record
        records = records.suffix(999) + [record]
        compileCounts[key.stage] += 1
        makeRoom(for: network.byteCount)
        useCount += 1
        ready[key] = Ready(network: network, lastUse: useCount)
        onCompile(record)
    }

    /// Lets go of what was not used for longest, until `byteCount` more fits in or all that is left is in use.
    private func makeRoom(for byteCount: Int) {
        var total = ready.values.reduce(byteCount) { $0 + $1.network.byteCount }
        for key in readyKeys where total > memoryBudget {
            guard let index = ready.index(forKey: key), isKnownUniquelyReferenced(&ready.values[index].network) else { continue }
            total -= ready[key]?.network.byteCount ?? 0
            ready[key] = nil
        }
    }
}

/// The files that networks are compiled from.
private struct SourceKey: Hashable {
    let checkpoint: String
    let patches: String
}

private struct CompilerKey: Hashable {
    let source: SourceKey
    let network: NetworkID
}

extension CompileKey {
    fileprivate var source: SourceKey { SourceKey(checkpoint: checkpoint, patches: patches) }
}

extension Task where Failure == any Error {
    /// The task's value. Unlike with `value`, whoever waits need not wait for the end when it is cancelled itself.
    fileprivate var valueUnlessCancelled: Success {
        get async throws {
            let values = AsyncThrowingStream<Success, any Error> { continuation in
                Task<Void, Never> {
                    continuation.yield(with: await result)
                    continuation.finish()
                }
            }
            for try await value in values { return value }
            throw Swift.CancellationError()
        }
    }
}
