import Dispatch
import Glibc
import Synchronization

/// Runs `work`, and cancels it on Ctrl-C or SIGTERM.
///
/// Cancelling stops a generation within one step. What cannot be stopped (a compile that has begun) is left behind
/// after two seconds, or at the second Ctrl-C: nothing is half-written then, for files are renamed into place.
func cancellingOnInterrupt<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
    let task = Task { try await work() }
    let interrupts = Atomic(0)
    let sources = [SIGINT, SIGTERM].map { number in
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global(qos: .userInteractive))
        source.setEventHandler {
            task.cancel()
            if interrupts.wrappingAdd(1, ordering: .relaxed).newValue > 1 { leave() }
            DispatchQueue.global().asyncAfter(deadline: .now() + 2) { leave() }
        }
        source.activate()
        return source
    }
    defer { for source in sources { source.cancel() } }
    return try await task.value
}

private func leave() -> Never { CommandFailure(CancellationError()).end() }
