import Generation
import Jobs
import Logging
import Testing
import TestSupport

@Suite("When something goes wrong", .timeLimit(.minutes(30)))
struct TroubleTests {
    private struct Broken: Error, CustomStringConvertible {
        let description = "Cannot read \"/srv/secret models/tiny.safetensors\": no such file."
    }

    private struct Wordless: Error { let path = "/srv/secret" }

    @Test("an error of the painter fails the job at once, in words without folders, and the next is drawn")
    func failure() async throws {
        let workshop = Workshop(FakePainter(failure: { $0.seed == 1 ? Broken() : $0.seed == 2 ? Wordless() : nil }))
        try await workshop.run {
            var jobs: [Job] = []
            for seed in 1...3 { jobs.append(try await workshop.service.submit(.with(seed: UInt64(seed)))) }
            let first = try await workshop.service.ended(jobs[0].id)
            #expect(first.state == .failed)
            #expect(first.attempts == 1)
            #expect(first.failure == "Cannot read \"tiny.safetensors\": no such file.")
            let second = try await workshop.service.ended(jobs[1].id)
            #expect(second.failure == "Drawing failed. The reason is in the server's log, under the name of the job.")
            #expect(try await workshop.service.ended(jobs[2].id).state == .done)
            #expect(try await workshop.archive.job(jobs[0].id) == first)
        }
    }

    @Test("of jobs that are drawn together, only the one at fault fails")
    func failureTogether() async throws {
        let painter = FakePainter(
            isHeld: true, batchSize: { _ in 3 },
            failure: { $0.seed == 2 ? InvalidRequest(field: "styles", "No style is called so.") : nil })
        let workshop = Workshop(painter)
        try await workshop.run {
            let blocker = try await workshop.begin(.with(size: 128))
            var jobs: [Job] = []
            for seed in 1...3 { jobs.append(try await workshop.service.submit(.with(seed: UInt64(seed)))) }
            workshop.painter.starts.open()
            _ = try await workshop.service.ended(blocker.id)
            #expect(try await workshop.service.ended(jobs[0].id).state == .done)
            let failed = try await workshop.service.ended(jobs[1].id)
            #expect(failed.state == .failed)
            #expect(failed.failure == "No style is called so.")
            #expect(try await workshop.service.ended(jobs[2].id).state == .done)
            #expect(try await workshop.service.job(jobs[2].id)?.attempts == 1)
        }
        #expect(workshop.painter.draws.map { $0.requests.map(\.seed) } == [[0], [1, 2, 3], [1], [2], [3]])
    }

    @Test("a job that takes too long fails, and says which setting allows more")
    func timeout() async throws {
        let workshop = Workshop(FakePainter(isHeld: true), settings: QueueSettings(jobTimeout: .seconds(90)))
        try await workshop.run {
            let job = try await workshop.begin(.with())
            workshop.jobTime.letOneThrough()
            let failed = try await workshop.service.ended(job.id)
            #expect(failed.state == .failed)
            #expect(failed.failure == """
                The job took longer than 1.5 minutes, the limit for a job (setting job_minutes). Ask for less, or raise the limit.
                """)
            let next = try await workshop.begin(.with())
            workshop.painter.starts.open()
            #expect(try await workshop.service.ended(next.id).state == .done)
        }
        #expect(workshop.painter.cancelledDraws == 1)
    }

    @Test("jobs that are drawn together may take as long as one after another")
    func timeoutTogether() async throws {
        let workshop = Workshop(FakePainter(isHeld: true, batchSize: { _ in 3 }), settings: QueueSettings(jobTimeout: .seconds(90)))
        try await workshop.run {
            let blocker = try await workshop.begin(.with(size: 128))
            var jobs: [Job] = []
            for _ in 0..<3 { jobs.append(try await workshop.service.submit(.with())) }
            workshop.painter.starts.open()
            for job in [blocker] + jobs { _ = try await workshop.service.ended(job.id) }
            #expect(workshop.waits.all.contains(.seconds(90)))
            #expect(workshop.waits.all.contains(.seconds(270)))
        }
    }

    @Test("a job whose pictures cannot be stored fails with the reason, and the next is drawn")
    func finishFails() async throws {
        let workshop = Workshop()
        try await workshop.run {
            await workshop.archive.fail(.finish, with: DiskFull())
            let job = try await workshop.service.submit(.with())
            let failed = try await workshop.service.ended(job.id)
            #expect(failed.state == .failed)
            #expect(failed.failure == """
                The pictures were drawn, but the server could not store them. Its disk may be full; the reason is in its log.
                """)
            await workshop.archive.fail(.finish, with: nil)
            let next = try await workshop.service.submit(.with())
            #expect(try await workshop.service.ended(next.id).state == .done)
        }
    }

    @Test("what cannot be written down is known until it can")
    func updateFails() async throws {
        let workshop = Workshop()
        try await workshop.run {
            await workshop.archive.fail(.update, with: DiskFull())
            await workshop.archive.fail(.finish, with: DiskFull())
            let job = try await workshop.service.submit(.with())
            #expect(try await workshop.service.ended(job.id).state == .failed)
            #expect(try await workshop.archive.job(job.id)?.state == .queued)
            #expect(try await workshop.service.job(job.id)?.state == .failed)
            #expect(try await workshop.service.jobs(in: nil, before: nil, limit: 10).map(\.state) == [.failed])
            #expect(try await workshop.story(of: job.id).last?.isFinal == true)

            await workshop.archive.fail(.update, with: nil)
            await workshop.archive.fail(.finish, with: nil)
            let next = try await workshop.service.submit(.with())
            #expect(try await workshop.service.ended(next.id).state == .done)
        }
        let states = try await workshop.archive.jobs(in: nil, before: nil, limit: 10).map(\.state)
        #expect(Set(states) == [.failed, .done])
    }

    @Test("a painter that returns fewer pictures than asked for fails the job")
    func incomplete() async throws {
        let archive = MemoryArchive()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let service = JobService(archive: archive, painter: Forgetful(), settings: { QueueSettings() }, logger: logger)
        let running = Task { try await service.run() }
        let job = try await service.submit(.with())
        let failed = try await service.ended(job.id)
        #expect(failed.state == .failed && failed.pictures.isEmpty)
        #expect(failed.failure?.hasPrefix("The pictures that were drawn are not those that were asked for.") == true)
        running.cancel()
        try await running.value
    }

    private struct Forgetful: Painting {
        func group(of request: JobRequest) async -> CompileGroup { CompileGroup(model: "", shape: "") }
        func validate(_ request: JobRequest) async throws {}
        func usefulBatchSize(of request: JobRequest) async -> Int { 1 }
        func draw(_ order: DrawOrder, onEvent: @escaping @Sendable (GenerationEvent) -> Void) async throws -> [GenerationResult] { [] }
        func workers() async -> AsyncStream<[Worker]> { AsyncStream { $0.yield([Worker("painter")]) } }
        func rest(_ worker: Worker.ID) async {}
    }

    @Test("paths are left out of what clients read, and all else stays", arguments: [
        ("Cannot read \"/srv/my models/a.safetensors\": Permission denied.", "Cannot read \"a.safetensors\": Permission denied."),
        ("open(/var/lib/easel/db.sqlite) failed", "open(db.sqlite) failed"),
        ("See ~/models/x and ../y/z.", "See x and z."),
        ("file:///home/me/a.png is gone", "a.png is gone"),
        ("3 steps/s at f16/f32, and/or 1/2", "3 steps/s at f16/f32, and/or 1/2"),
        ("Width 500 is not a multiple of 8. Use 496 or 504.", "Width 500 is not a multiple of 8. Use 496 or 504."),
        ("either / or", "either / or"),
    ])
    func paths(text: String, expected: String) async throws {
        struct Told: Error, CustomStringConvertible { let description: String }
        let workshop = Workshop(FakePainter(failure: { _ in Told(description: text) }))
        try await workshop.run {
            let job = try await workshop.service.submit(.with())
            #expect(try await workshop.service.ended(job.id).failure == expected)
        }
    }
}
