import Generation
import Jobs
import Testing
import TestSupport

@Suite("Cancelling", .timeLimit(.minutes(30)))
struct CancellingTests {
    @Test("a job that waits is cancelled, and never drawn")
    func waiting() async throws {
        let workshop = Workshop(FakePainter(isHeld: true))
        try await workshop.run {
            let first = try await workshop.begin(.with(seed: 1))
            let second = try await workshop.service.submit(.with(seed: 2))
            let cancelled = try await workshop.service.cancel(second.id)
            #expect(cancelled?.state == .cancelled)
            #expect(cancelled?.failure == "It was cancelled.")
            #expect(try await workshop.archive.job(second.id)?.state == .cancelled)
            #expect(try await workshop.story(of: second.id).last == .cancelled)
            workshop.painter.starts.open()
            #expect(try await workshop.service.ended(first.id).state == .done)
        }
        #expect(workshop.painter.draws.flatMap(\.requests).map(\.seed) == [1])
    }

    @Test("a job that is drawn is cancelled within a step, and the next one is drawn")
    func running() async throws {
        let workshop = Workshop(FakePainter(isHeld: true))
        try await workshop.run {
            workshop.painter.steps.close()
            let first = try await workshop.begin(.with(runs: 3))
            workshop.painter.starts.open()
            await workshop.painter.steps.arrivals(reach: 1)
            let second = try await workshop.service.submit(.with())
            #expect(try await workshop.service.cancel(first.id)?.state == .cancelled)
            await workshop.painter.steps.arrivals(reach: 2)
            #expect(workshop.painter.cancelledDraws == 1)
            #expect(workshop.painter.draws.count == 2, "the other runs are not drawn")
            workshop.painter.steps.open()
            #expect(try await workshop.service.ended(second.id).state == .done)
            #expect(await workshop.archive.history[first.id] == [.queued, .running, .cancelled])
        }
    }

    @Test("of jobs that are drawn together, one that is cancelled ends at once; the others go on, and nothing more is told of it")
    func together() async throws {
        let workshop = Workshop(FakePainter(isHeld: true, batchSize: { _ in 3 }))
        try await workshop.run {
            let blocker = try await workshop.begin(.with(size: 128))
            var jobs: [Job] = []
            for seed in 1...3 { jobs.append(try await workshop.service.submit(.with(seed: UInt64(seed)))) }
            workshop.painter.starts.letOneThrough()
            _ = try await workshop.service.ended(blocker.id)
            await workshop.painter.starts.arrivals(reach: 2)
            #expect(workshop.painter.draws.last?.requests.count == 3)

            #expect(try await workshop.service.cancel(jobs[1].id)?.state == .cancelled)
            #expect(await workshop.service.progress.running.map(\.id) == [jobs[0].id, jobs[2].id])
            workshop.painter.starts.open()
            #expect(try await workshop.service.ended(jobs[0].id).state == .done)
            #expect(try await workshop.service.ended(jobs[2].id).state == .done)
            #expect(await workshop.archive.pictures[jobs[2].id]?.map(\.seed) == [3])
            #expect(await workshop.archive.pictures[jobs[1].id] == nil)
            #expect(try await workshop.story(of: jobs[1].id).last == .cancelled)
        }
        #expect(workshop.painter.cancelledDraws == 0)
    }

    @Test("when all that are drawn together are cancelled, the painter stops")
    func allTogether() async throws {
        let workshop = Workshop(FakePainter(isHeld: true, batchSize: { _ in 2 }))
        try await workshop.run {
            let blocker = try await workshop.begin(.with(size: 128))
            for seed in 1...2 { _ = try await workshop.service.submit(.with(seed: UInt64(seed))) }
            _ = try await workshop.service.cancel(blocker.id)
            await workshop.painter.starts.arrivals(reach: 2)
            try await workshop.service.cancelRunning()
            let last = try await workshop.begin(.with())
            workshop.painter.starts.open()
            #expect(try await workshop.service.ended(last.id).state == .done)
            #expect(await workshop.service.progress.endedCounts == [.cancelled: 3, .done: 1])
        }
        #expect(workshop.painter.cancelledDraws == 2)
    }

    @Test("a job that is over stays as it is")
    func over() async throws {
        let workshop = Workshop()
        try await workshop.run {
            let job = try await workshop.service.submit(.with())
            let done = try await workshop.service.ended(job.id)
            #expect(try await workshop.service.cancel(job.id) == done)
        }
    }

    @Test("a job whose pictures are being stored is done")
    func storing() async throws {
        let workshop = Workshop(FakePainter(isHeld: true))
        try await workshop.run {
            let job = try await workshop.begin(.with())
            let writes = workshop.archive.writes.arrivals
            workshop.archive.writes.close()
            workshop.painter.starts.open()
            await workshop.archive.writes.arrivals(reach: writes + 1)
            #expect(await workshop.service.progress.stage == .storing)
            let cancelling = Task { try await workshop.service.cancel(job.id) }
            workshop.archive.writes.open()
            #expect(try await cancelling.value?.state == .done)
        }
    }

    @Test("the client's going away does not keep the cancelling from being written down")
    func cancelledTask() async throws {
        let workshop = Workshop(FakePainter(isHeld: true))
        try await workshop.run {
            let job = try await workshop.begin(.with())
            let leaving = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await workshop.service.cancel(job.id)
            }
            #expect(try await leaving.value?.state == .cancelled)
            #expect(try await workshop.archive.job(job.id)?.state == .cancelled)
        }
    }

    @Test("two who cancel the same job both learn that it is cancelled")
    func twice() async throws {
        let workshop = Workshop(FakePainter(isHeld: true))
        try await workshop.run {
            let job = try await workshop.begin(.with())
            async let one = workshop.service.cancel(job.id)
            async let two = workshop.service.cancel(job.id)
            #expect(try await [one?.state, two?.state] == [.cancelled, .cancelled])
            #expect(try await workshop.story(of: job.id).count { $0.isFinal } == 1)
        }
    }
}
