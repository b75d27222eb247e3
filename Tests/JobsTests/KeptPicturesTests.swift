import Generation
import Jobs
import Testing
import TestSupport

@Suite("Pictures of finished runs", .timeLimit(.minutes(30)))
struct KeptPicturesTests {
    /// How a job ends before it is done.
    enum End: CaseIterable { case cancelled, interrupted, failed, tooSlow }

    /// A workshop that draws runs of two steps, and stops in the second run of a job of three, with the first finished.
    private func inSecondRun(
        _ painter: FakePainter = FakePainter(isHeld: true), _ work: (Workshop, Job) async throws -> Void
    ) async throws {
        let workshop = Workshop(painter)
        try await workshop.run {
            let job = try await workshop.begin(.with(steps: 2, seed: 1, pictures: 2, runs: 3))
            painter.starts.letOneThrough()
            await painter.starts.arrivals(reach: 2)
            try await work(workshop, job)
        }
    }

    @Test("are kept however the job ends, and the reason says so", arguments: End.allCases)
    func kept(_ end: End) async throws {
        struct Broken: Error, CustomStringConvertible { let description = "The device is gone." }
        let painter = FakePainter(isHeld: true, failure: { $0.seed == 3 && end == .failed ? Broken() : nil })
        try await inSecondRun(painter) { workshop, job in
            switch end {
            case .cancelled: #expect(try await workshop.service.cancel(job.id)?.pictures.count == 2)
            case .interrupted: try await workshop.service.cancelRunning()
            case .failed: painter.starts.open()
            case .tooSlow: workshop.jobTime.open()
            }
            let over = try await workshop.service.ended(job.id)
            #expect(over.state == (end == .cancelled || end == .interrupted ? .cancelled : .failed))
            #expect(over.pictures == [PictureID(job.id, 0), PictureID(job.id, 1)])
            let reasons: [End: ErrorReason.Name] = [.failed: .failed, .tooSlow: .tookTooLong]
            #expect(over.failureReason?.name == reasons[end] ?? .cancelled)
            #expect(over.failure?.hasSuffix(" 2 of 6 pictures were finished before, and are kept.") == true)
            #expect(await workshop.archive.pictures[job.id]?.map(\.seed) == [1, 2])
            #expect(await workshop.archive.finishedTwice.isEmpty)
            #expect(await workshop.service.progress.running.isEmpty)
            painter.starts.open()
            // Nobody's time goes on after it is over.
            if end != .tooSlow { #expect(try await workshop.service.ended(workshop.service.submit(.with()).id).state == .done) }
        }
    }

    @Test("are stored as soon as the run is finished, and told with their run")
    func storedAtOnce() async throws {
        let workshop = Workshop(FakePainter(isHeld: true))
        let all = workshop.service.events.stream()
        try await workshop.run {
            let job = try await workshop.begin(.with(steps: 2, seed: 1, pictures: 2, runs: 3))
            workshop.painter.starts.letOneThrough()
            for await event in all {
                guard case .pictures(let pictures, let run, let runCount) = event.event else { continue }
                #expect(pictures == [PictureID(job.id, 0), PictureID(job.id, 1)] && run == 0 && runCount == 3)
                break
            }
            let known = try #require(try await workshop.archive.job(job.id))
            #expect(known.state == .running && known.pictures.count == 2 && known.finishedRuns == 1)
            #expect(try await workshop.service.job(job.id)?.pictures == known.pictures)
            workshop.painter.starts.open()
            let done = try await workshop.service.ended(job.id)
            #expect(done.pictures == (0..<6).map { PictureID(job.id, $0) })
            #expect(await workshop.archive.pictures[job.id]?.map(\.seed) == [1, 2, 3, 4, 5, 6])
            #expect(await workshop.archive.finishedTwice.isEmpty)
        }
    }

    @Test("that could not be stored after their run are stored with the end")
    func storedLater() async throws {
        struct DiskFull: Error {}
        try await inSecondRun { workshop, job in
            await workshop.archive.fail(.storeRun, with: DiskFull())
            workshop.painter.starts.letOneThrough()
            await workshop.painter.starts.arrivals(reach: 3)
            workshop.painter.starts.open()
            let done = try await workshop.service.ended(job.id)
            #expect(done.state == .done && done.pictures.count == 6)
            #expect(await workshop.archive.pictures[job.id]?.map(\.seed) == [1, 2, 3, 4, 5, 6])
        }
    }

    @Test("are kept when the server stopped meanwhile: the job goes on with the next run at the next start")
    func stopped() async throws {
        let archive = MemoryArchive()
        let workshop = Workshop(FakePainter(isHeld: true), archive: archive)
        let running = Task { try await workshop.service.run() }
        let job = try await workshop.begin(.with(steps: 2, runs: 2))
        workshop.painter.starts.letOneThrough()
        await workshop.painter.starts.arrivals(reach: 2)
        running.cancel()
        workshop.grace.open()
        try await running.value
        #expect(try await archive.job(job.id)?.state == .queued)
        let next = Workshop(archive: archive)
        let done = try await next.run { try await next.service.ended(job.id) }
        #expect(done.pictures.count == 2)
        #expect(next.painter.draws.flatMap(\.requests).map(\.seed) == [1])
        #expect(await archive.pictures[job.id]?.map(\.seed) == [0, 1])
    }

    @Test("a run that is skipped is left out, and the job goes on")
    func skipped() async throws {
        try await inSecondRun { workshop, job in
            await workshop.service.skipRun()
            await workshop.painter.starts.arrivals(reach: 3)
            workshop.painter.starts.open()
            let done = try await workshop.service.ended(job.id)
            let skipped = Notice(.runSkipped, ["run": 2, "runs": 3], "Run 2 of 3 was skipped.")
            #expect(done.state == .done && done.warnings == [skipped])
            #expect(await workshop.archive.pictures[job.id]?.map(\.seed) == [1, 2, 5, 6])
            #expect(done.pictures == [0, 1, 4, 5].map { PictureID(job.id, $0) }, "a picture's place tells its seed")
            let story = try await workshop.story(of: job.id)
            #expect(story.suffix(2) == [.warned([skipped]), .done(done.pictures)])
        }
    }

    @Test("a job whose only run is skipped is cancelled, with none")
    func allSkipped() async throws {
        let workshop = Workshop(FakePainter(isHeld: true))
        try await workshop.run {
            let job = try await workshop.begin(.with())
            await workshop.service.skipRun()
            let over = try await workshop.service.ended(job.id)
            #expect(over.state == .cancelled && over.pictures.isEmpty)
            // With nothing drawn there is nothing to skip.
            await workshop.service.skipRun()
        }
    }

    @Test("a run that is finished in spite of the skip is kept")
    func skippedTooLate() async throws {
        try await inSecondRun(FakePainter(isHeld: true, isObedient: false)) { workshop, job in
            await workshop.service.skipRun()
            workshop.painter.starts.open()
            let done = try await workshop.service.ended(job.id)
            #expect(done.pictures.count == 6 && done.warnings.isEmpty)
        }
    }

    @Test("warnings of all runs are the job's, each once and without the places of files, and told before the end")
    func warnings() async throws {
        @Sendable func unknown(in folder: String) -> Notice {
            Notice(.unknownWildcard, ["name": "a", "folder": .text(folder)], "There is no wildcard \"a\" in \"\(folder)\".")
        }
        @Sendable func tiles(_ seed: UInt64) -> Notice { Notice(.vaeTiles, ["count": .init(seed)], "Seed \(seed).") }
        let workshop = Workshop(FakePainter(warnings: { [unknown(in: "/home/me/wildcards"), tiles($0.seed)] }))
        try await workshop.run {
            let job = try await workshop.service.ended(workshop.service.submit(.with(seed: 1, runs: 2)).id)
            let expected = [unknown(in: "wildcards"), tiles(1), tiles(2)]
            #expect(job.warnings == expected)
            #expect(try await workshop.archive.job(job.id)?.warnings == expected)
        }
    }
}
