import Foundation
import GRDB
import Generation
import ImageCodecs
import Jobs
import TestSupport
import Testing

@testable import Store

/// The process ends by SIGKILL while pictures are stored, in a child that works in a folder which both find by the parent's number.
@Suite("After a crash", .serialized)
struct CrashTests {
    private static func place(of process: pid_t) -> URL {
        FileManager.default.temporaryDirectory.appending(path: "easel-crash-\(process)")
    }

    /// What a child does is in the file `stage`.
    private static func openInChild(_ onStage: @escaping @Sendable (FinishStage) -> Void) throws -> Archive {
        try Archive(DataFolder(place(of: getppid()).appending(path: "data")), onStage: onStage)
    }

    private let place = Self.place(of: getpid())
    private var data: DataFolder { DataFolder(place.appending(path: "data")) }

    private func begin() throws {
        try? FileManager.default.removeItem(at: place)
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    }

    private func expectIntegrity(_ archive: Archive, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let answers = try await archive.database.write { db in
            try db.execute(sql: "INSERT INTO picture_text (picture_text) VALUES ('integrity-check')")
            return try String.fetchAll(db, sql: "PRAGMA integrity_check") + String.fetchAll(db, sql: "PRAGMA foreign_key_check")
        }
        #expect(answers == ["ok"], sourceLocation: sourceLocation)
    }

    @Test("while a picture is stored, its job is whole or still to be drawn", arguments: FinishStage.allCases)
    func stages(stage: FinishStage) async throws {
        try begin()
        defer { try? FileManager.default.removeItem(at: place) }
        try Data(stage.rawValue.utf8).write(to: place.appending(path: "stage"))
        await #expect(processExitsWith: .signal(SIGKILL)) {
            let stage = try FinishStage(
                rawValue: String(contentsOf: CrashTests.place(of: getppid()).appending(path: "stage"), encoding: .utf8))
            let archive = try CrashTests.openInChild { if $0 == stage { kill(getpid(), SIGKILL) } }
            let job = try await archive.add(Job(Archives.request()), idempotencyKey: "key").done(pictures: 2)
            try await archive.finish(job, with: [Archives.picture(seed: 1), Archives.picture(seed: 2)])
        }
        let archive = try Archive(data)
        try await expectIntegrity(archive)
        let job = try #require(try await archive.jobs(in: nil, before: nil, limit: 2).first)
        let files = {
            try FileManager.default.subpathsOfDirectory(atPath: data.url.path).filter { $0.hasPrefix("pictures/") && $0.contains(".") }
        }
        if stage == .committed {
            #expect(job.state == .done && job.pictures.count == 2)
        } else {
            #expect(job.state == .queued && job.pictures.isEmpty)
            #expect(try files() == [])
            #expect(try await archive.unfinishedJobs() == [job])
            try await archive.finish(job.done(pictures: 2), with: [Archives.picture(seed: 1), Archives.picture(seed: 2)])
        }
        #expect(try files().count == 2)
        #expect(try await archive.pictures(limit: 10).map(\.details.seed) == [2, 1])
        #expect(try await archive.add(Job(Archives.request()), idempotencyKey: "key").id == job.id)
        #expect(try await archive.sweep() == SweepReport())
    }

    @Test("killed at any moment, no accepted job is lost or doubled, and no picture is broken")
    func anyMoment() async throws {
        try begin()
        defer { try? FileManager.default.removeItem(at: place) }
        for _ in 0..<5 {
            await #expect(processExitsWith: .signal(SIGKILL)) {
                let accepted = open(CrashTests.place(of: getppid()).appending(path: "accepted").path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
                let archive = try CrashTests.openInChild { _ in }
                Thread.detachNewThread {
                    usleep(.random(in: 1000...100_000))
                    kill(getpid(), SIGKILL)
                }
                try await withThrowingTaskGroup { group in
                    group.addTask {
                        while true {
                            let job = try await archive.add(Job(Archives.request()), idempotencyKey: nil)
                            let line = Array("\(job.id)\n".utf8)
                            _ = line.withUnsafeBytes { write(accepted, $0.baseAddress, $0.count) }
                        }
                    }
                    group.addTask {
                        while true {
                            for job in try await archive.unfinishedJobs().prefix(3) {
                                try await archive.finish(job.done(), with: [Archives.picture(width: 64, height: 64)])
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
        let archive = try Archive(data)
        try await expectIntegrity(archive)
        let text = try String(contentsOf: place.appending(path: "accepted"), encoding: .utf8)
        let accepted = text.split(separator: "\n").compactMap { JobID($0) }
        let jobs = try await archive.jobs(in: nil, before: nil, limit: .max)
        // One more may have been written down in each run, whose client had not yet heard of it.
        #expect(Set(accepted).count == accepted.count)
        #expect(Set(accepted).isSubset(of: jobs.map(\.id)) && jobs.count <= accepted.count + 5)
        for job in jobs {
            #expect(job.pictures.count == (job.state == .done ? 1 : 0))
            for id in job.pictures { _ = try DecodedImage(decoding: [UInt8](Data(contentsOf: await archive.png(id)))) }
        }
        #expect(try await archive.sweep() == SweepReport())
        #expect(try archive.pictureFiles().count == jobs.count { $0.state == .done })
        #expect(try await archive.usage().pictureCount == jobs.count { $0.state == .done })
    }
}
