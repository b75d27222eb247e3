internal import Crypto
internal import Files
internal import FoundationEssentials
internal import Generation
internal import HTTPTypes
internal import Hummingbird
internal import ImageCodecs
internal import Jobs
internal import NIOCore
internal import Settings
internal import Sheets
internal import Store
internal import WebAPI

/// Easel's own routes for grids: jobs of one request with each combination of some values, and the labelled sheet of their pictures.
struct GridRoutes {
    let backend: Backend

    func add(to router: Router<ClientContext>) {
        let group = router.group("/api/v1")
        group.post("grids", use: submit)
        group.get("grids/{id}", use: show)
        group.get("grids/{id}/sheet.png", use: sheet)
    }

    @Sendable private func submit(_ request: Request, _ context: ClientContext) async throws -> Response {
        var request = request
        let body = try await backend.body(of: &request)
        let submission = try await backend.read(context) { try GridSubmission(body: body, $0) }
        let (grid, wanted) = (submission.grid, submission.jobs)
        try await checkRoom(for: wanted.count)
        let size = PictureSize(
            width: wanted.map(\.generation.width).max() ?? 1, height: wanted.map(\.generation.height).max() ?? 1)
        try await offloaded { try Self.check(grid, cell: size) }
        try await backend.keep(submission.uploads)

        let id = JobID()
        var jobs: [Job] = []
        do {
            for cell in Grid.drawingOrder(of: wanted.map { ($0.model, $0.generation) }) {
                var job = wanted[cell]
                job.grid = GridCell(id, grid, cell: cell)
                jobs.append(try await backend.submit(job, context))
            }
        } catch {
            // All of a grid, or nothing.
            for job in jobs { _ = try? await backend.jobs.cancel(job.id) }
            throw error
        }
        let answer = try await self.answer(id, jobs)
        return Response(json: answer, status: .accepted, headers: [.location: answer.url])
    }

    /// - Throws: `QueueFull`, when not all jobs of a grid can wait.
    private func checkRoom(for count: Int) async throws {
        let capacity = backend.settings.current.queue.capacity
        let waiting = await backend.jobs.queueState.waitingCount
        guard waiting + count > capacity else { return }
        // No waiting helps a grid that is larger than the queue.
        guard count <= capacity else {
            throw APIError(
                .invalidValue, field: "axes", reason: ErrorReason(.tooManyCells, ["value": .init(count), "max": .init(capacity)]),
                "\(count) pictures are too many for a grid: \(capacity) jobs may wait (setting queue_capacity). Give an axis fewer values.")
        }
        throw QueueFull(capacity: capacity)
    }

    private static func check(_ grid: Grid, cell: PictureSize) throws {
        do throws(SheetError) {
            _ = try Sheet.size(of: grid, cell: cell)
        } catch {
            throw APIError(error, grid)
        }
    }

    @Sendable private func show(_: Request, _ context: ClientContext) async throws -> Response {
        let (id, jobs) = try await self.jobs(context)
        return Response(json: try await answer(id, jobs))
    }

    private func answer(_ id: JobID, _ jobs: [Job]) async throws -> GridAnswer {
        guard let grid = jobs.first?.request.grid?.grid else { throw APIError.noGrid(id.description) }
        let missing = try await offloaded { Sheet.missingCharacters(in: grid) }
        return GridAnswer(id, grid, jobs: jobs, missingCharacters: missing)
    }

    @Sendable private func sheet(_ request: Request, _ context: ClientContext) async throws -> Response {
        let (id, jobs) = try await self.jobs(context)
        guard let grid = jobs.first?.request.grid?.grid else { throw APIError.noGrid(id.description) }
        var places = [CellPlace](repeating: CellPlace(note: ""), count: grid.count)
        for job in jobs {
            guard let cell = job.request.grid?.cell, places.indices.contains(cell) else { continue }
            places[cell].note = job.state == .failed || job.state == .cancelled ? job.failure ?? "" : ""
            guard let id = job.pictures.first, let picture = try await backend.archive.picture(id) else { continue }
            places[cell].picture = picture
            places[cell].file = try backend.archive.pngFile(of: picture)
        }
        // The state of each cell: the sheet changes while cells are drawn.
        let parts = places.map { "\($0.picture.map { "\($0.id)" } ?? "") \($0.note)" }.joined(separator: "\n")
        let tag = "\"\(SHA256.hash(data: Data(parts.utf8)).prefix(16).hexadecimal)\""
        var headers: HTTPFields = [.eTag: tag, .cacheControl: "private, no-cache"]
        if request.knows(tag) { return Response(status: .notModified, headers: headers) }
        let png = try await backend.sheets.run { [places] in try Self.png(of: grid, places) }
        headers[.contentType] = "image/png"
        headers[.contentLength] = "\(png.count)"
        headers[.contentDisposition] = FileDisposition.header("inline", name: "easel-grid-\(id.description.prefix(12)).png")
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: png)))
    }

    private struct CellPlace {
        var picture: GalleryPicture?
        var file: URL?
        /// The text where no picture is.
        var note: String
    }

    /// Composes the sheet. Its size is checked before any picture is read.
    private static func png(of grid: Grid, _ places: [CellPlace]) throws -> [UInt8] {
        let sizes = places.compactMap { $0.picture?.details.content.size }
        if !sizes.isEmpty {
            try check(grid, cell: PictureSize(width: sizes.map(\.width).max() ?? 1, height: sizes.map(\.height).max() ?? 1))
        }
        let cells = places.map { place in
            // A file that was changed on the disk may have any size.
            guard let file = place.file, let size = place.picture?.details.content.size, let bytes = try? Data(contentsOf: file),
                let image = try? DecodedImage(decoding: [UInt8](bytes)).image, image.width == size.width, image.height == size.height
            else { return Sheet.Cell.note(place.note) }
            return .picture(image)
        }
        let image: RGBImage
        do throws(SheetError) {
            image = try Sheet(grid, cells: cells).drawn().image
        } catch {
            throw APIError(error, grid)
        }
        let infotext = places.lazy.compactMap(\.picture?.details.infotext).first.map { Infotext(parsing: $0).ofSheet(grid).description }
        return try image.encoded(as: .png, parameters: infotext)
    }

    /// The grid in the path, and its jobs.
    /// - Throws: `.notFound`
    private func jobs(_ context: ClientContext) async throws -> (id: JobID, jobs: [Job]) {
        let name = context.parameters.get("id") ?? ""
        guard let id = JobID(name) else { throw APIError.noGrid(name) }
        let jobs = try await backend.jobs.jobs(ofGrid: id)
        guard !jobs.isEmpty else { throw APIError.noGrid(name) }
        return (id, jobs)
    }
}

/// Sheets, one after another: each takes much memory while it is made.
actor SheetTurns {
    private var last: Task<Void, Never>?

    func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        let before = last
        let task = Task {
            await before?.value
            return try await offloaded(work)
        }
        last = Task { _ = await task.result }
        return try await task.value
    }
}

extension APIError {
    fileprivate static func noGrid(_ id: String) -> APIError {
        APIError(
            .notFound, field: "id", reason: ErrorReason(.unknownGrid, ["id": .init(id)]),
            "There is no such grid, or all of its jobs were removed.")
    }

    /// A sheet that cannot be made, named by the field whose axis is too long.
    fileprivate init(_ error: SheetError, _ grid: Grid) {
        switch error {
        case .noFont: self.init(.unexpected, reason: ErrorReason(.internal), error.description)
        case .tooLarge(let width, let height, let axis, _):
            self.init(
                .invalidValue, field: axis.map { grid.axes[$0].field } ?? "width",
                reason: ErrorReason(.sheetTooLarge, ["width": .init(width), "height": .init(height), "max": .init(Sheet.longestSide)]),
                error.description)
        }
    }
}
