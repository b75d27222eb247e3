internal import Generation
internal import Hummingbird
internal import Jobs
internal import Logging
internal import ServiceLifecycle
internal import WebAPI

/// Nobody reads the answer any more.
struct ClientGone: Error {}

extension Backend {
    /// Submits a job, and waits until it is done, for a client that waits on its connection.
    ///
    /// A job that was cancelled with some of its pictures finished is returned with these.
    ///
    /// When the client goes, its job is cancelled. When the server is told to stop, a job that is being drawn may still finish; any
    /// other stays in the queue for the next start, and its client is told so.
    ///
    /// The connection ends with the answer: seeing that a client goes means to read on.
    /// - Parameter uploads: the pictures that came with the request.
    /// - Throws: `APIError.cancelled`, `.failed`; `QueueFull`; `ServiceStopped`; `ClientGone`.
    func drawn(
        _ wanted: JobRequest, bringing uploads: [UploadedPicture] = [], for request: Request, _ context: ClientContext
    ) async throws -> Job {
        let id = try await submit(wanted, bringing: uploads, context).id
        let job: Job
        do {
            job = try await request.body.consumeWithCancellationOnInboundClose { _ in try await ended(id) }
        } catch is CancellationError {
            // Cancelled as a whole: the server ends without waiting, and the job stays in the queue.
            if Task.isCancelled { throw ServiceStopped() }
            context.logger.info("The client has gone, its job is cancelled", metadata: ["job": "\(id)"])
            _ = try await jobs.cancel(id)
            throw ClientGone()
        }
        switch job.state {
        case .done: return job
        case .cancelled:
            if !job.pictures.isEmpty { return job }
            throw APIError(.cancelled, job.failure ?? "The job was cancelled.")
        case .failed, .queued, .running: throw APIError(.failed, reason: job.failureReason, job.failure ?? "The job failed.")
        }
    }

    /// Does something for a client that waits on its connection, and breaks it off when the client goes or the server is told to stop.
    ///
    /// The connection ends with the answer, as above.
    /// - Throws: `ClientGone`; what the work throws.
    func whileConnected<Value: Sendable>(_ request: Request, _ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        do {
            return try await request.body.consumeWithCancellationOnInboundClose { _ in try await cancelWhenGracefulShutdown(work) }
        } catch let error as CancellationError {
            throw Task.isCancelled || Task.isShuttingDownGracefully ? error : ClientGone()
        }
    }

    /// Submits a job, and keeps the pictures that came with it. Its prompt is told to the log when that is wanted, and nowhere else.
    func submit(
        _ wanted: JobRequest, bringing uploads: [UploadedPicture] = [], _ context: ClientContext, idempotencyKey: IdempotencyKey? = nil
    ) async throws -> Job {
        try await keep(uploads)
        let job = try await jobs.submit(wanted, idempotencyKey: idempotencyKey)
        if options.logsPrompts {
            context.logger.info("Prompt", metadata: [
                "job": "\(job.id)", "prompt": .string(wanted.generation.prompt),
                "negative_prompt": .string(wanted.generation.negativePrompt),
            ])
        }
        return job
    }

    /// Waits until the server is told to stop, and for a job that is being drawn then as long as it grants.
    func stopped(_ id: JobID) async throws {
        // Outside a service group this waits until it is cancelled.
        try await gracefulShutdown()
        if try await jobs.job(id)?.state == .running { try await Task.sleep(for: options.gracePeriod) }
    }

    /// Waits for a job, and when the server is told to stop for as long as it grants.
    private func ended(_ id: JobID) async throws -> Job {
        try await withThrowingTaskGroup(of: Job?.self) { group in
            group.addTask { try await jobs.ended(id) }
            group.addTask {
                try await stopped(id)
                return nil
            }
            defer { group.cancelAll() }
            guard let job = try await group.next() ?? nil else { throw ServiceStopped() }
            return job
        }
    }
}
