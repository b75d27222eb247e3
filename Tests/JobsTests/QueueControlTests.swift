import Foundation
import Generation
@testable import Jobs
import Testing
import TestSupport

@Suite("What people do with the queue", .timeLimit(.minutes(30)))
struct QueueControlTests {
    /// Submits jobs behind one that is being drawn.
    private func waiting(_ workshop: Workshop, _ requests: [JobRequest]) async throws -> (running: Job, waiting: [Job]) {
        let running = try await workshop.begin(.with(steps: 1, seed: 100))
        var jobs: [Job] = []
        for request in requests { jobs.append(try await workshop.service.submit(request)) }
        return (running, jobs)
    }

    private func places(_ workshop: Workshop, _ jobs: [Job]) async -> [Int?] {
        let positions = await workshop.service.positions(of: jobs.map(\.id))
        return jobs.map { positions[$0.id] }
    }

    @Test("a paused queue draws what has begun, begins nothing, and accepts jobs; it goes on when it is told")
    func pause() async throws {
        let workshop = Workshop(FakePainter(isHeld: true))
        let all = workshop.service.events.stream()
        try await workshop.run {
            let (running, _) = try await waiting(workshop, [.with(seed: 1)])
            await workshop.service.pause(true)
            workshop.painter.starts.open()
            #expect(try await workshop.service.ended(running.id).state == .done)
            let later = try await workshop.service.submit(.with(seed: 2))
            #expect(await workshop.service.queueState.isPaused)
            #expect(await workshop.service.queueState.waitingCount == 2)
            #expect(workshop.painter.draws.count == 1)
            await workshop.service.pause(false)
            #expect(try await workshop.service.ended(later.id).state == .done)
            #expect(workshop.painter.draws.flatMap(\.requests).map(\.seed) == [100, 1, 2])
            var told: [JobEvent] = []
            for await event in all where event.job == nil {
                told.append(event.event)
                if told.count == 2 { break }
            }
            #expect(told == [.queue(isPaused: true, waitingCount: 1), .queue(isPaused: false, waitingCount: 2)])
        }
    }

    @Test("all that wait are cancelled at once; what is drawn goes on")
    func cancelWaiting() async throws {
        let workshop = Workshop(FakePainter(isHeld: true))
        try await workshop.run {
            let (running, jobs) = try await waiting(workshop, (1...3).map { .with(seed: $0, client: "\($0)") })
            #expect(try await workshop.service.cancelWaiting() == 3)
            for job in jobs { #expect(try await workshop.archive.job(job.id)?.state == .cancelled) }
            #expect(try await workshop.service.cancelWaiting() == 0)
            workshop.painter.starts.open()
            #expect(try await workshop.service.ended(running.id).state == .done)
        }
    }

    @Test("a moved job has the place that was asked for, whatever priorities and clients, and those before it keep theirs", arguments: [
        (3, 0, [1, 2, 3, 0]), (3, 2, [0, 1, 3, 2]), (0, 1, [1, 0, 2, 3]), (0, 3, [3, 0, 1, 2]), (1, 99, [0, 3, 1, 2]),
    ])
    func move(index: Int, place: Int, expected: [Int?]) async throws {
        let workshop = Workshop(FakePainter(isHeld: true))
        try await workshop.run {
            let requests: [JobRequest] = [
                .with(priority: 1, client: "a"), .with(client: "b"), .with(client: "c"), .with(priority: -1, client: "a"),
            ]
            let (_, jobs) = try await waiting(workshop, requests)
            #expect(await places(workshop, jobs) == [0, 1, 2, 3])
            #expect(try await workshop.service.move(jobs[index].id, to: place)?.id == jobs[index].id)
            #expect(await places(workshop, jobs) == expected)
            // One that comes later comes after them, also with a higher priority.
            let late = try await workshop.service.submit(.with(priority: 50, client: "d"))
            #expect(await places(workshop, [late]) == [min(place, 3) + 1])
        }
    }

    @Test("jobs that were moved come one after another, without a job between them that needs no compile")
    func order() async throws {
        let workshop = Workshop(FakePainter(isHeld: true))
        try await workshop.run {
            let requests: [JobRequest] = [.with(seed: 1), .with(size: 128, seed: 2), .with(seed: 3), .with(size: 128, seed: 4)]
            let (_, jobs) = try await waiting(workshop, requests)
            _ = try await workshop.service.move(jobs[3].id, to: 0)
            _ = try await workshop.service.move(jobs[1].id, to: 2)
            workshop.painter.starts.open()
            for job in jobs { _ = try await workshop.service.ended(job.id) }
            #expect(workshop.painter.draws.flatMap(\.requests).map(\.seed) == [100, 4, 1, 2, 3])
        }
    }

    @Test("a job that is drawn or over cannot be moved, and one that nobody knows is not found")
    func notWaiting() async throws {
        let workshop = Workshop(FakePainter(isHeld: true))
        try await workshop.run {
            let running = try await workshop.begin(.with())
            let refusal = await #expect(throws: NotWaiting.self) { try await workshop.service.move(running.id, to: 0) }
            #expect(refusal?.errorReason == ErrorReason(.notWaiting, ["id": .text(running.id.description), "state": "running"]))
            workshop.painter.starts.open()
            _ = try await workshop.service.ended(running.id)
            await #expect(throws: NotWaiting.self) { try await workshop.service.move(running.id, to: 0) }
            #expect(try await workshop.service.move(JobID(), to: 0) == nil)
        }
    }

    @Test("a client that moves its job to the front waits the longer with its others")
    func fairness() {
        var line = WaitingLine()
        func ticket(_ number: UInt64, _ client: String) -> WaitingLine.Ticket {
            WaitingLine.Ticket(
                job: JobID(at: Date(timeIntervalSince1970: Double(number))), client: client, priority: 0,
                group: CompileGroup(model: "a", shape: ""), batch: nil, pictureCount: 1, number: number)
        }
        let tickets = [ticket(1, "a"), ticket(2, "a"), ticket(3, "b"), ticket(4, "a"), ticket(5, "b")]
        for ticket in tickets { line.add(ticket) }
        let (inLine, moved) = (line.inTurn(limit: 9), tickets[3].job)
        #expect(inLine == [0, 2, 1, 4, 3].map { tickets[$0].job })
        let isMoved = line.move(moved, to: 0)
        let taken = line.take(after: nil, at: noon, QueueSettings(), pictureCount: 1)
        #expect(isMoved && taken.map(\.job) == [moved])
        #expect(line.inTurn(limit: 9) == [0, 2, 1, 4].map { tickets[$0].job })
    }

    @Test("the time that is left is known once something was drawn, for all that wait")
    func remainingTime() async throws {
        let workshop = Workshop(FakePainter(isHeld: true))
        try await workshop.run {
            #expect(await workshop.service.queueState.remainingSeconds == 0)
            let (running, _) = try await waiting(workshop, [.with(steps: 2)])
            #expect(await workshop.service.queueState.remainingSeconds == nil)
            _ = try await workshop.service.cancelWaiting()
            workshop.painter.starts.open()
            _ = try await workshop.service.ended(running.id)
            await workshop.service.pause(true)
            for runs in [1, 3] { _ = try await workshop.service.submit(.with(steps: 2, runs: runs)) }
            // A step takes the fake painter 0.01 seconds.
            let state = await workshop.service.queueState
            #expect(state.waitingCount == 2 && abs((state.remainingSeconds ?? 0) - 0.08) < 0.001)
        }
    }
}
