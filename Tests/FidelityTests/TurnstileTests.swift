import Synchronization
import Testing

@testable import Fidelity

@Suite("One at a time")
struct TurnstileTests {
    @Test("whoever waits gets through, and never two at once")
    func exclusion() async throws {
        let turns = Turnstile()
        let inside = Inside()
        await withTaskGroup { group in
            for _ in 0..<100 {
                group.addTask {
                    guard (try? await turns.enter()) != nil else { return }
                    inside.enter()
                    await Task.yield()
                    inside.leave()
                    turns.leave()
                }
            }
        }
        #expect(inside.most == 1)
        #expect(inside.all == 100)
    }

    @Test("whoever is cancelled leaves the queue, and holds up nobody")
    func cancelling() async throws {
        let turns = Turnstile()
        try await turns.enter()
        let waiting = (0..<50).map { _ in Task { try await turns.enter() } }
        await Task.yield()
        for task in waiting { task.cancel() }
        for task in waiting { await #expect(throws: CancellationError.self) { try await task.value } }
        turns.leave()
        try await turns.enter()
    }
}

/// Who is through the turnstile.
private final class Inside: Sendable {
    private let now = Atomic(0)
    private let greatest = Atomic(0)
    private let count = Atomic(0)

    var most: Int { greatest.load(ordering: .sequentiallyConsistent) }
    var all: Int { count.load(ordering: .sequentiallyConsistent) }

    func enter() {
        greatest.max(now.add(1, ordering: .sequentiallyConsistent).newValue, ordering: .sequentiallyConsistent)
        count.add(1, ordering: .sequentiallyConsistent)
    }

    func leave() { now.subtract(1, ordering: .sequentiallyConsistent) }
}
