import Synchronization

/// Where work in tests stops until the test lets it go on. Nothing waits for time.
public final class Gate: Sendable {
    fileprivate struct State {
        var isOpen: Bool
        /// How many may pass although it is closed.
        var permits = 0
        var arrivals = 0
        var nextNumber = 0
        var waiting: [Int: CheckedContinuation<Bool, Never>] = [:]
        var order: [Int] = []
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state: Mutex<State>

    public init(isOpen: Bool = true) { state = Mutex(State(isOpen: isOpen)) }

    /// How many have come so far, whether they passed or wait.
    public var arrivals: Int { state.withLock(\.arrivals) }

    /// Lets all through, those to come too.
    public func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer {
                state.waiting = [:]
                state.order = []
            }
            return state.order.compactMap { state.waiting[$0] }
        }
        for continuation in waiting { continuation.resume(returning: true) }
    }

    public func close() { state.withLock { $0.isOpen = false } }

    /// Lets one through: who has waited longest, or who comes next.
    public func letOneThrough() {
        let first = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            guard !state.order.isEmpty else {
                state.permits += 1
                return nil
            }
            return state.waiting.removeValue(forKey: state.order.removeFirst())
        }
        first?.resume(returning: true)
    }

    /// Waits until it is open.
    /// - Throws: when the task is cancelled.
    public func pass() async throws(CancellationError) {
        let number = state.withLock { state in
            state.nextNumber += 1
            return state.nextNumber
        }
        let hasPassed = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (answer, watchers) = state.withLock { $0.arrive(number, continuation, isCancelled: Task.isCancelled) }
                for watcher in watchers { watcher.resume() }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiting = state.withLock { state in
                state.order.removeAll { $0 == number }
                return state.waiting.removeValue(forKey: number)
            }
            waiting?.resume(returning: false)
        }
        guard hasPassed else { throw CancellationError() }
    }

    /// Waits until so many have come.
    public func arrivals(reach count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.arrivals >= count { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }
}

extension Gate.State {
    /// - Returns: the answer, nil when it comes later; who waited for this arrival.
    fileprivate mutating func arrive(
        _ number: Int, _ continuation: CheckedContinuation<Bool, Never>, isCancelled: Bool
    ) -> (Bool?, [CheckedContinuation<Void, Never>]) {
        arrivals += 1
        let arrived = watchers.filter { $0.count <= arrivals }.map(\.continuation)
        watchers.removeAll { $0.count <= arrivals }
        // The handler of a task that was cancelled before has found nothing to resume.
        if isCancelled { return (false, arrived) }
        if isOpen { return (true, arrived) }
        if permits > 0 {
            permits -= 1
            return (true, arrived)
        }
        waiting[number] = continuation
        order.append(number)
        return (nil, arrived)
    }
}
