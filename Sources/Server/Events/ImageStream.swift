internal import FoundationEssentials
internal import Hummingbird
internal import Jobs
internal import Logging
internal import ServiceLifecycle
internal import Synchronization
internal import WebAPI

/// A picture that is sent as it is drawn: OpenAI's events of previews, and at the end of the picture or of what went wrong.
final class ImageStream: Sendable {
    private let backend: Backend
    private let job: JobID
    private let wanted: ImageGenerationRequest
    private let form: ImageStreamForm
    private let partialImages = Mutex(0)

    init(_ backend: Backend, _ job: JobID, _ wanted: ImageGenerationRequest, _ form: ImageStreamForm) {
        self.backend = backend
        self.job = job
        self.wanted = wanted
        self.form = form
    }

    /// - Throws: `UnknownJob`; what the archive throws.
    func response(to request: Request, _ context: ClientContext) async throws -> Response {
        guard let events = try await backend.jobs.story(of: job) else { throw UnknownJob(job) }
        return EventStream(
            events: events, frame: frame, stop: stop,
            onGone: { [backend, job] in
                context.logger.info("The client has gone, its job is cancelled", metadata: ["job": "\(job)"])
                // In a task of its own: the connection's is cancelled.
                _ = try? await Task { try await backend.jobs.cancel(job) }.value
            }
        ).response(to: request)
    }

    @Sendable private func frame(_ event: NumberedJobEvent) async -> ByteBuffer? {
        switch event.event {
        case .preview(let images):
            guard let image = images.first, let index = nextIndex() else { return nil }
            let (form, quality) = (form, wanted.quality)
            return try? await offloaded {
                Self.frame(try ImageStreamEvent(preview: image, index: index, form, quality: quality, at: event.time))
            }
        case .done:
            do {
                guard let job = try await backend.jobs.job(job) else { throw UnknownJob(job) }
                guard let picture = try await backend.pictures(of: job, as: wanted.format, quality: wanted.quality).first else {
                    throw Backend.removed
                }
                return Self.frame(ImageStreamEvent(completed: picture, form, at: job.endedAt ?? event.time))
            } catch {
                let refusal = Refusal(known: error) ?? .unexpected(error, "A picture cannot be sent", backend.logger, ["job": "\(job)"])
                return Self.frame(refusal.error)
            }
        case .failed(let reason): return Self.frame(APIError(.failed, reason: reason.reason, reason.description))
        case .cancelled: return Self.frame(APIError(.cancelled, "The job was cancelled."))
        default: return nil
        }
    }

    /// nil when there were as many as are wanted.
    private func nextIndex() -> Int? {
        partialImages.withLock { sent in
            guard sent < form.partialImages else { return nil }
            sent += 1
            return sent - 1
        }
    }

    /// As for answers that come whole: what is being drawn may still finish.
    @Sendable private func stop() async throws -> ByteBuffer? {
        try await backend.stopped(job)
        return Self.frame(APIError(.unavailable, ServiceStopped()))
    }

    private static func frame(_ event: ImageStreamEvent) -> ByteBuffer { EventStream.frame(event.type.rawValue, WebJSON.data(event)) }
    private static func frame(_ error: APIError) -> ByteBuffer { EventStream.frame("error", error.streamedBody) }
}
