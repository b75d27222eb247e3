import Foundation
import Generation
import ImageCodecs
import Jobs
import Testing

@testable import Store

@Suite("Jobs in the archive")
struct JobArchiveTests {
    let archives: Archives

    init() throws { archives = try Archives() }

    @Test("a job comes back as it was, bit for bit, after each step and each start")
    func reopening() async throws {
        var request = Archives.request("a \"quoted\" 猫\nin two lines", client: "näme")
        request.generation.seed = .max
        request.generation.cfgScale = 7.3
        request.generation.styles = ["one", "two"]
        request.priority = -3
        request.runs = 2
        var job = Job(request, submittedAt: Date(timeIntervalSinceReferenceDate: 812_345_678.123_456_7))
        #expect(try await archives.open().add(job, idempotencyKey: "key") == job)
        #expect(try await archives.open().job(job.id) == job)
        job.state = .running
        job.attempts = 1
        job.startedAt = .now
        try await archives.open().update(job)
        #expect(try await archives.open().job(job.id) == job)
        #expect(try await archives.open().unfinishedJobs() == [job])
        job = job.done(pictures: 2)
        try await archives.open().finish(job, with: [Archives.picture(seed: 1), Archives.picture(seed: 2)])
        #expect(try await archives.open().job(job.id) == job)
        #expect(try await archives.open().unfinishedJobs() == [])
    }
}
