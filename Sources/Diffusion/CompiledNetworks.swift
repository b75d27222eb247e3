import Compilation
import Generation

/// The compiled networks of a pipeline. Each is compiled once, however many requests wait for it.
actor CompiledNetworks {
    private let compiler: NetworkCompiler
    private let placements: PerComponent<Placement>
    private var compiles: [Component: Task<CompiledNetwork, any Error>] = [:]

    init(compiler: NetworkCompiler, placements: PerComponent<Placement>) {
        self.compiler = compiler
        self.placements = placements
    }

    /// Starts compiling what is not there yet, in the order in which a request needs it; returns at once.
    /// - Returns: the components whose compile was started.
    func prepare() -> Set<Component> {
        let missing = Component.allCases.filter { compiles[$0] == nil }
        for component in missing { _ = compile(component) }
        return Set(missing)
    }

    /// The network, compiled now if need be. A failed compile is tried again by the next call.
    /// - Throws: `CancellationError` at once when the waiting task is cancelled; the compile goes on for others.
    func network(_ component: Component) async throws -> CompiledNetwork {
        let compile = compiles[component] ?? compile(component)
        do {
            return try await compile.valueUnlessCancelled
        } catch where !(error is CancellationError) {
            if compiles[component] == compile { compiles[component] = nil }
            throw error
        }
    }

    /// Lets go of a network; its memory is free once nobody uses it.
    func release(_ component: Component) { compiles[component] = nil }

    private func compile(_ component: Component) -> Task<CompiledNetwork, any Error> {
        let (compiler, placement) = (compiler, placements[component])
        let compile = Task { try await compiler.compile(component, at: placement) }
        compiles[component] = compile
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
