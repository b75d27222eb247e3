import Synchronization

/// Lets one through at a time, in the order in which they came: a probe never runs beside a picture.
final class Turnstile: Sendable {
    fileprivate struct State {
        var isTaken = false
        var count = 0
        var waiting: [(number: Int, continuation: CheckedContinuation<Bool, Never>)] = []
        /// Cancelled before they began to wait.
        var cancelled: Set<Int> = []
    }

    private let state = Mutex(State())

    /// Waits for its turn. Whoever gets through calls `leave` in the end.
    /// - Throws: `CancellationError` when the task is cancelled while it waits.
    func enter() async throws(CancellationError) {
        let number = state.withLock { state -> Int? in
            guard state.isTaken else {
                state.isTaken = true
                return nil
            }
            state.count += 1
            return state.count
        }
        guard let number else { return }
        let isThrough = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer = state.withLock { state in state.answer(to: number, continuation) }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiting = state.withLock { state -> CheckedContinuation<Bool, Never>? in
                guard let index = state.waiting.firstIndex(where: { $0.number == number }) else {
                    state.cancelled.insert(number)
                    return nil
                }
                return state.waiting.remove(at: index).continuation
            }
            waiting?.resume(returning: false)
        }
        _ = state.withLock { $0.cancelled.remove(number) }
        guard isThrough else { throw CancellationError() }
    }

    /// Lets the next one through.
    func leave() {
        let next = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            guard !state.waiting.isEmpty else {
                state.isTaken = false
                return nil
            }
            return state.waiting.removeFirst().continuation
        }
        next?.resume(returning: true)
    }
}

extension Turnstile.State {
    /// - Returns: nil when the answer comes later.
    fileprivate mutating func answer(to number: Int, _ continuation: CheckedContinuation<Bool, Never>) -> Bool? {
        if cancelled.contains(number) { return false }
        guard isTaken else {
            isTaken = true
            return true
        }
        waiting.append((number, continuation))
        return nil
    }
}
