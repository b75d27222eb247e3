import Checkpoints
import Compilation
import Generation
import Networks
import OpenVINO

/// A network and the inputs that it is compiled for.
struct CompileKey: Sendable, Hashable {
    let component: Component
    var shape = InputShape()
}

/// The compiled networks of a pipeline. Each is compiled once, however many requests wait for it.
actor CompiledNetworks {
    /// One for each component: much of a compile keeps a single core busy, so compiling all at once takes little
    /// longer than the UNet alone.
    private let compilers: PerComponent<NetworkCompiler>
    private let placements: PerComponent<Placement>
    private var compiles: [CompileKey: Task<CompiledNetwork, any Error>] = [:]

    init(_ checkpoint: Checkpoint, core: Core, placements: PerComponent<Placement>) {
        self.compilers = placements.map { _ in NetworkCompiler(core: core, checkpoint: checkpoint) }
        self.placements = placements
    }

    /// Starts compiling what is not there yet, in the order given; returns at once.
    /// - Returns: the components whose compile was started.
    func prepare(_ keys: [CompileKey]) -> Set<Component> {
        let missing = keys.filter { compiles[$0] == nil }
        for key in missing { _ = compile(key) }
        return Set(missing.map(\.component))
    }

    /// The network, compiled now if need be. A failed compile is tried again by the next call.
    /// - Throws: `CancellationError` at once when the waiting task is cancelled; the compile goes on for others.
    func network(_ key: CompileKey) async throws -> CompiledNetwork {
        let compile = compiles[key] ?? compile(key)
        do {
            return try await compile.valueUnlessCancelled
        } catch where !(error is CancellationError) {
            if compiles[key] == compile { compiles[key] = nil }
            throw error
        }
    }

    /// Lets go of a network; its memory is free once nobody uses it.
    func release(_ key: CompileKey) { compiles[key] = nil }

    private func compile(_ key: CompileKey) -> Task<CompiledNetwork, any Error> {
        let (compiler, placement) = (compilers[key.component], placements[key.component])
        let compile = Task { try await compiler.compile(key.component, at: placement, shape: key.shape) }
        compiles[key] = compile
        return compile
    }
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
