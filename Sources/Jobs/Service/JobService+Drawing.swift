import FoundationEssentials
import Generation
import Logging

extension JobService {
    /// How long there must be nothing to draw before the painter rests.
    static let calm = Duration.seconds(1)
    /// How long the painter is left alone when it had nothing to look after.
    private static let pause = Duration.seconds(30)
    /// How many jobs may follow one another before the painter has come to the end of a rest, …
    private static let jobsWithoutRestAtMost = 20
    /// … and how long it may then keep jobs from being drawn.
    private static let restUnderLoad = Duration.seconds(120)

    /// Takes up what an earlier process has left, then draws until the task is cancelled.
    ///
    /// When it is, the job that is drawn may end within the grace period; after that it is broken off, and queued for the next start.
    /// All streams of events have ended when this returns.
    /// - Throws: what the archive throws when it cannot be read.
    public func run() async throws {
        try await recover()
        isStopping = false
        isBrokenOff = false
        defer { graceTimer?.cancel() }
        // Not cancelled itself: an archive may refuse to write for a task that is.
        let consumer = Task { await consume() }
        await withTaskCancellationHandler {
            await consumer.value
        } onCancel: {
            Task { await self.stop() }
        }
        events.close()
    }

    private func stop() {
        isStopping = true
        resting?.cancel()
        wake()
        graceTimer = Task {
            try await sleep(settings().gracePeriod)
            isBrokenOff = true
            painting?.cancel()
        }
    }

    private func consume() async {
        while !isStopping {
            let jobs = await takeNext()
            if jobs.isEmpty { await rest() } else { await draw(jobs) }
            await writeAgain()
        }
    }

    private func takeNext() async -> [Job] {
        while !isStopping, let next = queue.next(at: now(), settings()) {
            // A single job has nobody to be drawn with.
            let pictureCount = queue.waitingCount > 1 ? await painter.usefulBatchSize(of: next.request) : 1
            // Another may come first by now.
            guard queue.next(at: now(), settings())?.id == next.id, !isStopping else { continue }
            let jobs = queue.take(at: now(), settings(), pictureCount: pictureCount)
            measure(.queueLength(queue.waitingCount))
            return jobs
        }
        return []
    }

    /// Lets the painter look after its devices until there is something to draw.
    private func rest() async {
        let resting = Task {
            // Who waits for one picture after another asks again at once, and should not wait for a rest to be broken off.
            try? await sleep(Self.calm)
            // What is due by the clock comes while nothing else does.
            while !Task.isCancelled {
                await painter.rest()
                if !Task.isCancelled { jobsWithoutRest = 0 }
                try? await sleep(Self.pause)
            }
        }
        await withCheckedContinuation { continuation in
            if isStopping || queue.waitingCount > 0 { continuation.resume() } else { idler = continuation }
        }
        resting.cancel()
        await resting.value
    }

    /// Without this, a painter that is hardly ever idle would never look after its devices.
    private func restUnderLoad() async {
        let resting = Task { [painter] in await painter.rest() }
        let timer = Task {
            try await sleep(Self.restUnderLoad)
            resting.cancel()
        }
        self.resting = resting
        await resting.value
        timer.cancel()
        self.resting = nil
        jobsWithoutRest = 0
    }

    private func draw(_ jobs: [Job]) async {
        let began = now()
        for job in jobs {
            measure(.waited(seconds: max(0, began.timeIntervalSince(job.submittedAt))))
            events.send(.started(attempt: job.attempts), of: job.id)
        }
        tellPositions()
        for job in jobs { await write(job) }
        await attempt(jobs)
        secondsPerJob += (now().timeIntervalSince(began) / Double(jobs.count) - secondsPerJob) / 4

        jobsWithoutRest += jobs.count
        if jobsWithoutRest >= Self.jobsWithoutRestAtMost, !isStopping { await restUnderLoad() }
    }

    /// Draws jobs together; when that fails, each by itself, for only one may be at fault.
    private func attempt(_ jobs: [Job]) async {
        let wanted = jobs.filter { queue.job($0.id) != nil }
        if isBrokenOff {
            for job in wanted { await putBack(job) }
        }
        guard !wanted.isEmpty, !isBrokenOff else { return }
        let drawing = Drawing(wanted, events: events, now: now)
        self.drawing = drawing
        defer {
            self.drawing = nil
            painting = nil
        }
        logger.info("Drawing", metadata: [
            "job": "\(wanted[0].id)", "model": "\(wanted[0].request.model)", "together": "\(wanted.count)", "waiting": "\(queue.waitingCount)",
        ])
        let painting = Task { try await paint(drawing) }
        self.painting = painting
        let limit = settings().jobTimeout
        let timer = Task {
            // Together they may take as long as one after another.
            try await sleep(limit * wanted.count)
            await expire(drawing, limit)
        }
        let result = await painting.result
        timer.cancel()

        switch result {
        case .success:
            drawing.beginStoring()
            let left = drawing.active
            storing.formUnion(left.map(\.id))
            for job in left {
                let painted = drawing.painted(for: job.id)
                if painted.isEmpty {
                    // Each of its runs was skipped.
                    storing.remove(job.id)
                    _ = await endWithoutPictures(job.id, as: .cancelled)
                } else {
                    _ = await store(painted, of: job, as: nil, warnings: drawing.warnings(for: job.id))
                }
            }
        case .failure(let error):
            let left = drawing.active
            if isBrokenOff {
                for job in left { await putBack(job) }
            } else if drawing.jobs.count > 1 {
                if !left.isEmpty { logger.warning("Drawing jobs together failed, now each by itself", metadata: ["jobs": "\(left.count)", "error": "\(error)"]) }
                for job in left { await attempt([job]) }
            } else if let job = left.first {
                logger.error("Job failed", metadata: ["job": "\(job.id)", "error": "\(error)"])
                _ = await end(job.id, as: .failed(PublicReason(error).description))
            }
        }
    }

    /// Paints run after run into `drawing`.
    private func paint(_ drawing: Drawing) async throws {
        for (run, requests) in drawing.rounds.enumerated() {
            try Task.checkCancellation()
            drawing.beginRun(run)
            let work = Task { [painter] in try await painter.draw(requests, model: drawing.jobs[0].request.model) { drawing.report($0) } }
            round = work
            let result = await withTaskCancellationHandler { await work.result } onCancel: { work.cancel() }
            round = nil
            switch result {
            case .success(let painted):
                guard painted.count == requests.count, zip(requests, painted).allSatisfy({ $1.isComplete(for: $0) }) else { throw IncompletePainting() }
                report(painted)
                drawing.finishRun(painted)
            case .failure(let error):
                guard drawing.isSkipped(run), !Task.isCancelled else { throw error }
                logger.info("Run skipped", metadata: ["job": "\(drawing.jobs[0].id)", "run": "\(run + 1)"])
            }
        }
    }

    private func report(_ round: [PaintedRequest]) {
        if let first = round.first?.result {
            measure(.drawn(
                jobs: round.count, pictures: round.reduce(0) { $0 + $1.result.images.count }, timings: first.timings, devices: first.places.map(\.device)))
        }
        // What is drawn together is moved once, and told with each.
        for move in Set(round.flatMap(\.result.moves)) { measure(.moved(move)) }
    }

    /// Writes the pictures of a job down, and with them that it is over.
    /// - Parameter outcome: nil for done.
    /// - Returns: the job as it is then: failed when the archive could not store them.
    func store(_ painted: [PaintedRequest], of job: Job, as outcome: JobOutcome?, warnings: [String]) async -> Job? {
        storing.insert(job.id)
        let pictures = painted.flatMap(\.finishedPictures)
        let began = now()
        let names = pictures.indices.map { PictureID(job.id, $0) }
        let outcome = outcome ?? .done(names)
        var over = job.ended(outcome, at: began, keeping: names)
        over.warnings = warnings
        do {
            let (archive, over) = (archive, over)
            try await uncancelled { try await archive.finish(over, with: pictures) }
        } catch {
            storing.remove(job.id)
            logger.error("The archive could not store the pictures of a job", metadata: ["job": "\(job.id)", "error": "\(error)"])
            measure(.archiveFailed)
            _ = drawing?.leave(job.id)
            let reason = "The pictures were drawn, but the server could not store them. Its disk may be full; the reason is in its log."
            return await endWithoutPictures(job.id, as: .failed(reason))
        }
        storing.remove(job.id)
        _ = queue.end(job.id, as: outcome, at: began)
        forgetUnwritten(job.id)
        _ = drawing?.leave(job.id)
        measure(.stored(pictures: pictures.count, seconds: now().timeIntervalSince(began)))
        logger.info("Job \(over.state)", metadata: [
            "job": "\(job.id)", "pictures": "\(pictures.count)", "seconds": "\(began.timeIntervalSince(job.startedAt ?? began))",
        ])
        if !warnings.isEmpty {
            // Warnings repeat words of the prompt.
            let told = logsPrompts ? warnings.joined(separator: " ") : "\(warnings.count); the job's answer tells them"
            logger.warning("Job has warnings", metadata: ["job": "\(job.id)", "warnings": "\(told)"])
        }
        tellEnd(of: over, outcome)
        return over
    }

    private func putBack(_ job: Job) async {
        guard let job = queue.putBack(job.id) else { return }
        _ = drawing?.leave(job.id)
        logger.info("Job put back", metadata: ["job": "\(job.id)"])
        await write(job)
        events.send(.queued(position: queue.position(of: job.id) ?? 0), of: job.id)
    }

    private func expire(_ drawing: Drawing, _ limit: Duration) async {
        let tenths = (limit / .seconds(6)).rounded()
        let minutes = tenths.truncatingRemainder(dividingBy: 10) == 0 ? "\(Int(tenths / 10))" : "\(tenths / 10)"
        for job in drawing.active {
            logger.error("Job took too long", metadata: ["job": "\(job.id)", "minutes": "\(minutes)"])
            _ = await end(job.id, as: .failed("The job was not drawn within \(minutes) minutes, as long as job_minutes allows. Ask for less, or raise job_minutes."))
        }
    }
}

/// The painter returned other pictures than were asked for: a mistake of ours.
private struct IncompletePainting: Error, CustomStringConvertible {
    let description = "The pictures that were drawn are not those that were asked for. This is a mistake of Easel: please report it."
}

extension PaintedRequest {
    fileprivate func isComplete(for request: GenerationRequest) -> Bool {
        [result.images.count, result.seeds.count, result.prompts.count, result.negativePrompts.count, infotexts.count]
            .allSatisfy { $0 == request.batchSize }
    }

    fileprivate var finishedPictures: [FinishedPicture] {
        result.images.indices.map { index in
            FinishedPicture(
                image: result.images[index], seed: result.seeds[index], prompt: result.prompts[index],
                negativePrompt: result.negativePrompts[index], infotext: infotexts[index])
        }
    }
}
