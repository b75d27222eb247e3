import Foundation
import Jobs
import Testing
import TestSupport

@Suite("What may become of a job")
struct QueueStateTests {
    private static let group = CompileGroup(model: "demo", shape: "any shape")

    private static func queue(_ job: Job) -> JobQueue {
        var queue = JobQueue()
        queue.submit(job, group: group)
        return queue
    }

    @Test("a job that is taken is running, begun once, and waits no more")
    func taking() {
        var worker = Worker("worker")
        let job = Job(.with(), submittedAt: noon)
        var queue = Self.queue(job)
        let taken = queue.take(for: &worker, at: noon + 5, QueueSettings())
        #expect(taken.map(\.state) == [.running])
        #expect(taken.first?.startedAt == noon + 5)
        #expect(taken.first?.attempts == 1)
        #expect(queue.running == taken)
        #expect(queue.waitingCount == 0)
        let further = queue.take(for: &worker, at: noon, QueueSettings())
        #expect(further.isEmpty)
    }

    @Test("a job that waits or runs can be cancelled or fail; only one that runs can be done", arguments: [
        JobOutcome.done([]), .failed("No."), .cancelled,
    ])
    func ending(outcome: JobOutcome) throws {
        var worker = Worker("worker")
        let job = Job(.with(), submittedAt: noon)
        var waiting = Self.queue(job)
        let wasWaiting = waiting.end(job.id, as: outcome, at: noon + 9)
        if case .done = outcome {
            #expect(wasWaiting == nil)
            #expect(waiting.waitingCount == 1)
        } else {
            #expect(wasWaiting?.state.isFinal == true)
            #expect(waiting.waitingCount == 0)
            #expect(waiting.next(for: worker, at: noon, QueueSettings()) == nil)
        }

        var running = Self.queue(job)
        _ = running.take(for: &worker, at: noon, QueueSettings())
        let result = running.end(job.id, as: outcome, at: noon + 9)
        let ended = try #require(result)
        #expect(ended.state.isFinal)
        #expect(ended.endedAt == noon + 9)
        #expect(running.running.isEmpty)
        #expect(running.job(job.id) == nil)
        // What is over stays as it is.
        #expect(running.end(job.id, as: .cancelled, at: noon) == nil)
        #expect(running.putBack(job.id) == nil)
    }

    @Test("a job that is put back waits where it was, and has not been tried")
    func puttingBack() {
        var worker = Worker("worker")
        let first = Job(.with(prompt: "first"), submittedAt: noon)
        var queue = Self.queue(first)
        queue.submit(Job(.with(prompt: "second"), submittedAt: noon), group: Self.group)
        #expect(queue.putBack(first.id) == nil, "it does not run yet")
        _ = queue.take(for: &worker, at: noon, QueueSettings())
        let back = queue.putBack(first.id)
        #expect(back == first)
        #expect(queue.waitingCount == 2)
        #expect(queue.next(for: worker, at: noon, QueueSettings())?.id == first.id)
    }

    @Test("a job found running is queued again, at most twice", arguments: [
        (attempts: 1, state: JobState.queued), (2, .queued), (3, .failed), (4, .failed),
    ])
    func attempts(attempts: Int, state: JobState) {
        var job = Job(.with(), submittedAt: noon)
        job.state = .running
        job.attempts = attempts
        job.startedAt = noon
        var queue = JobQueue()
        let recovered = queue.recover(job, group: Self.group, at: noon + 60)
        #expect(recovered.state == state)
        #expect(recovered.attempts == attempts)
        #expect(queue.waitingCount == (state == .queued ? 1 : 0))
        if state == .failed {
            #expect(recovered.endedAt == noon + 60)
            #expect(recovered.failure == """
                It was begun \(attempts) times, and each time the server ended before it was done. \
                Try a smaller picture, or see the server's log.
                """)
        } else {
            #expect(recovered.startedAt == nil)
        }
    }

    @Test("a job found waiting waits again, however often it was begun, and though the queue is full")
    func recoveringQueued() {
        var queue = JobQueue()
        queue.submit(Job(.with()), group: Self.group)
        var job = Job(.with(), submittedAt: noon)
        job.attempts = 7
        #expect(queue.recover(job, group: Self.group, at: noon) == job)
        #expect(queue.waitingCount == 2)
    }
}
