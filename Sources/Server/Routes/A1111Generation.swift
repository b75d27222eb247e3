internal import FoundationEssentials
internal import Generation
internal import Hummingbird
internal import Jobs
internal import WebAPI

/// A1111's routes that draw, and that tell what is drawn.
struct A1111Generation {
    let backend: Backend

    func add(to router: Router<ClientContext>) {
        let group = router.group("/sdapi/v1")
        for kind in A1111Request.Kind.allCases {
            group.post(.init(kind.rawValue)) { request, context in try await draw(kind, request, context) }
        }
        group.get("progress", use: progress)
        group.post("interrupt", use: interrupt)
        group.post("skip") { _, _ in
            await backend.jobs.skipRun()
            return Response(json: EmptyAnswer())
        }
        group.post("png-info", use: pictureInfo)
        group.post("interrogate") { _, _ -> Response in throw APIError.interrogation }
        for kind in ExtrasRequest.Kind.allCases {
            group.post(.init(kind.rawValue)) { request, context in try await enlarge(kind, request, context) }
        }
    }

    private func enlarge(_ kind: ExtrasRequest.Kind, _ request: Request, _ context: ClientContext) async throws -> Response {
        var request = request
        let body = try await backend.body(of: &request)
        let wanted = try await backend.read(context) { try ExtrasRequest(body: body, $0, kind: kind) }
        let job = try await backend.drawn(wanted.job, bringing: wanted.uploads, for: request, context)
        // Why there are fewer pictures than were sent.
        let warnings = job.warnings.map(\.description) + (job.state == .done ? [] : [job.failure].compactMap(\.self))
        let pictures = try await backend.pictures(of: job, as: wanted.format)
        let answer = try await offloaded {
            switch kind {
            case .single:
                guard let picture = pictures.first else { throw Backend.removed }
                return WebJSON.data(ExtrasAnswer(wanted, picture: picture, warnings: warnings))
            case .batch: return WebJSON.data(ExtrasBatchAnswer(wanted, pictures: pictures, warnings: warnings))
            }
        }
        return Response(json: answer)
    }

    private func draw(_ kind: A1111Request.Kind, _ request: Request, _ context: ClientContext) async throws -> Response {
        var request = request
        let body = try await backend.body(of: &request)
        let wanted = try await backend.read(context) { try A1111Request(body: body, $0, kind: kind) }
        let job: Job
        do {
            if !wanted.settingChanges.isEmpty {
                // No request changes settings that is then refused.
                try await backend.engine.validate(wanted.job)
                try await backend.change(wanted.settingChanges, isKept: false)
            }
            job = try await backend.drawn(wanted.job, bringing: wanted.uploads, for: request, context)
        } catch let error as InvalidRequest {
            throw wanted.named(error)
        }
        let pictures = wanted.sendsImages ? try await backend.pictures(of: job, as: wanted.format) : try await backend.descriptions(of: job)
        let model = await backend.catalog().models.first { $0.name == job.request.model }
        // Why there are fewer pictures than were asked for.
        let warnings = job.warnings.map(\.description) + (job.state == .done ? [] : [job.failure].compactMap(\.self))
        let version = "Easel \(backend.options.version)"
        let answer = try await offloaded {
            WebJSON.data(
                try A1111Answer(
                    wanted, pictures: pictures, warnings: warnings, model: model, finishedAt: job.endedAt ?? .now, version: version))
        }
        return Response(json: answer)
    }

    @Sendable private func progress(_ request: Request, _: ClientContext) async throws -> Response {
        let skipsImage = request.flag("skip_current_image")
        let drawing = DrawingProgress(await backend.jobs.progress)
        var answer = ProgressAnswer(drawing, skipsImage: true)
        if !skipsImage, let preview = drawing.previews.first { answer.currentImage = await backend.previews.base64(of: preview) }
        return Response(json: answer)
    }

    /// The client that waits gets what is finished.
    @Sendable private func interrupt(_: Request, _: ClientContext) async throws -> Response {
        try await backend.jobs.cancelRunning()
        return Response(json: EmptyAnswer())
    }

    @Sendable private func pictureInfo(_ request: Request, _: ClientContext) async throws -> Response {
        var request = request
        let body = try await backend.body(of: &request)
        let answer = try await offloaded { WebJSON.data(try PictureInfoAnswer(PictureInfoRequest(body: body))) }
        return Response(json: answer)
    }
}
