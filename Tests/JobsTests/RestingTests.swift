import Jobs
import Testing
import TestSupport

@Suite("The painter's rest", .timeLimit(.minutes(30)))
struct RestingTests {
    @Test("while there is nothing to draw the painter rests; a job ends the rest before it is drawn")
    func resting() async throws {
        let workshop = Workshop()
        workshop.painter.rests.close()
        try await workshop.run {
            for count in 1...3 {
                await workshop.painter.rests.arrivals(reach: count)
                let job = try await workshop.service.submit(.with())
                #expect(try await workshop.service.ended(job.id).state == .done)
            }
        }
        #expect(!workshop.painter.hasDrawnWhileResting)
    }

    @Test("a rest that takes its time to end is waited for")
    func waiting() async throws {
        let workshop = Workshop()
        workshop.painter.rests.close()
        workshop.painter.restEnds.close()
        try await workshop.run {
            await workshop.painter.rests.arrivals(reach: 1)
            let job = try await workshop.service.submit(.with())
            await workshop.painter.restEnds.arrivals(reach: 1)
            // Time enough to begin too early.
            for _ in 0..<1000 { await Task.yield() }
            #expect(workshop.painter.draws.isEmpty)
            workshop.painter.restEnds.open()
            #expect(try await workshop.service.ended(job.id).state == .done)
        }
        #expect(!workshop.painter.hasDrawnWhileResting)
    }

    @Test("jobs that follow one another without end leave it time once in a while")
    func underLoad() async throws {
        let workshop = Workshop(FakePainter(isHeld: true))
        try await workshop.run {
            var jobs = [try await workshop.begin(.with())]
            for _ in 0..<50 { jobs.append(try await workshop.service.submit(.with())) }
            let before = workshop.painter.restCount
            workshop.painter.starts.open()
            for job in jobs.dropLast() { _ = try await workshop.service.ended(job.id) }
            // One more may have begun after the last job.
            #expect(workshop.painter.restCount >= before + 2)
        }
        #expect(!workshop.painter.hasDrawnWhileResting)
    }

    @Test("a rest that jobs cut short does not count as one")
    func cutShort() async throws {
        let workshop = Workshop()
        workshop.painter.rests.close()
        try await workshop.run {
            for count in 1...19 {
                await workshop.painter.rests.arrivals(reach: count)
                let job = try await workshop.service.submit(.with(steps: 1))
                _ = try await workshop.service.ended(job.id)
            }
            await workshop.painter.rests.arrivals(reach: 20)
            workshop.painter.starts.close()
            _ = try await workshop.begin(.with(steps: 1))
            let waiting = try await workshop.service.submit(.with(steps: 1))
            workshop.painter.starts.open()
            await workshop.painter.rests.arrivals(reach: 21)
            #expect(try await workshop.service.job(waiting.id)?.state == .queued)
            workshop.painter.rests.open()
            #expect(try await workshop.service.ended(waiting.id).state == .done)
        }
    }
}
