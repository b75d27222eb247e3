internal import Crypto
internal import Files
internal import FoundationEssentials
internal import Generation
internal import HTTPTypes
internal import Hummingbird
internal import Jobs
internal import Settings
internal import WebAPI

/// Easel's own routes for jobs and what happens to them.
struct JobRoutes {
    let backend: Backend

    func add(to router: Router<ClientContext>) {
        let group = router.group("/api/v1")
        group.post("jobs", use: submit)
        group.get("jobs", use: list)
        group.delete("jobs", use: cancelWaiting)
        group.get("queue", use: showQueue)
        group.put("queue", use: pause)
        group.get("jobs/{id}", use: show)
        group.patch("jobs/{id}", use: move)
        group.delete("jobs/{id}", use: cancel)
        group.get("jobs/{id}/events", use: eventsOfJob)
        group.get("events", use: events)
    }

    @Sendable private func submit(_ request: Request, _ context: ClientContext) async throws -> Response {
        var request = request
        let body = try await backend.body(of: &request)
        let submission = try await backend.read(context) { try JobSubmission(body: body, $0) }
        let key = try JobSubmission.idempotencyKey(request.headers[.idempotencyKey]).map {
            IdempotencyKey($0, fingerprint: SHA256.hash(data: submission.canonicalBody).hexadecimal)
        }
        let job = try await backend.submit(submission.job, bringing: submission.uploads, context, idempotencyKey: key)
        let answer = AcceptedAnswer(job, modelDefaults: submission.modelDefaults)
        return Response(json: answer, status: .accepted, headers: [.location: answer.url])
    }

    @Sendable private func list(_ request: Request, _: ClientContext) async throws -> Response {
        let query = try ListQuery(request)
        let state = try ListQuery.state(request.query("state"))
        let jobs = try await backend.jobs.jobs(in: state, before: query.beforeJob, limit: query.limit + 1)
        let page = jobs.prefix(query.limit)
        let positions = await backend.jobs.positions(of: page.map(\.id))
        return Response(
            json: ListAnswer(
                page.map { JobAnswer($0, position: positions[$0.id]) }, next: jobs.count > page.count ? page.last?.id.description : nil))
    }

    @Sendable private func show(_: Request, _ context: ClientContext) async throws -> Response {
        let id = try context.jobID
        guard let job = try await backend.jobs.job(id) else { throw UnknownJob(id) }
        return await answer(job)
    }

    private func answer(_ job: Job) async -> Response {
        let position = await backend.jobs.positions(of: [job.id])[job.id]
        return Response(json: JobAnswer(job, position: position, progress: job.state == .running ? await progress(of: job.id) : nil))
    }

    @Sendable private func move(_ request: Request, _ context: ClientContext) async throws -> Response {
        var request = request
        let id = try context.jobID
        let wanted = try JobChange(body: await backend.body(of: &request))
        guard let job = try await backend.jobs.move(id, to: wanted.position) else { throw UnknownJob(id) }
        return await answer(job)
    }

    @Sendable private func cancelWaiting(_ request: Request, _: ClientContext) async throws -> Response {
        try CancelledAnswer.checkState(request.query("state"))
        return Response(json: CancelledAnswer(try await backend.jobs.cancelWaiting()))
    }

    @Sendable private func showQueue(_: Request, _: ClientContext) async throws -> Response {
        Response(json: QueueAnswer(await backend.jobs.queueState))
    }

    @Sendable private func pause(_ request: Request, _: ClientContext) async throws -> Response {
        var request = request
        let wanted = try QueueChange(body: await backend.body(of: &request))
        await backend.jobs.pause(wanted.isPaused)
        return Response(json: QueueAnswer(await backend.jobs.queueState))
    }

    private func progress(of id: JobID) async -> JobAnswer.Progress? {
        let progress = await backend.jobs.progress
        guard progress.running.contains(where: { $0.id == id }) else { return nil }
        return JobAnswer.Progress(
            step: progress.step, steps: progress.stepCount, progress.runProgress, text: progress.stage?.description,
            remainingSeconds: progress.etaSeconds)
    }

    @Sendable private func cancel(_: Request, _ context: ClientContext) async throws -> Response {
        let id = try context.jobID
        guard let job = try await backend.jobs.cancel(id) else { throw UnknownJob(id) }
        return Response(json: JobAnswer(job))
    }

    @Sendable private func eventsOfJob(_ request: Request, _ context: ClientContext) async throws -> Response {
        let id = try context.jobID
        let after = try Self.lastEvent(request)
        let place = try takePlace()
        guard let story = try await backend.jobs.story(of: id, after: after) else { throw UnknownJob(id) }
        return EventStream(events: story, previews: backend.previews, place: place).response(to: request)
    }

    @Sendable private func events(_ request: Request, _: ClientContext) async throws -> Response {
        let after = try Self.lastEvent(request)
        let place = try takePlace()
        return EventStream(events: backend.jobs.events.stream(after: after), previews: backend.previews, place: place).response(to: request)
    }

    private func takePlace() throws(APIError) -> OpenStreams.Place {
        try backend.streams.take(limit: backend.settings.current.limits.eventStreams)
    }

    /// The event after which to go on: `Last-Event-ID`, which browsers send by themselves, or `?after=`.
    private static func lastEvent(_ request: Request) throws(APIError) -> UInt64? {
        let header = request.headers[.lastEventID]
        guard let text = header ?? request.query("after"), !text.isEmpty else { return nil }
        guard let number = UInt64(text) else {
            throw APIError(
                .invalidValue, field: header == nil ? "after" : "Last-Event-ID", reason: .wrongForm(text, example: "1764421200000000"),
                "There is no event of that name. Use the id of an event that was received.")
        }
        return number
    }
}

extension ClientContext {
    /// The job in the path.
    /// - Throws: `.notFound` for what no job can be called.
    var jobID: JobID {
        get throws(APIError) {
            guard let id = parameters.get("id").flatMap({ JobID($0) }) else {
                throw APIError(
                    .notFound, field: "id", reason: ErrorReason(.unknownJob, ["id": .init(parameters.get("id") ?? "")]),
                    "There is no such job. GET /api/v1/jobs lists those that there are.")
            }
            return id
        }
    }
}

extension ListQuery {
    init(_ request: Request) throws(APIError) {
        try self.init(limit: request.query("limit"), before: request.query("before"))
    }
}

extension HTTPField.Name {
    fileprivate static let idempotencyKey = HTTPField.Name("Idempotency-Key")!
    fileprivate static let lastEventID = HTTPField.Name("Last-Event-ID")!
}
