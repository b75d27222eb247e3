public import FoundationEssentials
public import Generation
import ImageCodecs
public import Jobs
public import Logging

/// Knowledge of a front of its models: enough to tell workers what to draw with, and to refuse mistakes. Needs no device.
public protocol FrontModels: Sendable {
    /// Names what must be compiled for a request.
    func group(of request: JobRequest) async -> CompileGroup
    /// - Throws: `InvalidRequest`.
    func validate(_ request: JobRequest) async throws
    /// The model of a name, as workers are told of it.
    /// - Throws: when there is none, or its file cannot be read.
    func model(named name: String) async throws -> FleetModel
    /// The settings that pictures of a model depend on, and of these the ones that compiled networks depend on.
    func settings(forModel name: String) async -> (pictures: [String: String], networks: [String: String])
    /// Embeddings, styles and wildcards as one archive.
    func resources() async throws -> ContentHash?
}

/// Draws by giving tickets to workers on other machines.
///
/// A `TicketBook` decides; this actor tells it what happens, and takes the steps that it answers.
public actor FleetPainter: Painting {
    private let front: FrontRecord
    private let dispatch: any FrontDispatch
    private let models: any FrontModels
    private let window: ReleaseWindow
    private let settings: @Sendable () -> QueueSettings
    private let waitingCount: @Sendable () async -> Int
    private let logger: Logger
    private let now: @Sendable () -> Date
    private let sleep: @Sendable (Duration) async throws -> Void

    private var book: TicketBook
    private var places = ReleasePlaces()
    private var waitingDraws: [TicketBook.DrawID: WaitingDraw] = [:]
    /// Pictures that were fetched, until they are answered.
    private var fetched: [TicketBook.DrawID: [GenerationResult]] = [:]
    private var presences: [Presence] = []
    private var fronts: [FrontRecord] = []
    private var isConnected = false
    private var isLeaving = false
    private var toldGroups: [GroupToken: Date] = [:]
    private var placeWatchers: [Int: AsyncStream<[Worker]>.Continuation] = [:]
    private var lastWatcher = 0
    private var groupsOfPlaces: [Worker.ID: CompileGroup] = [:]

    private struct WaitingDraw {
        let answer: CheckedContinuation<[GenerationResult], any Error>
        let onEvent: @Sendable (GenerationEvent) -> Void
    }

    /// - Parameters:
    ///   - front: this front.
    ///   - settings: asked whenever they matter.
    ///   - waitingCount: number of jobs that wait at this front.
    ///   - sleep: for the pauses between two looks at the clock; throws when the task is cancelled.
    public init(
        _ front: FrontRecord, dispatch: any FrontDispatch, models: any FrontModels, window: ReleaseWindow = ReleaseWindow(),
        settings: @escaping @Sendable () -> QueueSettings = { QueueSettings() },
        waitingCount: @escaping @Sendable () async -> Int, logger: Logger,
        now: @escaping @Sendable () -> Date = { .now },
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.front = front
        self.dispatch = dispatch
        self.models = models
        self.window = window
        self.settings = settings
        self.waitingCount = waitingCount
        self.logger = logger
        self.now = now
        self.sleep = sleep
        book = TicketBook(front: front.front)
    }

    /// Takes up what an earlier process has released, then listens until the task is cancelled. Draws go on meanwhile.
    /// - Parameter unfinished: jobs that the archive has and that are not over. None of them may be drawn before this was called.
    public func run(unfinished: [Job]) async {
        let news = dispatch.news()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.listen(news, unfinished) }
            group.addTask {
                while !Task.isCancelled {
                    await self.tick()
                    do { try await self.sleep(.seconds(1)) } catch { return }
                }
            }
            group.addTask {
                while !Task.isCancelled {
                    let isTold = await self.tellFront()
                    do { try await self.sleep(isTold ? Presence.interval : .seconds(1)) } catch { return }
                }
            }
        }
        for watcher in placeWatchers.values { watcher.finish() }
    }

    /// Leaves tickets to the workers when their draws are cancelled from now on: the next process takes them up.
    public func leave() { isLeaving = true }

    private func listen(_ news: AsyncStream<FrontNews>, _ unfinished: [Job]) async {
        let runs = Dictionary(unfinished.map { ($0.id, $0.finishedRuns) }) { first, _ in first }
        var hasAdopted = false
        for await report in news {
            // No place is told before: what an earlier run has released is not released once more.
            while case .connection(true) = report, !hasAdopted, !Task.isCancelled {
                hasAdopted = await adopt(runs)
                if !hasAdopted { try? await sleep(.seconds(2)) }
            }
            hear(report)
        }
    }

    /// - Returns: false when the broker could not be read.
    private func adopt(_ unfinished: [JobID: Int]) async -> Bool {
        do {
            let found = try await dispatch.released()
            let ends = found.ends.values.compactMap { try? TicketEnd(message: $0) }
            follow { $0.adopt(found.tickets, ends: ends, unfinished: unfinished, at: $1) }
            if !found.tickets.isEmpty {
                logger.info("Tickets of an earlier run go on", metadata: ["tickets": "\(found.tickets.count)", "ends": "\(ends.count)"])
            }
            return true
        } catch {
            logger.warning("Tickets of an earlier run cannot be read", metadata: ["error": "\(error)"])
            return false
        }
    }

    private func hear(_ news: FrontNews) {
        switch news {
        case .end(let ticket, let message, let receipt):
            // Ends of tickets that were left belong to the next process.
            if isLeaving, !book.knows(ticket) { return }
            do {
                let end = try TicketEnd(message: message)
                guard end.ticket == ticket else { throw MessageError.outOfBounds("the end names another ticket than its subject") }
                follow { $0.ended(end, receipt, at: $1) }
            } catch {
                logger.warning("An end is not understood", metadata: ["ticket": "\(ticket)", "error": "\(error)"])
                let fault = error as? MessageError ?? .unreadable("TicketEnd", reason: "\(error)")
                follow { book, _ in book.unreadableEnd(ticket, receipt, fault) }
            }
        case .event(let event): follow { $0.heard(event, at: $1) }
        case .workers(let presences):
            self.presences = presences
            resize()
        case .fronts(let fronts):
            self.fronts = fronts
            resize()
        case .undeliverable(let ticket):
            logger.error("A ticket was delivered as often as it may be", metadata: ["ticket": "\(ticket)"])
            follow { book, _ in book.undeliverable(ticket) }
        case .connection(let isConnected):
            self.isConnected = isConnected
            logger.log(level: isConnected ? .info : .warning, isConnected ? "The fleet is reached" : "The fleet is out of reach")
            follow { book, now in
                book.connected(isConnected, at: now)
                return []
            }
            resize()
        }
    }

    private func tick() {
        follow { book, now in
            book.patience = settings().patience
            return book.tick(at: now)
        }
    }
}

// Places

extension FleetPainter {
    /// Places that tickets may be released for, told anew whenever they change.
    public nonisolated func workers() async -> AsyncStream<[Worker]> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            Task { await self.watch(continuation) }
        }
    }

    private func watch(_ continuation: AsyncStream<[Worker]>.Continuation) {
        lastWatcher += 1
        let watcher = lastWatcher
        placeWatchers[watcher] = continuation
        continuation.onTermination = { _ in Task { await self.unwatch(watcher) } }
        continuation.yield(told)
    }

    private func unwatch(_ watcher: Int) { placeWatchers[watcher] = nil }

    private var told: [Worker] {
        places.places.map { place in
            let id = "place \(place)"
            return Worker(id, group: groupsOfPlaces[id])
        }
    }

    /// Whether the broker can be reached.
    public var isReachable: Bool { isConnected }

    /// The workers that live, in order of their machines.
    public var livingWorkers: [Presence] { presences.sorted { ($0.machine, $0.worker.description) < ($1.machine, $1.worker.description) } }

    /// Jobs of this front that each worker draws.
    public func jobsOfWorkers() -> [WorkerID: [JobID]] { book.jobsOfWorkers() }

    /// Number of tickets that workers draw, or will draw next.
    public var releasedCount: Int { book.openCount }

    /// Releases nothing while the broker is out of reach: what waits may still be put into another order.
    private func resize() {
        let count = isConnected ? window.count(for: front, among: fronts, presences) : 0
        if places.resize(to: count) { tellPlaces() }
    }

    private func tellPlaces() {
        for watcher in placeWatchers.values { watcher.yield(told) }
    }

    private func set(_ worker: Worker.ID, isBusy: Bool) {
        guard let place = worker.split(separator: " ").last.flatMap({ Int($0) }) else { return }
        if places.set(place, isBusy: isBusy) { tellPlaces() }
    }
}

// Painting

extension FleetPainter {
    public nonisolated func group(of request: JobRequest) async -> CompileGroup { await models.group(of: request) }

    public nonisolated func validate(_ request: JobRequest) async throws { try await models.validate(request) }

    /// The median of what the workers report that know the group; 1 when none does.
    public func usefulBatchSize(of request: JobRequest) async -> Int {
        guard let token = try? await token(of: request).token else { return 1 }
        let sizes = presences.filter(\.takesTickets).flatMap { $0.groups.filter { $0.token == token }.map(\.usefulBatchSize) }.sorted()
        return sizes.isEmpty ? 1 : sizes[sizes.count / 2]
    }

    private func token(of request: JobRequest) async throws -> (token: GroupToken, model: FleetModel, shape: String) {
        let model = try await models.model(named: request.model)
        let group = await models.group(of: request)
        let networks = await models.settings(forModel: request.model).networks
        return (GroupToken(model: model.sha256, settings: networks, shape: group.shape), model, group.shape)
    }

    /// Has a worker draw an order.
    ///
    /// Cancelling the task takes the ticket back, unless `leave` was called.
    /// - Throws: `DrawingFailed` with the worker's reason; `CancellationError`; what the models throw.
    public func draw(
        _ order: DrawOrder, onEvent: @escaping @Sendable (GenerationEvent) -> Void
    ) async throws -> [GenerationResult] {
        guard let first = order.jobs.first else { return [] }
        let (token, model, shape) = try await token(of: first.request)
        await tell(GroupRecord(token, model: model.sha256, shape: shape))
        let plan = TicketBook.Plan(
            jobs: order.jobs.map(\.id), run: order.run, requests: order.requests, model: model, resources: try await models.resources(),
            settings: await models.settings(forModel: order.model).pictures, previews: order.previews, group: token,
            ticketClass: order.jobs.contains { $0.request.priority > 0 } ? .urgent : .normal,
            oldest: order.jobs.map(\.submittedAt).min() ?? now(), timeLimit: settings().jobTimeout * order.jobs.count)
        groupsOfPlaces[order.worker] = CompileGroup(model: order.model, shape: shape)
        set(order.worker, isBusy: true)
        defer { set(order.worker, isBusy: false) }
        try Task.checkCancellation()
        let (id, steps) = book.order(plan, at: now())
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { answer in
                waitingDraws[id] = WaitingDraw(answer: answer, onEvent: onEvent)
                carryOut(steps)
            }
        } onCancel: {
            Task { await self.cancel(id) }
        }
    }

    private func cancel(_ id: TicketBook.DrawID) {
        guard let draw = waitingDraws.removeValue(forKey: id) else { return }
        fetched[id] = nil
        if isLeaving {
            book.left(id)
        } else {
            follow { book, _ in book.cancelled(id) }
        }
        draw.answer.resume(throwing: CancellationError())
    }

    /// Returns at once: places have no devices.
    public func rest(_ worker: Worker.ID) async {}

    /// The archive has the pictures of a job's first runs.
    /// - Parameter runs: number of runs; nil when the job is over.
    func settled(_ job: JobID, runs: Int?) { follow { book, _ in book.settled(job, runs: runs) } }

    private func tell(_ group: GroupRecord) async {
        if let told = toldGroups[group.token], now().timeIntervalSince(told) < 86_400 { return }
        do {
            try await dispatch.tell(group)
            toldGroups[group.token] = now()
        } catch {
            logger.warning("Workers could not be told of a group", metadata: ["group": "\(group.token)", "error": "\(error)"])
        }
    }

    /// - Returns: whether the broker has it.
    private func tellFront() async -> Bool {
        var record = front
        record.waiting = await waitingCount()
        do {
            try await dispatch.tell(record)
            return true
        } catch {
            logger.debug("The front could not say that it lives", metadata: ["error": "\(error)"])
            return false
        }
    }
}

// The steps

extension FleetPainter {
    private func follow(_ tell: (inout TicketBook, Date) -> [TicketBook.Step]) { carryOut(tell(&book, now())) }

    private func carryOut(_ steps: [TicketBook.Step]) {
        for step in steps {
            switch step {
            case .release(let release): Task { await self.release(release) }
            case .withdraw(let ticket, let place): attempt("A ticket could not be taken back") { try await $0.withdraw(ticket, at: place) }
            case .cancel(let ticket): Task { await dispatch.cancel(ticket) }
            case .look(let ticket, let place): Task { await look(ticket, place) }
            case .fetch(let id, let end): Task { await fetch(id, end) }
            case .answer(let id, let answer): self.answer(id, answer)
            case .tell(let id, let kind): tell(id, kind)
            case .ack(let receipt): attempt("An end could not be acknowledged") { try await $0.ack(receipt) }
            case .discardParts(let ticket): attempt("Pictures could not be removed") { try await $0.discardParts(of: ticket) }
            }
        }
    }

    /// Does what may fail without harm: the broker removes everything by itself in time, and an end that comes again is known.
    private func attempt(_ failure: Logger.Message, _ act: @escaping @Sendable (any FrontDispatch) async throws -> Void) {
        Task {
            do {
                try await act(dispatch)
            } catch {
                logger.debug(failure, metadata: ["error": "\(error)"])
            }
        }
    }

    private func release(_ release: Release) async {
        do {
            let place = try await dispatch.release(release)
            follow { $0.released(release.ticket.id, at: place, $1) }
        } catch {
            logger.warning("A ticket could not be released", metadata: ["ticket": "\(release.ticket.id)", "error": "\(error)"])
            follow { book, now in
                book.couldNotRelease(release.ticket.id, at: now)
                return []
            }
        }
    }

    private func look(_ ticket: TicketID, _ place: UInt64) async {
        guard let isThere = try? await dispatch.isReleased(ticket, at: place) else { return }
        if !isThere { logger.warning("A ticket is lost, and released again", metadata: ["ticket": "\(ticket)"]) }
        follow { $0.found(ticket, isThere: isThere, at: $1) }
    }

    private func fetch(_ id: TicketBook.DrawID, _ end: TicketEnd) async {
        do {
            var results: [GenerationResult] = []
            for result in end.results {
                var images: [(image: RGBImage, alpha: [UInt8]?)] = []
                for picture in result.pictures {
                    let file = try Parts.joined(try await dispatch.parts(of: picture.file, in: end.ticket), as: picture.file)
                    // Decoding takes tens of milliseconds, and the front has other things to answer meanwhile.
                    let decoded = try await Task.detached { try DecodedImage(decoding: file) }.value
                    images.append((decoded.image, decoded.alpha))
                }
                results.append(result.result(with: images))
            }
            guard waitingDraws[id] != nil else { return }
            fetched[id] = results
            follow { book, _ in book.fetched(id, end.ticket) }
            fetched[id] = nil
        } catch {
            logger.warning("Pictures could not be fetched", metadata: ["ticket": "\(end.ticket)", "error": "\(error)"])
            let isDamaged = error is PictureDamaged || error is ImageCodecError
            follow { $0.couldNotFetch(id, end.ticket, isDamaged ? .damaged : .unreachable, at: $1) }
        }
    }

    private func answer(_ id: TicketBook.DrawID, _ answer: TicketBook.Answer) {
        guard let draw = waitingDraws.removeValue(forKey: id) else { return }
        switch answer {
        case .drawn: draw.answer.resume(returning: fetched.removeValue(forKey: id) ?? [])
        case .failed(let reason): draw.answer.resume(throwing: DrawingFailed(reason))
        }
    }

    private func tell(_ id: TicketBook.DrawID, _ kind: TicketEvent.Kind) {
        guard let draw = waitingDraws[id] else { return }
        if let event = kind.generationEvent { return draw.onEvent(event) }
        guard case .preview(let files) = kind else { return }
        // A few kilobytes each.
        let images = files.compactMap { try? DecodedImage(decoding: $0, pixelLimit: 1 << 20).image }
        if !images.isEmpty, images.count == files.count { draw.onEvent(.preview(images)) }
    }
}

/// A worker could not draw.
struct DrawingFailed: ReasonedError, CustomStringConvertible {
    let errorReason: ErrorReason
    /// The worker's sentences.
    let description: String

    init(_ reason: PublicReason) { (errorReason, description) = (reason.reason, reason.description) }
}
