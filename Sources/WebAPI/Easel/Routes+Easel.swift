import Files
import Generation
import Jobs
import Settings

extension Route {
    static let ofEasel = ofJobs + ofGrids + ofInputs + ofImages + ofEngine + ofFleet + ofDownloads + ofService + ofPage

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
        Route(
            .delete, "/api/v1/jobs", "Cancels all jobs that wait",
            parameters: [.query("state", "queued", .words([JobState.queued.rawValue]))], answer: .json(CancelledAnswer.self)),
        Route(.get, "/api/v1/jobs/{id}", "Tells of a job", parameters: [job], answer: .json(JobAnswer.self)),
        Route(
            .patch, "/api/v1/jobs/{id}", "Gives a job that waits another place; it and all before it then come in that order",
            parameters: [job], body: .init(name: "JobChange", schema: JobChange.fields.schema(isOpen: false)),
            answer: .json(JobAnswer.self), errors: [.notWaiting]),
        Route(.get, "/api/v1/queue", "Tells how many jobs wait and run, and how long they take", answer: .json(QueueAnswer.self)),
        Route(
            .put, "/api/v1/queue", "Pauses the queue, or lets it go on; what is drawn goes on to its end, and a restart ends the pause",
            body: .init(name: "QueueChange", schema: QueueChange.fields.schema(isOpen: false)), answer: .json(QueueAnswer.self)),
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

    private static let ofGrids: [Route] = [
        Route(
            .post, "/api/v1/grids", "Puts a job for each combination of values into the queue",
            body: .init(name: "GridSubmission", schema: GridSubmission.fields.schema(isOpen: false)),
            answer: .json(GridAnswer.self, status: 202), errors: [.queueFull]),
        Route(.get, "/api/v1/grids/{id}", "Tells of a grid and its cells", parameters: [grid], answer: .json(GridAnswer.self)),
        Route(
            .get, "/api/v1/grids/{id}/sheet.png", "Sends what is finished of a grid as one labelled picture", parameters: [grid],
            answer: .file("image/png"), errors: [.invalidValue]),
    ]

    private static let ofInputs: [Route] = [
        Route(
            .post, "/api/v1/inputs", "Keeps a picture to begin with, which jobs then name by its id",
            body: .init(
                name: "PictureFile", schema: .text.with("format", .string("binary")), mediaType: "application/octet-stream"),
            answer: .json(InputAnswer.self, status: 201)),
        Route(
            .get, "/api/v1/inputs/{id}", "Sends a picture to begin with, as it came",
            parameters: [.path("id", "of the picture", name(of: "^[0-9a-f]{64}$"))], answer: .file("image/*")),
    ]

    private static let ofImages: [Route] = [
        Route(
            .get, "/api/v1/images", "Lists pictures, the newest first", parameters: ofGallery + page,
            answer: .json(PicturePageAnswer.self)),
        Route(
            .get, "/api/v1/images/facets", "Lists models, samplers, albums and days of the pictures, with the number of pictures of each",
            answer: .json(FacetsAnswer.self)),
        Route(
            .post, "/api/v1/images/change", "Makes pictures favourites or not, adds them to an album, takes them out of one",
            body: .init(name: "PicturesChange", schema: PicturesChange.fields.schema(isOpen: false)), answer: .json(ChangedAnswer.self)),
        Route(
            .post, "/api/v1/images/delete", "Deletes pictures and their files",
            body: .init(name: "PictureChoice", schema: PictureChoice.fields.schema(isOpen: false)), answer: .json(DeletedAnswer.self)),
        Route(
            .post, "/api/v1/images/zip", "Sends pictures as a zip file; a text file inside names those that are not there",
            body: .init(name: "PictureChoice", schema: PictureChoice.fields.schema(isOpen: false), isFormToo: true),
            answer: .file("application/zip"), errors: [.notFound]),
        Route(.get, "/api/v1/images/{id}", "Tells of a picture", parameters: [picture], answer: .json(PictureAnswer.self)),
        Route(.get, "/api/v1/images/{id}.png", "Sends a picture", parameters: [picture], answer: .file("image/png")),
        converted("jpg", "image/jpeg"), converted("jpeg", "image/jpeg"), converted("webp", "image/webp"),
        Route(.get, "/api/v1/images/{id}/thumb", "Sends a small copy of a picture", parameters: [picture], answer: .file("image/webp")),
        Route(
            .patch, "/api/v1/images/{id}", "Makes a picture a favourite or not, or says which albums it is in", parameters: [picture],
            body: .init(name: "PictureChange", schema: PictureChange.fields.schema(isOpen: false)), answer: .json(PictureAnswer.self)),
        Route(.delete, "/api/v1/images/{id}", "Deletes a picture and its file", parameters: [picture]),
        Route(
            .patch, "/api/v1/albums/{name}", "Gives an album another name", parameters: [album],
            body: .init(name: "AlbumChange", schema: AlbumChange.fields.schema(isOpen: false)), answer: .json(FacetsAnswer.Value.self),
            errors: [.nameTaken]),
        Route(.delete, "/api/v1/albums/{name}", "Deletes an album; its pictures stay", parameters: [album]),
    ]

    private static let ofGallery: [Parameter] = [
        .query(
            "q", "only pictures with these words in their prompts or parameters; `seed:123`, `model:name`, `sampler:\"DPM++ 2M\"`, "
                + "`size:512x768`, `steps:20` and `cfg:7` narrow it down; in quotation marks: the whole name, or words as they stand"),
        .query("model", "only pictures of this model"), .query("sampler", "only pictures of this sampler"),
        .query("favourite", "`true`: only favourites", .flag), .query("album", "only pictures of this album"),
        .query("from", "only pictures of this day or later, in the server's time zone", day),
        .query("to", "only pictures of this day or earlier", day),
        .query("job", "only pictures of this job", name(of: "^[0-9a-f]{32}$")),
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
            .get, "/api/v1/upscalers", "Lists the upscalers of pictures, and the folders in which their files are looked for",
            answer: .json(UpscalersAnswer.self)),
        Route(
            .get, "/api/v1/loras", "Lists the LoRAs, which prompts name as <lora:NAME:0.8>, and the folders in which they are looked for",
            answer: .json(LoRAsAnswer.self)),
        Route(
            .get, "/api/v1/loras/{name}/preview", "Sends the picture beside a LoRA's file",
            parameters: [.path("name", "of the LoRA, percent-encoded")], answer: .file("image/*"), errors: [.notFound]),
        Route(
            .post, "/api/v1/models/{name}/load", "Loads a model, and makes it the one that is used when none is named",
            parameters: [.path("name", "of the model, percent-encoded")], answer: .json(ModelsAnswer.self),
            errors: [.invalidValue, .unavailable]),
        Route(
            .put, "/api/v1/models/{name}/defaults",
            "Saves what a request gets that leaves it out, when it is drawn with this model; null for what the file beside the model says",
            parameters: [.path("name", "of the model, percent-encoded")],
            body: .init(name: "ModelDefaultsOrNull", schema: ModelDefaults.requestFields.schema(isOpen: false).orNull),
            answer: .json(ModelSummary.self), errors: [.failed]),
        Route(.post, "/api/v1/models/refresh", "Reads the model folders anew", answer: .json(ModelsAnswer.self)),
        Route(
            .post, "/api/v1/reload", "Drops all that is compiled of the current model, and compiles it anew",
            body: .init(name: "ReloadRequest", schema: ReloadRequest.fields.schema(isOpen: false), isRequired: false),
            errors: [.unavailable]),
        Route(
            .get, "/api/v1/devices", "Lists devices, where the current model runs on them, or why none is loaded, and memory",
            answer: .json(DeviceSummaries.self)),
        Route(
            .get, "/api/v1/workers", "Lists the workers that draw side by side: the jobs and devices of each",
            answer: .json(WorkersAnswer.self)),
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
            .post, "/api/v1/prompt", "Tells how a prompt is read: styles and wildcards, parts, schedules, tokens, and what is likely not meant",
            body: .init(name: "PromptRequest", schema: PromptRequest.fields.schema(isOpen: false)), answer: .json(PromptSummary.self),
            errors: [.unavailable]),
        Route(
            .get, "/api/v1/prompt/words", "Lists what prompts can name: wildcards, textual inversions, styles",
            answer: .json(PromptWordsAnswer.self)),
        Route(
            .post, "/api/v1/styles", "Saves a style in the styles file",
            body: .init(name: "StyleSubmission", schema: StyleSubmission.fields.schema(isOpen: false)),
            answer: .json(PromptResourceSummary.Style.self, status: 201), errors: [.nameTaken, .failed]),
        Route(.get, "/api/v1/settings", "Lists the settings", answer: .json(SettingsAnswer.self)),
        Route(
            .put, "/api/v1/settings", "Changes settings, or none when one of them cannot be; the next job has them",
            body: .init(name: "SettingsChange", schema: SettingsChange.fields.schema(isOpen: false)), answer: .json(SettingsAnswer.self),
            errors: [.unavailable]),
        Route(
            .delete, "/api/v1/settings/{key}", "Gives a setting back its default; the next job has it",
            parameters: [
                .path("key", "of the setting"), .query("keep", "whether the next start has it too; false, if it is not said", .flag),
            ], answer: .json(SettingsAnswer.self), errors: [.unavailable]),
    ]

    private static let ofFleet: [Route] = [
        Route(
            .get, "/api/v1/blobs/{sha256}", "Sends a file of a model to workers on other machines, where the server has a queue for them",
            parameters: [
                .path("sha256", "of the file", name(of: "^[0-9a-f]{64}$")),
                .header("Range", "one piece of the file: `bytes=100-`", .text),
                .header("If-Range", "the ETag, so that the whole file comes when it is another one", .text),
            ], answer: .file("application/octet-stream"), errors: [.notFound]),
    ]

    private static let ofDownloads: [Route] = [
        Route(
            .post, "/api/v1/models/look", "Asks a hub what a model is, how large, and under which license; fetches nothing",
            body: .init(name: "DownloadSubmission", schema: DownloadSubmission.fields.schema(isOpen: false)),
            answer: .json(ModelDownload.self), errors: [.unavailable, .notFound, .nameTaken, .failed]),
        Route(
            .post, "/api/v1/models/get", "Fetches a model from a hub, where the operator allows it (setting model_downloads)",
            body: .init(name: "DownloadSubmission", schema: DownloadSubmission.fields.schema(isOpen: false)),
            answer: .json(ModelDownload.self, status: 202), errors: [.unavailable, .notFound, .nameTaken, .failed, .queueFull]),
        Route(.get, "/api/v1/downloads", "Lists the models that are fetched, and those that were", answer: .json(DownloadsAnswer.self)),
        Route(
            .delete, "/api/v1/downloads/{id}", "Ends a download and deletes what has come of it; one that is over leaves the list",
            parameters: [.path("id", "of the download")], answer: .json(ModelDownload.self)),
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
        Route(.get, "/api/v1/session", "Tells who asks, and whether they can log out", answer: .json(SessionAnswer.self)),
        Route(
            .get, "/login", "Sends the form to log in; redirects where nobody has to, and who has already", isOpen: true,
            parameters: [.query("next", "the path to go to afterwards"), .query("lang", "en or zh")],
            answer: .text("text/html"), isForPeople: true),
        Route(
            .post, "/login", "Begins a session, which a cookie holds, and redirects", isOpen: true,
            body: .init(
                name: "LoginForm", schema: loginFields.schema(isOpen: true), mediaType: "application/x-www-form-urlencoded",
                isRequired: false),
            answer: .redirect, isForPeople: true),
        Route(.post, "/logout", "Ends the session, and redirects to the form", answer: .redirect, isForPeople: true),
        Route(.get, "/", "Sends the web page", answer: .text("text/html")),
        Route(
            .get, "/page/{name}", "Sends a file that the page consists of", parameters: [.path("name", "of the file")], answer: .text("*/*")
        ),
        Route(
            .get, "/page/kept/{version}/{name}", "Sends the same file; browsers keep it when the version is the program's",
            parameters: [.path("version", "of the page's files"), .path("name", "of the file")], answer: .text("*/*")),
        Route(.get, "/favicon.ico", "Sends the page's icon", answer: .text("image/svg+xml")),
    ]

    private static let loginFields = [
        RequestField("name", .text, "of the user; any with a key"), RequestField("password", .text, "or a key"),
        RequestField("next", .text, "the path to go to afterwards"), RequestField("lang", .text, "en or zh"),
    ]
    private static let job = Parameter.path("id", "of the job", name(of: "^[0-9a-f]{32}$"))
    private static let grid = Parameter.path("id", "of the grid", name(of: "^[0-9a-f]{32}$"))
    private static let album = Parameter.path("name", "of the album, percent-encoded")
    private static let picture = Parameter.path("id", "of the picture", name(of: "^[0-9a-f]{32}-[0-9]+$"))
    private static let lastEvent = Parameter.header("Last-Event-ID", "goes on after this event", .whole.with("minimum", .integer(0)))
    private static let afterEvent = Parameter.query(
        "after", "the same, for clients that cannot send headers", .whole.with("minimum", .integer(0)))
    private static let day = Schema.text.with("format", .string("date"))
    private static let key = Schema.text.with("minLength", .integer(1)).with("maxLength", .integer(255))
    private static let page: [Parameter] = [
        .query("before", "`next` of the page before"), .query("limit", "how many, 50 if it is not said", .whole(ListQuery.limits)),
    ]

    private static func name(of pattern: String) -> Schema { .text.with("pattern", .string(pattern)) }
}
