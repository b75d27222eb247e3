import Files
import Jobs
import Settings

extension Route {
    static let ofEasel = ofJobs + ofImages + ofEngine + ofService + ofPage

    private static let ofJobs: [Route] = [
        Route(
            .post, "/api/v1/jobs", "Puts a job into the queue",
            parameters: [
                .header("Idempotency-Key", "a repeated POST with the same key and body gives the same job; another body is refused", key)
            ],
            body: .init(name: "JobSubmission", schema: JobSubmission.fields.schema(isOpen: false)),
            answer: .json(AcceptedAnswer.self, status: 202), errors: [.queueFull, .keyReused]),
        Route(
            .get, "/api/v1/jobs", "Lists jobs, the newest first",
            parameters: [.query("state", "only jobs in this state", .words(of: JobState.self))] + page,
            answer: .page(of: JobAnswer.self)),
        Route(.get, "/api/v1/jobs/{id}", "Tells of a job", parameters: [job], answer: .json(JobAnswer.self)),
        Route(
            .delete, "/api/v1/jobs/{id}", "Cancels a job; one that has ended stays as it is", parameters: [job],
            answer: .json(JobAnswer.self)),
        Route(
            .get, "/api/v1/jobs/{id}/events", "Sends what happens to a job, until it ends", parameters: [job, lastEvent, afterEvent],
            answer: .events, errors: [.tooManyStreams]),
        Route(
            .get, "/api/v1/events", "Sends what happens to all jobs, to the model that draws, and what fidelity checks find",
            parameters: [lastEvent, afterEvent],
            answer: .events, errors: [.tooManyStreams]),
    ]

    private static let ofImages: [Route] = [
        Route(
            .get, "/api/v1/images", "Lists pictures, the newest first",
            parameters: [.query("q", "only pictures with these words in their prompts")] + page,
            answer: .page(of: PictureAnswer.self)),
        Route(.get, "/api/v1/images/{id}", "Tells of a picture", parameters: [picture], answer: .json(PictureAnswer.self)),
        Route(.get, "/api/v1/images/{id}.png", "Sends a picture", parameters: [picture], answer: .file("image/png")),
        converted("jpg", "image/jpeg"), converted("jpeg", "image/jpeg"), converted("webp", "image/webp"),
        Route(.get, "/api/v1/images/{id}/thumb", "Sends a small copy of a picture", parameters: [picture], answer: .file("image/webp")),
        Route(.delete, "/api/v1/images/{id}", "Deletes a picture and its file", parameters: [picture]),
    ]

    private static func converted(_ ending: String, _ mediaType: String) -> Route {
        Route(
            .get, "/api/v1/images/{id}.\(ending)", "Sends a picture, converted",
            parameters: [picture, .query("quality", "0 to 100, 90 if it is not said", .whole(PictureQuality.range))],
            answer: .file(mediaType))
    }

    private static let ofEngine: [Route] = [
        Route(.get, "/api/v1/models", "Lists the models", answer: .json(ModelsAnswer.self)),
        Route(
            .post, "/api/v1/models/{name}/load", "Loads a model, and makes it the one that is used when none is named",
            parameters: [.path("name", "of the model, percent-encoded")], answer: .json(ModelsAnswer.self),
            errors: [.invalidValue, .unavailable]),
        Route(
            .post, "/api/v1/reload", "Drops all that is compiled of the current model, and compiles it anew",
            body: .init(name: "ReloadRequest", schema: ReloadRequest.fields.schema(isOpen: false), isRequired: false),
            errors: [.unavailable]),
        Route(
            .get, "/api/v1/devices", "Lists devices, and where the current model runs on them", answer: .json(DeviceSummaries.self),
            errors: [.unavailable]),
        Route(
            .get, "/api/v1/compilations", "Lists what is compiled: for which shape, device and precision, and why",
            answer: .json(CompilationSummaries.self)),
        Route(.delete, "/api/v1/compilations", "Drops all that is compiled and not in use", answer: .json(DroppedAnswer.self)),
        Route(
            .delete, "/api/v1/compilations/{id}", "Drops one of what is compiled", parameters: [.path("id", "of the compilation")],
            answer: .json(DroppedAnswer.self)),
        Route(.get, "/api/v1/fidelity", "Tells how far the devices are from CPU f32", answer: .json(FidelitySummary.self)),
        Route(
            .post, "/api/v1/fidelity/check", "Compares the devices with CPU f32 now", answer: .json(FidelitySummary.self),
            errors: [.unavailable]),
        Route(
            .post, "/api/v1/fidelity/compare",
            "Draws a picture on the CPU in f32 and as the settings have it, and shows both with their difference",
            body: .init(name: "ComparisonRequest", schema: ComparisonRequest.fields.schema(isOpen: false), isRequired: false),
            answer: .json(ComparisonSummary.self), errors: [.unavailable, .failed]),
        Route(
            .post, "/api/v1/prompt", "Tells how a prompt is read: tokens, chunks, weights",
            body: .init(name: "PromptRequest", schema: PromptRequest.fields.schema(isOpen: false)), answer: .json(PromptSummary.self),
            errors: [.unavailable]),
        Route(.get, "/api/v1/settings", "Lists the settings", answer: .json(SettingsAnswer.self)),
        Route(
            .put, "/api/v1/settings", "Changes settings, or none when one of them cannot be; the next job has them",
            body: .init(name: "SettingsChange", schema: SettingsChange.fields.schema(isOpen: false)), answer: .json(SettingsAnswer.self),
            errors: [.unavailable]),
    ]

    private static let ofService: [Route] = [
        Route(.get, "/healthz", "Tells that the server runs", isOpen: true, answer: .json(HealthAnswer.self)),
        Route(
            .get, "/readyz", "Tells whether a model is ready: 200, or 503 with the reason", isOpen: true,
            answer: .json(ReadinessAnswer.self)),
        Route(.get, "/metrics", "Sends figures for Prometheus", answer: .text("text/plain")),
        Route(.get, "/openapi.json", "Sends this document", answer: .anyObject),
    ]

    private static let ofPage: [Route] = [
        Route(.get, "/", "Sends the web page", answer: .text("text/html")),
        Route(
            .get, "/page/{name}", "Sends a file that the page consists of", parameters: [.path("name", "of the file")], answer: .text("*/*")
        ),
        Route(.get, "/favicon.ico", "Sends the page's icon", answer: .text("image/svg+xml")),
    ]

    private static let job = Parameter.path("id", "of the job", name(of: "^[0-9a-f]{32}$"))
    private static let picture = Parameter.path("id", "of the picture", name(of: "^[0-9a-f]{32}-[0-9]+$"))
    private static let lastEvent = Parameter.header("Last-Event-ID", "goes on after this event", .whole.with("minimum", .integer(0)))
    private static let afterEvent = Parameter.query(
        "after", "the same, for clients that cannot send headers", .whole.with("minimum", .integer(0)))
    private static let key = Schema.text.with("minLength", .integer(1)).with("maxLength", .integer(255))
    private static let page: [Parameter] = [
        .query("before", "`next` of the page before"), .query("limit", "how many, 50 if it is not said", .whole(ListQuery.limits)),
    ]

    private static func name(of pattern: String) -> Schema { .text.with("pattern", .string(pattern)) }
}
