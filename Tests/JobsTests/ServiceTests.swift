import Foundation
import Generation
import Jobs
import Testing
import TestSupport

@Suite("The service")
struct ServiceTests {
    @Test("a job is drawn, stored and told", .timeLimit(.minutes(1)))
    func aJob() async throws {
        let workshop = Workshop()
        try await workshop.run {
            let job = try await workshop.service.submit(.with(seed: 5, pictures: 2, runs: 2))
            #expect(job.state == .queued)
            let done = try await workshop.service.ended(job.id)
            #expect(done.state == .done)
            #expect(done.pictures == (0..<4).map { PictureID(job.id, $0) })
            #expect(done.attempts == 1)
            #expect(await workshop.archive.pictures[job.id]?.map(\.seed) == [5, 6, 7, 8])
            #expect(await workshop.archive.history[job.id] == [.queued, .running, .done])
        }
    }
}
