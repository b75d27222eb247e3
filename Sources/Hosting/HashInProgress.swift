import Synchronization

/// A hash that is being computed, which reads gigabytes. Callers wait for it with `value`, or look with `known` whether it is there.
final class HashInProgress: Sendable {
    private let result: Result
    private let task: Task<String?, Never>

    private final class Result: Sendable { let hash = Mutex<String?>(nil) }

    init(_ work: @escaping @Sendable () async -> String?) {
        let result = Result()
        self.result = result
        task = Task.detached(priority: .utility) {
            let hash = await work()
            result.hash.withLock { $0 = hash }
            return hash
        }
    }

    deinit { task.cancel() }

    var value: String? { get async { await task.value } }
    var known: String? { result.hash.withLock { $0 } }
}
