import Foundation
import Generation
import Jobs
import Testing
import TestSupport

@Suite("The service", .timeLimit(.minutes(30)))
struct ServiceTests {
    @Test("a job is drawn, stored and told; its seeds count up over its runs")
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
            #expect(await workshop.archive.history[job.id] == [.queued, .running, .running, .done])
            #expect(workshop.painter.draws.map { $0.requests.map(\.seed) } == [[5], [7]])
        }
    }

    @Test("what happens to a job is told in order, with previews to those who listen")
    func story() async throws {
        let workshop = Workshop(FakePainter(isHeld: true))
        let all = workshop.service.events.stream()
        try await workshop.run {
            let job = try await workshop.begin(.with(steps: 2, runs: 2, previews: 2))
            workshop.painter.starts.open()
            #expect(try await workshop.service.ended(job.id).state == .done)
            func step(_ done: Int, run: Int) -> JobEvent {
                .step(done: done, total: 4, RunProgress(run: run, runCount: 2, step: done - run * 2, stepCount: 2))
            }
            let previews = (0..<2).map { JobEvent.preview([FakePainter.image(width: 8, height: 8, seed: $0)]) }
            let expected: [JobEvent] = [
                .queued(position: 0), .started(attempt: 1),
                .compiling(Compiling(.denoiser, device: "CPU", shape: "any shape", reason: .firstUse)),
                .encoding, step(0, run: 0), step(1, run: 0), step(2, run: 0), previews[0],
                .decoding(index: 0, total: 1),
                .encoding, step(2, run: 1), step(3, run: 1), step(4, run: 1), previews[1],
                .decoding(index: 0, total: 1),
                .done([PictureID(job.id, 0), PictureID(job.id, 1)]),
            ]
            // Stored while the second run is drawn.
            let stored = JobEvent.pictures([PictureID(job.id, 0)], run: 0, runCount: 2)
            let remembered = try await workshop.story(of: job.id)
            #expect(remembered.filter { $0 != stored } == expected.filter { !previews.contains($0) }, "previews are not remembered")
            #expect(remembered.count { $0 == stored } == 1)
            var told: [JobEvent] = []
            for await event in all.prefix(expected.count + 1) { told.append(event.event) }
            #expect(told.filter { $0 != stored } == expected)
        }
    }

    @Test("a hundred clients at once: every job is drawn once, one draw at a time, and never beside a rest")
    func crowd() async throws {
        let workshop = Workshop(FakePainter(batchSize: { _ in 4 }))
        try await workshop.run {
            let jobs = try await withThrowingTaskGroup(of: Job.self) { group in
                for index in 0..<100 {
                    group.addTask {
                        let job = try await workshop.service.submit(
                            .with(model: index.isMultiple(of: 3) ? "a" : "b", steps: 2, seed: UInt64(index), client: "\(index % 10)"))
                        return try await workshop.service.ended(job.id)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(jobs.allSatisfy { $0.state == .done && $0.pictures.count == 1 })
            #expect(Set(jobs.map(\.id)).count == 100)
        }
        #expect(workshop.painter.draws.flatMap(\.requests).map(\.seed).sorted() == (0..<100).map(UInt64.init))
        #expect(workshop.painter.mostDrawsAtOnce == 1)
        #expect(!workshop.painter.hasDrawnWhileResting)
        #expect(await workshop.archive.finishedTwice.isEmpty)
    }

    // Accepting

    @Test("a job is acknowledged when it is written down, and not before")
    func acknowledging() async throws {
        let workshop = Workshop()
        try await workshop.run {
            workshop.archive.writes.close()
            let submitting = Task { try await workshop.service.submit(.with()) }
            await workshop.archive.writes.arrivals(reach: 1)
            #expect(await workshop.service.progress.waitingCount == 0)
            #expect(await workshop.archive.jobCount == 0)
            workshop.archive.writes.open()
            let job = try await submitting.value
            #expect(try await workshop.archive.job(job.id) != nil)
            #expect(try await workshop.service.ended(job.id).state == .done)
        }
    }

    @Test("a job that cannot be written down is refused, and leaves nothing behind")
    func refusing() async throws {
        let workshop = Workshop(settings: QueueSettings(capacity: 1))
        try await workshop.run {
            await workshop.archive.fail(.add, with: DiskFull())
            for _ in 0..<3 { await #expect(throws: DiskFull.self) { try await workshop.service.submit(.with()) } }
            await workshop.archive.fail(.add, with: nil)
            let job = try await workshop.service.submit(.with())
            #expect(try await workshop.service.ended(job.id).state == .done)
        }
        #expect(workshop.painter.draws.count == 1)
    }

    @Test("a client that goes away while its job is written down leaves it whole: in the archive and in the queue, or in neither")
    func goingAway() async throws {
        let workshop = Workshop()
        try await workshop.run {
            workshop.archive.writes.close()
            let submitting = Task { try await workshop.service.submit(.with()) }
            await workshop.archive.writes.arrivals(reach: 1)
            submitting.cancel()
            workshop.archive.writes.open()
            let job = try await submitting.value
            #expect(try await workshop.service.ended(job.id).state == .done)
        }
    }

    @Test("what cannot be drawn is refused with its field", arguments: [
        (JobRequest.with(size: 500), "width"), (.with(steps: 0), "steps"), (.with(pictures: 65), "batch_size"), (.with(runs: 0), "n_iter"),
        (.with(runs: -1), "n_iter"), (.with(runs: .max), "n_iter"),
    ])
    func invalid(request: JobRequest, field: String) async throws {
        let workshop = Workshop()
        let refusal = await #expect(throws: InvalidRequest.self) { try await workshop.service.submit(request) }
        #expect(refusal?.field == field)
        #expect(await workshop.archive.jobCount == 0)
    }

    @Test("as many jobs wait as may, however many are submitted at once")
    func capacity() async throws {
        let workshop = Workshop(FakePainter(isHeld: true), settings: QueueSettings(capacity: 3))
        try await workshop.run {
            _ = try await workshop.begin(.with())
            workshop.archive.writes.close()
            let accepted = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<10 { group.addTask { (try? await workshop.service.submit(.with())) != nil } }
                // Three are on the way to the archive; the others are refused without waiting for it.
                for await isAccepted in group.prefix(7) { #expect(!isAccepted) }
                workshop.archive.writes.open()
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(accepted == 3)
            let refusal = await #expect(throws: QueueFull.self) { try await workshop.service.submit(.with()) }
            #expect(refusal?.capacity == 3)
            #expect(refusal?.retryAfterSeconds ?? 0 >= 1)
        }
    }

    @Test("a key that a client uses twice leads to one job; another client's same key to another")
    func idempotency() async throws {
        let workshop = Workshop()
        try await workshop.run {
            async let one = workshop.service.submit(.with(client: "x"), idempotencyKey: "k")
            async let two = workshop.service.submit(.with(client: "x"), idempotencyKey: "k")
            let (first, second) = try await (one, two)
            #expect(first.id == second.id)
            #expect(try await workshop.service.ended(first.id).state == .done)
            #expect(try await workshop.service.submit(.with(client: "x"), idempotencyKey: "k").state == .done)
            let other = try await workshop.service.submit(.with(client: "y"), idempotencyKey: "k")
            #expect(other.id != first.id)
            #expect(try await workshop.service.ended(other.id).state == .done)
        }
        #expect(workshop.painter.draws.count == 2)
    }

    // Waiting and asking

    @Test("whoever waits for a job can stop waiting; the job goes on")
    func stopWaiting() async throws {
        let workshop = Workshop(FakePainter(isHeld: true))
        try await workshop.run {
            let job = try await workshop.begin(.with())
            let waiting = Task { try await workshop.service.ended(job.id) }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
            workshop.painter.starts.open()
            #expect(try await workshop.service.ended(job.id).state == .done)
        }
    }

    @Test("nobody waits for a job that there is not")
    func unknown() async throws {
        let workshop = Workshop()
        let id = JobID()
        await #expect(throws: UnknownJob(id)) { try await workshop.service.ended(id) }
        #expect(try await workshop.service.story(of: id) == nil)
        #expect(try await workshop.service.job(id) == nil)
        #expect(try await workshop.service.cancel(id) == nil)
    }

    @Test("jobs are listed as they are, the newest first")
    func listing() async throws {
        let workshop = Workshop(FakePainter(isHeld: true))
        try await workshop.run {
            let first = try await workshop.begin(.with())
            var ids = [first.id]
            for _ in 0..<3 {
                // Names that are made in one millisecond are in no order.
                try await Task.sleep(for: .milliseconds(2))
                ids.append(try await workshop.service.submit(.with()).id)
            }
            #expect(try await workshop.service.jobs(in: nil, before: nil, limit: 10).map(\.id) == ids.reversed())
            #expect(try await workshop.service.jobs(in: .running, before: nil, limit: 10).map(\.id) == [first.id])
            #expect(try await workshop.service.jobs(in: .queued, before: ids[3], limit: 1).map(\.id) == [ids[2]])
        }
    }

    @Test("the progress tells stage, steps, previews, what waits and what is over")
    func progress() async throws {
        let workshop = Workshop(FakePainter(isHeld: true))
        try await workshop.run {
            #expect(await workshop.service.progress.stage == nil)
            let job = try await workshop.begin(.with(steps: 4, runs: 2, previews: 1))
            let waiting = try await workshop.service.submit(.with())
            var progress = await workshop.service.progress
            #expect(progress.running.map(\.id) == [job.id])
            #expect(progress.fraction == 0)
            #expect(progress.stepCount == 8)
            #expect(progress.waitingCount == 1)
            #expect(progress.etaSeconds == nil)

            workshop.painter.steps.close()
            workshop.painter.starts.open()
            workshop.painter.steps.letOneThrough()
            await workshop.painter.steps.arrivals(reach: 2)
            progress = await workshop.service.progress
            #expect(progress.stage == .denoising)
            #expect(progress.step == 1)
            #expect(progress.fraction == 0.125)
            #expect(progress.previews == [FakePainter.image(width: 8, height: 8, seed: 0)])
            #expect(progress.etaSeconds ?? -1 >= 0)

            workshop.painter.steps.open()
            _ = try await workshop.service.ended(waiting.id)
            #expect(await workshop.service.progress.endedCounts == [.done: 2])
        }
    }

    @Test("a compile is named in words")
    func compileText() {
        let first = QueueProgress.Stage.compiling(Compiling(.denoiser, device: "CPU", shape: "any shape", reason: .firstUse))
        #expect(first.description == "Compiling the UNet for CPU")
        let repair = QueueProgress.Stage.compiling(Compiling(.text(0), device: "GPU.0", shape: "batch 1", reason: .repair))
        #expect(repair.description == "Compiling the text encoder for GPU.0, repair: batch 1")
    }

    @Test("what there is to measure is measured: waiting, drawing, storing, ends")
    func measurements() async throws {
        let measured = Collected<JobMeasurement>()
        let workshop = Workshop(onMeasure: { measured.add($0) })
        try await workshop.run {
            let job = try await workshop.service.submit(.with(steps: 3, pictures: 2))
            _ = try await workshop.service.ended(job.id)
        }
        var names: [String] = []
        for measurement in measured.all {
            switch measurement {
            case .waited(let seconds): names.append(seconds >= 0 ? "waited" : "?")
            case .drawn(let jobs, let pictures, let timings, _): names.append("drawn \(jobs) \(pictures) \(timings.steps.count)")
            case .stored(let pictures, _): names.append("stored \(pictures)")
            case .ended(let state, _): names.append("ended \(state)")
            case .moved: names.append("moved")
            case .queueLength(let count): names.append("length \(count)")
            case .archiveFailed: names.append("archive failed")
            }
        }
        #expect(names == ["length 1", "length 0", "waited", "drawn 1 2 3", "stored 2", "ended done"])
    }
}

struct DiskFull: Error {
    @Test("jobs are drawn side by side by the workers that there are; one that leaves draws its job to the end, and no other")
    func workers() async throws {
        let workshop = Workshop(FakePainter(isHeld: true, workers: [Worker("a"), Worker("b")]))
        try await workshop.run {
            var jobs: [JobID] = []
            for seed in 0..<4 { jobs.append(try await workshop.service.submit(.with(seed: UInt64(seed))).id) }
            await workshop.painter.starts.arrivals(reach: 2)
            #expect(Set(workshop.painter.draws.map(\.worker)) == ["a", "b"])
            #expect(await workshop.service.queueState.runningCount == 2)

            workshop.painter.setWorkers([Worker("b"), Worker("c")])
            await workshop.painter.starts.arrivals(reach: 3)
            workshop.painter.starts.open()
            for job in jobs { #expect(try await workshop.service.ended(job).state == .done) }
            #expect(workshop.painter.draws.count { $0.worker == "a" } == 1)
            #expect(workshop.painter.draws.count == 4 && workshop.painter.mostDrawsAtOnce == 3)
        }
    }

    @Test("without a worker, jobs wait, and the service stops all the same")
    func noWorker() async throws {
        let workshop = Workshop(FakePainter(workers: []))
        try await workshop.run {
            let job = try await workshop.service.submit(.with())
            #expect(try await workshop.service.job(job.id)?.state == .queued)
        }
        #expect(workshop.painter.draws.isEmpty)
    }
}
