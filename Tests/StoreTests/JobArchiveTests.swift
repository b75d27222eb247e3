import Foundation
import GRDB
import Generation
import ImageCodecs
import Jobs
import TestSupport
import Testing

@testable import Store

@Suite("Jobs in the archive")
struct JobArchiveTests {
    let archives: Archives

    init() throws { archives = try Archives() }

    @Test("a job comes back as it was, bit for bit, after each step and each start")
    func reopening() async throws {
        var request = Archives.request("a \"quoted\" 猫\nin two lines\0", client: "näme")
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
        job.warnings = [
            Notice(.unknownWildcard, ["name": "猫"], "A \"wildcard\" is not there."), Notice(.told, "猫"),
            Notice(.styleFieldsUnused, ["names": .list(["a", "b"]), "n": 2, "share": .number(0.5)], ""),
        ]
        try await archives.open().finish(job, with: [Archives.picture(seed: 1), Archives.picture(seed: 2)])
        #expect(try await archives.open().job(job.id) == job)
        #expect(try await archives.open().unfinishedJobs() == [])
    }

    @Test("the jobs of a grid are found by its name, in the order of its cells, after each start")
    func grids() async throws {
        let grid = try Grid([GridAxis("steps", text: "1-2"), GridAxis("prompt", text: "cat,猫")])
        let (id, other) = (JobID(), JobID())
        var jobs: [Job] = []
        for (id, cell) in [(id, 3), (id, 0), (other, 1), (id, 1)] {
            var request = Archives.request("a cat")
            request.grid = GridCell(id, grid, cell: cell)
            jobs.append(try await archives.open().add(Job(request), idempotencyKey: nil))
        }
        _ = try await archives.open().add(Job(Archives.request("alone")), idempotencyKey: nil)
        #expect(try await archives.open().jobs(ofGrid: id) == [jobs[1], jobs[3], jobs[0]])
        #expect(try await archives.open().jobs(ofGrid: other) == [jobs[2]])
        #expect(try await archives.open().jobs(ofGrid: JobID()) == [])
    }

    @Test("every field of a request comes back")
    func everyField() async throws {
        let request = JobRequest(model: "demo", generation: .unusual, runs: 2, priority: -3, client: "näme", previewInterval: 5)
        let job = try await archives.open().add(Job(request), idempotencyKey: nil)
        #expect(try await archives.open().job(job.id) == job)
    }

    @Test("a field that is not written down has its default, and every other field its value", arguments: [
        [], ["generation"], ["generation", "recipe"], ["generation", "recipe", "sizeConditioning"],
    ])
    func missingField(in path: [String]) async throws {
        let request = JobRequest(model: "demo", generation: .unusual, runs: 2, priority: -3, client: "näme", previewInterval: 5)
        let archive = try archives.open()
        let job = try await archive.add(Job(request), idempotencyKey: nil)
        func dictionary(_ request: JobRequest) throws -> [String: Any] {
            try #require(JSONSerialization.jsonObject(with: JSONEncoder().encode(request)) as? [String: Any])
        }
        let (written, usual) = (
            try dictionary(request), try dictionary(JobRequest(model: "demo", generation: GenerationRequest(prompt: "")))
        )
        let names = try #require(path.reduce(written) { $0?[$1] as? [String: Any] }).keys
        #expect(names.count > 2)
        // A request without these is none.
        for name in names where !["model", "generation", "prompt"].contains(name) {
            let expected = written.replacing(path + [name], with: usual)
            let stored = String(
                decoding: try JSONSerialization.data(withJSONObject: written.replacing(path + [name], with: [:])), as: UTF8.self)
            try await archive.database.write { db in try db.execute(literal: "UPDATE job SET request = \(stored)") }
            let read = try await archive.job(job.id)?.request
            #expect(try read == JSONDecoder().decode(JobRequest.self, from: JSONSerialization.data(withJSONObject: expected)), "\(name)")
            #expect(read != request, "\(name)")
        }
    }

    @Test("a job that failed or was cancelled keeps its reason", arguments: [JobState.failed, .cancelled])
    func failure(state: JobState) async throws {
        let archive = try archives.open()
        var job = try await archive.add(Job(Archives.request()), idempotencyKey: nil)
        job.state = state
        job.failure = "The device is gone."
        job.failureReason = ErrorReason(.compileFailed, ["device": "GPU", "numbers": .list([1, .number(0.5)])])
        job.endedAt = .now
        try await archive.update(job)
        #expect(try await archive.job(job.id) == job)
        #expect(try await archive.unfinishedJobs() == [])
    }

    @Test("jobs are listed in the order in which they were added, also those that a clock ahead has named")
    func clockAhead() async throws {
        let archive = try archives.open()
        var jobs: [Job] = []
        for seconds in [0, 1, 999_999_999, 2, 3] as [Double] {
            let time = Date(timeIntervalSince1970: 1_800_000_000 + seconds)
            jobs.append(try await archive.add(Job(id: JobID(at: time), Archives.request(), submittedAt: time), idempotencyKey: nil))
        }
        let newestFirst = Array(jobs.map(\.id).reversed())
        #expect(try await archive.jobs(in: nil, before: nil, limit: 10).map(\.id) == newestFirst)
        #expect(try await archive.jobs(in: .queued, before: nil, limit: 2).map(\.id) == Array(newestFirst.prefix(2)))
        #expect(try await archive.jobs(in: nil, before: newestFirst[1], limit: 2).map(\.id) == Array(newestFirst[2...3]))
        #expect(try await archive.unfinishedJobs().map(\.id) == jobs.map(\.id))
        // A job that was removed is taken for where its name would be.
        let gone = JobID(at: Date(timeIntervalSince1970: 1_800_000_001.5))
        #expect(try await archive.jobs(in: nil, before: gone, limit: 10).map(\.id) == [jobs[1].id, jobs[0].id])
    }

    @Test("a job that was cancelled keeps the pictures that were finished before")
    func keptPictures() async throws {
        let archive = try archives.open()
        var job = try await archive.add(Job(Archives.request()), idempotencyKey: nil).done()
        job.state = .cancelled
        job.failure = "It was cancelled."
        try await archive.finish(job, with: [Archives.picture()])
        #expect(try await archive.job(job.id) == job)
        #expect(try await archive.pictures(limit: 10).map(\.id) == job.pictures)
        #expect(try await archive.sweep().removedFiles == 0)
        #expect(try await archive.pngFile(job.pictures[0]) != nil)
    }

    @Test("pictures of a run are there while the job goes on, and stay after a start; what has no row is removed")
    func runs() async throws {
        var request = Archives.request(batchSize: 2)
        request.runs = 3
        var job = try await archives.open().add(Job(request), idempotencyKey: nil)
        (job.state, job.attempts, job.startedAt) = (.running, 1, .now)
        try await archives.open().update(job)
        job.pictures = (0..<2).map { PictureID(job.id, $0) }
        job.finishedRuns = 1
        job.warnings = [Notice(.vaeTiles, ["count": 4], "Odd.")]
        try await archives.open().storeRun(job, with: [Archives.picture(seed: 1), Archives.picture(seed: 2)])
        // Such as an earlier version has left.
        let orphan = archives.folder.picture(DataFolder.earlierName(PictureID(job.id, 2)))
        try FileManager.default.createDirectory(at: orphan.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data("half".utf8).write(to: orphan)
        do {
            let archive = try archives.open()
            #expect(try await archive.unfinishedJobs() == [job])
            #expect(try await archive.pictures(limit: 9).map(\.id) == job.pictures.reversed())
            for id in job.pictures {
                #expect(try await archive.pngFile(id) != nil)
                #expect(try await archive.thumbnail(id) != nil)
            }
            #expect(!FileManager.default.fileExists(atPath: orphan.path))
            #expect(try await archive.sweep() == SweepReport())
            // Other news of the job leaves them as they are.
            var waiting = job
            (waiting.state, waiting.pictures, waiting.finishedRuns) = (.queued, [], 0)
            try await archive.update(waiting)
            #expect(try await archive.job(job.id)?.pictures == job.pictures)
            #expect(try await archive.job(job.id)?.finishedRuns == 1)
        }
        // The second run was skipped.
        var done = job
        (done.state, done.endedAt, done.pictures) = (.done, .now, job.pictures + (4..<6).map { PictureID(job.id, $0) })
        let archive = try archives.open()
        try await archive.finish(done, with: [Archives.picture(seed: 5), Archives.picture(seed: 6)])
        #expect(try await archive.job(job.id) == done)
        #expect(try await archive.pictures(limit: 9).map(\.details.seed) == [6, 5, 2, 1])
        await #expect(throws: StoreError.jobHasEnded(job.id)) { try await archive.storeRun(job, with: []) }
    }

    @Test("unfinished jobs come in the order in which they were added")
    func unfinished() async throws {
        let archive = try archives.open()
        var jobs = (0..<20).map { Job(id: JobID(at: Date(timeIntervalSince1970: Double($0))), Archives.request("\($0)")) }.shuffled()
        for job in jobs { _ = try await archive.add(job, idempotencyKey: nil) }
        jobs[3].state = .running
        try await archive.update(jobs[3])
        jobs[5].state = .cancelled
        try await archive.update(jobs[5])
        jobs.remove(at: 5)
        #expect(try await archive.unfinishedJobs() == jobs)
    }

    @Test("jobs are listed from the newest on, by state, and from any one on")
    func listing() async throws {
        let archive = try archives.open()
        var jobs = (0..<10).map { Job(id: JobID(at: Date(timeIntervalSince1970: Double($0))), Archives.request("\($0)")) }
        for index in jobs.indices {
            _ = try await archive.add(jobs[index], idempotencyKey: nil)
            guard index.isMultiple(of: 2) else { continue }
            jobs[index].state = .failed
            try await archive.update(jobs[index])
        }
        let names = { (jobs: [Job]) in jobs.map(\.request.generation.prompt).joined() }
        #expect(names(try await archive.jobs(in: nil, before: nil, limit: 100)) == "9876543210")
        #expect(names(try await archive.jobs(in: nil, before: nil, limit: 3)) == "987")
        #expect(names(try await archive.jobs(in: nil, before: jobs[7].id, limit: 3)) == "654")
        #expect(names(try await archive.jobs(in: .failed, before: jobs[7].id, limit: 3)) == "642")
        #expect(names(try await archive.jobs(in: .queued, before: nil, limit: 100)) == "97531")
        #expect(names(try await archive.jobs(in: .done, before: nil, limit: 100)) == "")
        #expect(names(try await archive.jobs(in: nil, before: nil, limit: 0)) == "")
        #expect(names(try await archive.jobs(in: nil, before: nil, limit: -1)) == "")
        #expect(names(try await archive.jobs(in: nil, before: nil, limit: .max)) == "9876543210")
    }

    @Test("a hundred submissions at once with one key are one job")
    func keyRace() async throws {
        let archive = try archives.open()
        let answers = try await withThrowingTaskGroup(of: JobID.self) { group in
            for index in 0..<100 {
                group.addTask { try await archive.add(Job(Archives.request("\(index)", client: "me")), idempotencyKey: "once").id }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(answers.count == 1)
        #expect(try await archive.unfinishedJobs().map(\.id) == Array(answers))
    }

    @Test("a key is a client's own, outlasts a start, and answers with what has become of the job")
    func keys() async throws {
        let first = try await archives.open().add(Job(Archives.request(client: "a")), idempotencyKey: "key")
        let archive = try archives.open()
        #expect(try await archive.add(Job(Archives.request(client: "b")), idempotencyKey: "key").id != first.id)
        #expect(try await archive.add(Job(Archives.request(client: "a")), idempotencyKey: nil).id != first.id)
        #expect(try await archive.add(Job(Archives.request(client: "a")), idempotencyKey: "Key").id != first.id)
        let done = first.done()
        try await archive.finish(done, with: [Archives.picture()])
        #expect(try await archive.add(Job(Archives.request("another", client: "a")), idempotencyKey: "key") == done)
        #expect(try await archive.usage().jobs == [.queued: 3, .done: 1])
    }

    @Test("a key with another fingerprint is refused, also after a start; a job of a version without fingerprints is not")
    func fingerprints() async throws {
        let key = IdempotencyKey("key", fingerprint: "1")
        let first = try await archives.open().add(Job(Archives.request(client: "a")), idempotencyKey: key)
        let archive = try archives.open()
        #expect(try await archive.add(Job(Archives.request(client: "a")), idempotencyKey: key).id == first.id)
        let other = IdempotencyKey("key", fingerprint: "2")
        await #expect(throws: IdempotencyKeyReused(other, job: first.id)) {
            try await archive.add(Job(Archives.request(client: "a")), idempotencyKey: other)
        }
        #expect(try await archive.add(Job(Archives.request(client: "b")), idempotencyKey: other).id != first.id)
        try await archive.database.write { db in try db.execute(sql: "UPDATE job SET idempotency_fingerprint = NULL") }
        #expect(try await archive.add(Job(Archives.request(client: "a")), idempotencyKey: other).id == first.id)
    }

    @Test("what is not known is neither updated nor finished, and leaves no file")
    func unknownJob() async throws {
        let archive = try archives.open()
        let job = Job(Archives.request()).done()
        await #expect(throws: StoreError.noSuchJob(job.id)) { try await archive.update(job) }
        await #expect(throws: StoreError.noSuchJob(job.id)) { try await archive.finish(job, with: [Archives.picture()]) }
        #expect(try await archive.job(job.id) == nil)
        #expect(!FileManager.default.fileExists(atPath: archive.folder.pictures.path))
    }

    @Test("a job is finished once")
    func finishedTwice() async throws {
        let archive = try archives.open()
        let job = try await archive.add(Job(Archives.request()), idempotencyKey: nil).done()
        try await archive.finish(job, with: [Archives.picture(seed: 1)])
        let url = try await archive.png(job.pictures[0])
        let file = try Data(contentsOf: url)
        await #expect(throws: StoreError.jobHasEnded(job.id)) { try await archive.finish(job, with: [Archives.picture(seed: 2)]) }
        #expect(try Data(contentsOf: url) == file)
        #expect(try archive.pictureFiles().count == 1)
    }

    @Test("a job may end without a picture")
    func noPictures() async throws {
        let archive = try archives.open()
        let job = try await archive.add(Job(Archives.request()), idempotencyKey: nil).done(pictures: 0)
        try await archive.finish(job, with: [])
        #expect(try await archive.job(job.id) == job)
    }

    @Test("a write that fails takes none with it that is committed at the same time")
    func groups() async throws {
        let archive = try archives.open()
        let outcomes = await withTaskGroup(of: (Int, StoreError?).self) { group in
            for index in 0..<200 {
                group.addTask {
                    let job = Job(id: JobID(at: Date(timeIntervalSince1970: Double(index))), Archives.request())
                    do {
                        if index.isMultiple(of: 3) {
                            try await archive.update(job)
                        } else {
                            _ = try await archive.add(job, idempotencyKey: nil)
                        }
                        return (index, nil)
                    } catch {
                        return (index, error as? StoreError)
                    }
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        #expect(outcomes.keys.sorted() == Array(stride(from: 0, to: 200, by: 3)))
        #expect(outcomes.values.allSatisfy { if case .noSuchJob = $0 { true } else { false } })
        #expect(try await archive.unfinishedJobs().count == 133)
    }

    @Test("a task that is cancelled still writes and reads")
    func cancelled() async throws {
        let archive = try archives.open()
        let job = Job(Archives.request())
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            _ = try await archive.add(job, idempotencyKey: nil)
            return try await archive.job(job.id)
        }
        #expect(try await task.value == job)
    }

    @Test("a full disk is said to be one, and takes nothing that was there before")
    func diskFull() async throws {
        let archive = try archives.open()
        let job = try await archive.add(Job(Archives.request()), idempotencyKey: nil)
        let pages = try await archive.database.read { db in try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0 }
        // The database may not grow any more, which SQLite reports as it does a full disk.
        try await archive.database.write { db in try db.execute(sql: "PRAGMA max_page_count = \(pages)") }
        let long = String(repeating: "long ", count: 10_000)
        await #expect(throws: StoreError.diskFull(archive.folder.database.path)) {
            _ = try await archive.add(Job(Archives.request(long)), idempotencyKey: nil)
        }
        let done = job.done()
        await #expect(throws: StoreError.diskFull(archive.folder.database.path)) {
            try await archive.finish(done, with: [Archives.picture(long)])
        }
        #expect(try archive.pictureFiles() == [])
        #expect(try await archive.jobs(in: nil, before: nil, limit: 10) == [job])
    }

    @Test("an unfinished job that cannot be read any more fails, and keeps nobody from starting")
    func unreadable() async throws {
        let good = try await archives.open().add(Job(Archives.request()), idempotencyKey: nil)
        let bad = try await archives.open().add(Job(Archives.request()), idempotencyKey: nil)
        try await archives.open().database.write { db in
            try db.execute(literal: "UPDATE job SET request = '{\"sampler\": \"Heun 3\"}' WHERE id = \(bad.id.description)")
        }
        let archive = try archives.open()
        #expect(try await archive.unfinishedJobs() == [good])
        #expect(try await archive.jobs(in: nil, before: nil, limit: 10) == [good])
        #expect(try await archive.usage().jobs == [.queued: 1, .failed: 1])
        await #expect {
            try await archive.job(bad.id)
        } throws: {
            "\($0)".hasPrefix("What job \(bad.id) asks for cannot be read (")
        }
    }
}

extension [String: Any] {
    /// With the value that another dictionary has at a path, or without any when it has none.
    fileprivate func replacing(_ path: [String], with other: [String: Any]) -> [String: Any] {
        guard let name = path.first else { return self }
        var copy = self
        if path.count == 1 {
            copy[name] = other[name]
        } else {
            copy[name] = (self[name] as? [String: Any])?.replacing(Array(path.dropFirst()), with: other[name] as? [String: Any] ?? [:])
        }
        return copy
    }
}
