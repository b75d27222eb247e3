import Generation
import Jobs
import Testing
import TestSupport

@Suite("Stopping and starting again", .timeLimit(.minutes(30)))
struct RestartTests {
    @Test("told to stop, the service lets the job end that is drawn, and leaves the others for the next start")
    func graceful() async throws {
        let workshop = Workshop(FakePainter(isHeld: true))
        let running = Task { try await workshop.service.run() }
        let first = try await workshop.begin(.with(seed: 1))
        let second = try await workshop.service.submit(.with(seed: 2))
        let waiting = Task { try await workshop.service.ended(second.id) }
        running.cancel()
        await workshop.grace.arrivals(reach: 1)
        workshop.painter.starts.open()
        try await running.value
        await #expect(throws: ServiceStopped.self) { try await waiting.value }
        #expect(try await workshop.archive.job(first.id)?.state == .done)
        #expect(try await workshop.archive.job(second.id)?.state == .queued)
        #expect(workshop.painter.draws.count == 1)

        let next = Workshop(archive: workshop.archive)
        try await next.run { () async throws in
            #expect(try await next.service.ended(second.id).state == .done)
        }
        #expect(next.painter.draws.map { $0.requests.map(\.seed) } == [[2]])
    }

    @Test("when the grace period is over, jobs are broken off and queued for the next start, as if never begun")
    func graceIsOver() async throws {
        let workshop = Workshop(FakePainter(isHeld: true, batchSize: { _ in 2 }))
        let running = Task { try await workshop.service.run() }
        let blocker = try await workshop.begin(.with(size: 128))
        var jobs: [Job] = []
        for seed in 1...2 { jobs.append(try await workshop.service.submit(.with(seed: UInt64(seed)))) }
        workshop.painter.starts.letOneThrough()
        _ = try await workshop.service.ended(blocker.id)
        await workshop.painter.starts.arrivals(reach: 2)
        running.cancel()
        workshop.grace.open()
        try await running.value
        #expect(workshop.painter.cancelledDraws == 1)
        for job in jobs {
            #expect(try await workshop.archive.job(job.id) == job)
        }

        let next = Workshop(archive: workshop.archive)
        try await next.run {
            for job in jobs {
                let done = try await next.service.ended(job.id)
                #expect(done.state == .done)
                #expect(done.attempts == 1)
            }
        }
    }

    @Test("a service with nothing to do stops at once, and its rest with it")
    func idle() async throws {
        let workshop = Workshop()
        workshop.painter.rests.close()
        let running = Task { try await workshop.service.run() }
        await workshop.painter.rests.arrivals(reach: 1)
        running.cancel()
        try await running.value
    }

    @Test("all streams end with the service")
    func streams() async throws {
        let workshop = Workshop()
        let stream = workshop.service.events.stream()
        try await workshop.run {}
        for await _ in stream {}
        for await _ in workshop.service.events.stream() {}
    }

    @Test("what a process leaves that dies is drawn by the next, each job once, in the order in which it came")
    func crash() async throws {
        let archive = MemoryArchive()
        let dying = Workshop(FakePainter(isHeld: true), archive: archive)
        // Never stopped, like a process that is killed.
        let running = Task { try await dying.service.run() }
        defer { running.cancel() }
        var jobs = [try await dying.begin(.with(seed: 0))]
        for seed in 1...5 {
            // Names that are made in one millisecond are in no order.
            try await Task.sleep(for: .milliseconds(2))
            jobs.append(try await dying.service.submit(.with(seed: UInt64(seed))))
        }

        let next = Workshop(archive: archive)
        try await next.run { () async throws in
            for job in jobs { #expect(try await next.service.ended(job.id).state == .done) }
            #expect(try await next.service.job(jobs[0].id)?.attempts == 2)
            #expect(try await next.service.job(jobs[1].id)?.attempts == 1)
        }
        #expect(next.painter.draws.flatMap(\.requests).map(\.seed) == [0, 1, 2, 3, 4, 5])
    }

    @Test("a job that three processes did not survive fails with the reason, and is drawn no more")
    func attempts() async throws {
        let archive = MemoryArchive()
        var running: [Task<Void, any Error>] = []
        defer { for task in running { task.cancel() } }
        var job: Job?
        for attempt in 1...3 {
            let dying = Workshop(FakePainter(isHeld: true), archive: archive)
            running.append(Task { try await dying.service.run() })
            if job == nil { job = try await dying.service.submit(.with()) }
            await dying.painter.starts.arrivals(reach: 1)
            #expect(try await archive.job(try #require(job).id)?.attempts == attempt)
        }
        let id = try #require(job).id
        let last = Workshop(archive: archive)
        try await last.run {
            let failed = try await last.service.ended(id)
            #expect(failed.state == .failed)
            #expect(failed.failure?.hasPrefix("It was begun 3 times") == true)
            #expect(try await archive.job(id)?.state == .failed)
        }
        #expect(last.painter.draws.isEmpty)
    }

    @Test("what is submitted while earlier jobs are taken up is drawn once")
    func submittingMeanwhile() async throws {
        let archive = MemoryArchive()
        var left: [Job] = []
        for seed in 0..<20 { left.append(try await archive.add(Job(.with(seed: UInt64(seed))), idempotencyKey: nil)) }
        let workshop = Workshop(archive: archive)
        try await workshop.run {
            let new = try await withThrowingTaskGroup(of: Job.self) { group in
                for seed in 20..<40 { group.addTask { try await workshop.service.submit(.with(seed: UInt64(seed))) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            for job in left + new { #expect(try await workshop.service.ended(job.id).state == .done) }
        }
        #expect(workshop.painter.draws.flatMap(\.requests).map(\.seed).sorted() == (0..<40).map(UInt64.init))
    }

    @Test("an archive that cannot be read keeps the service from starting; once it can, all goes on")
    func unreadable() async throws {
        let archive = MemoryArchive()
        let left = try await archive.add(Job(.with()), idempotencyKey: nil)
        await archive.fail(.read, with: DiskFull())
        let workshop = Workshop(archive: archive)
        await #expect(throws: DiskFull.self) { try await workshop.service.run() }
        await archive.fail(.read, with: nil)
        try await workshop.run { () async throws in
            #expect(try await workshop.service.ended(left.id).state == .done)
        }
    }
}
