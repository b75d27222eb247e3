import Dispatch
import Glibc
import Synchronization

/// More workers would hold too many tensors in memory at once.
private let mostWorkers = 8

/// Works on items in parallel, on all cores, begun in their order. Ends soon after the first failure, and after `cancellation`.
/// - Throws: the first failure. Who cancels throws something by himself.
func inParallel<Item: Sendable>(
    _ items: [Item], _ cancellation: Cancellation? = nil, _ work: @Sendable (Item) throws(CheckpointError) -> Void
) throws(CheckpointError) {
    let next = Mutex(0)
    let failure = Mutex<CheckpointError?>(nil)
    let workers = min(items.count, mostWorkers, max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
        while cancellation?.isCancelled != true, failure.withLock({ $0 == nil }) {
            let index = next.withLock { next in
                defer { next += 1 }
                return next
            }
            guard index < items.count else { return }
            do throws(CheckpointError) { try work(items[index]) } catch { failure.withLock { $0 = error } }
        }
    }
    if let error = failure.withLock({ $0 }) { throw error }
}

/// A wish to end work on other threads.
final class Cancellation: Sendable {
    private let flag = Atomic(false)

    var isCancelled: Bool { flag.load(ordering: .relaxed) }

    func cancel() { flag.store(true, ordering: .relaxed) }
}
