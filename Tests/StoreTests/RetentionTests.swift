import Foundation
import Jobs
import Testing

@testable import Store

@Suite("What is kept")
struct RetentionTests {
    let archives: Archives
    let archive: Archive
    let now = Date(timeIntervalSince1970: 1_800_000_000)

    init() throws {
        archives = try Archives()
        archive = try archives.open()
    }

    private func files() throws -> [String] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: archive.folder.url.path)
        return names.filter { !$0.hasPrefix("easel.") && $0 != "pictures" && $0 != "thumbnails" }
    }

    @Test("without limits everything is kept")
    func unlimited() async throws {
        _ = try await archive.draw("a", at: .distantPast.addingTimeInterval(1e9))
        #expect(try await archive.applyRetention(keepCount: 0, keepDays: 0, now: now) == 0)
        #expect(try await archive.usage().pictureCount == 1)
    }

    @Test("the newest pictures are kept, with their files; of the others nothing is left", arguments: [0, 1, 3, 250, 251, 300])
    func count(keepCount: Int) async throws {
        var ids: [PictureID] = []
        for hour in 0..<5 {
            ids += try await archive.drawMany(50, at: now.addingTimeInterval(Double(hour) * 3600 - 86_400))
        }
        _ = try await archive.thumbnail(ids[0])
        let removed = keepCount == 0 ? 0 : max(0, 250 - keepCount)
        #expect(try await archive.applyRetention(keepCount: keepCount, keepDays: 0, now: now) == removed)
        #expect(try await archive.pictures(limit: 1000).map(\.id) == ids.dropFirst(removed).reversed())
        #expect(try files().count { $0.hasSuffix(".png") } == 250 - removed)
        #expect(try files().contains { $0.hasSuffix(".webp") } == (removed == 0))
        #expect(try await archive.applyRetention(keepCount: keepCount, keepDays: 0, now: now) == 0)
    }

    @Test("pictures of more than so many days are removed")
    func days() async throws {
        _ = try await archive.draw("old", at: now.addingTimeInterval(-1.6 * 86_400))
        let young = try await archive.draw("young", at: now.addingTimeInterval(-1.4 * 86_400))
        #expect(try await archive.applyRetention(keepCount: 0, keepDays: 1.5, now: now) == 1)
        #expect(try await archive.pictures(limit: 10).map(\.id) == young)
        #expect(try await archive.pictures(limit: 10, matching: "old") == [])
    }

    @Test("a deleted picture can be brought back for ten minutes, then it and its file are gone")
    func deleted() async throws {
        let id = try await archive.draw("a", at: now.addingTimeInterval(-3600))[0]
        _ = try await archive.thumbnail(id)
        #expect(try await archive.delete(id, at: now))
        #expect(try await archive.applyRetention(keepCount: 0, keepDays: 0, now: now.addingTimeInterval(599)) == 0)
        #expect(try await archive.restore(id))
        #expect(try await archive.pngFile(id) != nil)
        #expect(try await archive.delete(id, at: now))
        #expect(try await archive.applyRetention(keepCount: 0, keepDays: 0, now: now.addingTimeInterval(601)) == 1)
        #expect(try await archive.restore(id) == false)
        #expect(try files() == [])
    }

    @Test("a deleted picture does not count among those that are kept")
    func deletedDoesNotCount() async throws {
        let ids = try await archive.draw("a", "b", "c")
        #expect(try await archive.delete(ids[2], at: now))
        #expect(try await archive.applyRetention(keepCount: 2, keepDays: 0, now: now) == 0)
        #expect(try await archive.pictures(limit: 10).map(\.id) == [ids[1], ids[0]])
    }

    @Test("ended jobs without pictures go after 30 days; those with pictures and those that wait stay")
    func jobs() async throws {
        let old = now.addingTimeInterval(-31 * 86_400)
        let drawn = try await archive.draw("a", at: old)[0]
        let waiting = try await archive.add(Job(Archives.request(), submittedAt: old), idempotencyKey: nil)
        // All at once, so that they share commits.
        try await withThrowingTaskGroup { group in
            for age in [31.0, 29.0] {
                for _ in 0..<600 { group.addTask { try await archive.fail(submittedAt: now.addingTimeInterval(-age * 86_400)) } }
            }
            try await group.waitForAll()
        }
        try await archive.applyRetention(keepCount: 0, keepDays: 0, now: now)
        #expect(try await archive.usage().jobs == [.done: 1, .queued: 1, .failed: 600])
        #expect(try await archive.job(drawn.job) != nil)
        #expect(try await archive.job(waiting.id) != nil)
        try await archive.applyRetention(keepCount: 0, keepDays: 1, now: now)
        #expect(try await archive.usage().jobs == [.queued: 1, .failed: 600])
    }
}

extension Archive {
    /// One job with that many pictures.
    func drawMany(_ count: Int, at time: Date) async throws -> [PictureID] {
        let job = try await add(Job(id: JobID(at: time), Archives.request(), submittedAt: time), idempotencyKey: nil).done(pictures: count)
        try await finish(job, with: (0..<count).map { Archives.picture("\($0)") })
        return job.pictures
    }

    /// Adds a job, which fails at once.
    func fail(submittedAt time: Date) async throws {
        var job = try await add(Job(Archives.request(), submittedAt: time), idempotencyKey: nil)
        job.state = .failed
        job.endedAt = time
        try await update(job)
    }
}
