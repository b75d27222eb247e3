public import FoundationEssentials
public import Generation
import ImageCodecs
import Jobs
public import Logging

/// Models and devices that a worker draws with.
public protocol TicketPainter: Sendable {
    /// Gets a model, fetching it when it is not here, and whatever else the ticket needs.
    /// - Throws: `ModelUnfit` when the model is wrong wherever it comes from; anything else when it cannot be had here.
    func prepare(_ ticket: Ticket) async throws

    /// Draws a ticket. Cancelling the task stops within one step.
    /// - Returns: for each request its pictures, in order of their seeds, with their infotexts.
    func draw(_ ticket: Ticket, onEvent: @escaping @Sendable (GenerationEvent) -> Void) async throws -> [GenerationResult]

    /// The worker's report, without its busy slots.
    func presence() async -> Presence
}

/// A model that no machine can draw with: another one would find the same.
public struct ModelUnfit: Error, Sendable, CustomStringConvertible {
    /// The error as sentences for the client.
    public let description: String

    public init(_ description: String) { self.description = description }
}

/// Takes tickets and has them drawn, until it is told to stop.
///
/// `TicketChoice` decides where it asks, and `TicketWork` what it does with a ticket.
public actor TicketLoop {
    /// Time between two signs that a ticket is being drawn still: the broker gives it to another worker after 15 seconds without.
    static let signInterval = Duration.seconds(5)

    private let worker: WorkerID
    private let slots: Int
    private let dispatch: any WorkerDispatch
    private let painter: any TicketPainter
    private let logger: Logger
    private let now: @Sendable () -> Date
    private let sleep: @Sendable (Duration) async throws -> Void

    private var choice: TicketChoice
    private var busy: [TicketID: Task<Void, Never>] = [:]
    /// Drawing tasks, which a cancel stops.
    private var drawing: [TicketID: Task<[GenerationResult], any Error>] = [:]
    private var cancelled: Set<TicketID> = []
    private var isStopping = false
    private var isConnected = true
    /// The painter's latest report.
    private var presence: Presence?
    private var modelsOfGroups: [GroupToken: ContentHash] = [:]
    private var waiter: CheckedContinuation<Void, Never>?
    private var waiterTimer: Task<Void, Never>?

    /// - Parameters:
    ///   - slots: tickets that are drawn at the same time.
    ///   - mostWarmInARow: tickets of compiled groups, one after another, before others are asked first; the setting `queue_patience_jobs`.
    public init(
        _ worker: WorkerID, slots: Int = 1, mostWarmInARow: Int = 8, dispatch: any WorkerDispatch, painter: any TicketPainter,
        logger: Logger, now: @escaping @Sendable () -> Date = { .now },
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.worker = worker
        self.slots = max(1, slots)
        self.dispatch = dispatch
        self.painter = painter
        self.logger = logger
        self.now = now
        self.sleep = sleep
        choice = TicketChoice()
        choice.mostWarmInARow = max(1, mostWarmInARow)
    }

    /// Takes tickets until the task is cancelled. Tickets that are being drawn then are given back, so that other workers get them at once.
    public func run() async {
        let news = dispatch.news()
        await withTaskCancellationHandler {
            await withDiscardingTaskGroup { group in
                group.addTask { for await report in news { await self.hear(report) } }
                group.addTask { await self.tellPresence() }
                await takeTickets()
                group.cancelAll()
            }
        } onCancel: {
            Task { await self.stop() }
        }
        // Outside of the cancelled task: the broker still has to be told.
        let dispatch = dispatch
        await Task { await dispatch.leave() }.value
    }

    /// Takes no more tickets, and gives back those that are being drawn.
    public func stop() {
        isStopping = true
        for task in drawing.values { task.cancel() }
        wake()
    }

    private func hear(_ news: WorkerNews) async {
        switch news {
        case .hint(let hint): choice.heard(hint, at: now())
        case .group(let group): await learn([group])
        case .cancel(let ticket):
            guard busy[ticket] != nil else { return }
            cancelled.insert(ticket)
            drawing[ticket]?.cancel()
        case .connection(let isConnected):
            self.isConnected = isConnected
            if isConnected { await learnAll() }
        }
        wake()
    }

    private func learnAll() async {
        do {
            await learn(try await dispatch.groups())
        } catch {
            logger.warning("The groups of tickets cannot be read", metadata: ["error": "\(error)"])
        }
    }

    private func learn(_ groups: [GroupRecord]) async {
        for group in groups {
            choice.add(group.token)
            modelsOfGroups[group.token] = group.model
        }
        await look()
    }

    /// Asks the painter what is compiled and what is on the disk.
    private func look() async {
        let presence = await painter.presence()
        let models = Set(presence.models)
        choice.warm = presence.groups.filter(\.isWarm).map(\.token)
        choice.missing = Set(modelsOfGroups.filter { !models.contains($0.value) }.keys)
        self.presence = presence
    }

    // Taking

    private func takeTickets() async {
        await learnAll()
        while !isStopping {
            guard busy.count < slots, isConnected else {
                await wait(until: .distantFuture)
                continue
            }
            switch choice.next(at: now()) {
            case .wait(let time): await wait(until: time)
            case .pull(let consumer, let waiting): await pull(consumer, waiting)
            }
        }
        for task in busy.values { await task.value }
    }

    private func pull(_ consumer: TicketChoice.Consumer, _ waiting: Duration?) async {
        do {
            guard let delivery = try await dispatch.pull(consumer.ticketClass, consumer.group, waiting: waiting) else {
                return choice.gotNothing(consumer, at: now())
            }
            choice.got(consumer)
            await take(delivery, consumer)
        } catch {
            choice.gotNothing(consumer, at: now())
            logger.debug("A ticket could not be asked for", metadata: ["group": "\(consumer.group)", "error": "\(error)"])
            // A broker that refuses is not asked at once again.
            await wait(until: now().addingTimeInterval(1))
        }
    }

    private func take(_ delivery: TicketDelivery, _ consumer: TicketChoice.Consumer) async {
        let ticket: Ticket
        do {
            ticket = try Ticket(message: delivery.message)
            guard ticket.front == delivery.front else { throw MessageError.outOfBounds("the ticket names another front than its subject") }
        } catch {
            // A worker of another version may know it. When none does, the broker gives it up, and its front is told.
            logger.warning("A ticket is not understood, and left to others", metadata: ["error": "\(error)"])
            choice.avoid(consumer.group, until: now().addingTimeInterval(60))
            return await dispatch.nak(delivery.receipt, delay: TicketWork.handOver)
        }
        guard busy[ticket.id] == nil else {
            // The broker thinks that this worker is gone; it is not.
            return await dispatch.working(delivery.receipt)
        }
        busy[ticket.id] = Task {
            await work(on: ticket, delivery, consumer)
            busy[ticket.id] = nil
            cancelled.remove(ticket.id)
            await look()
            wake()
        }
    }

    // Working

    private func work(on ticket: Ticket, _ delivery: TicketDelivery, _ consumer: TicketChoice.Consumer) async {
        let (dispatch, worker, sleep) = (dispatch, worker, sleep)
        // A task of its own: a compile may take minutes.
        let signs = Task {
            while true {
                do { try await sleep(Self.signInterval) } catch { return }
                await dispatch.working(delivery.receipt)
                await dispatch.tell(TicketEvent(.alive, of: ticket.id, by: worker), to: ticket.front)
            }
        }
        defer { signs.cancel() }
        var work = TicketWork(deadline: ticket.deadline)
        var drawn: Drawn?
        while work.step != .finished {
            let report: TicketWork.Report
            switch work.step {
            case .lookForEnd: report = isStopping && work.ending == nil ? .stopped : await lookForEnd(of: ticket)
            case .prepare:
                await tell(.started(delivery: delivery.number), ticket)
                report = await prepare(ticket, consumer)
            case .draw:
                (report, drawn) = await draw(ticket)
            case .commit(let run):
                let commit = await commit(ticket, run, work.ending, drawn)
                if case .refused = commit, isStopping { report = .stopped } else { report = .committed(commit) }
            case .ack: report = await ack(delivery.receipt)
            case .giveBack(let delay):
                await dispatch.nak(delivery.receipt, delay: delay)
                await tell(.returned, ticket)
                let oldest = now()
                await dispatch.hint(TicketHint(consumer.ticketClass, consumer.group, oldest: oldest), for: ticket.front)
                report = .gaveBack
            case .finished: return
            }
            let before = work.step
            let next = work.next(after: report, at: now())
            // A step that did not work is not tried again at once.
            let isRepeated = next == before || { if case .commit = before, next == .lookForEnd { true } else { false } }()
            if isRepeated { try? await sleep(.seconds(1)) }
        }
    }

    private func tell(_ kind: TicketEvent.Kind, _ ticket: Ticket) async {
        await dispatch.tell(TicketEvent(kind, of: ticket.id, by: worker), to: ticket.front)
    }

    private func lookForEnd(of ticket: Ticket) async -> TicketWork.Report {
        do {
            // An end that is not understood is one all the same.
            guard let message = try await dispatch.end(of: ticket.id, for: ticket.front) else { return .found(nil) }
            let run = RunID()
            return .found((try? TicketEnd(message: message)) ?? TicketEnd(cancelled: ticket, by: worker, run))
        } catch {
            return .unreachable
        }
    }

    private func prepare(_ ticket: Ticket, _ consumer: TicketChoice.Consumer) async -> TicketWork.Report {
        do {
            try await painter.prepare(ticket)
            return cancelled.contains(ticket.id) ? .cancelled : isStopping ? .stopped : .prepared
        } catch let error as ModelUnfit {
            return .failed(PublicReason(error))
        } catch {
            logger.warning("A model cannot be had", metadata: ["model": "\(ticket.model.sha256)", "error": "\(error)"])
            choice.avoid(consumer.group, until: now().addingTimeInterval(60))
            return .cannotPrepare
        }
    }

    /// Pictures on their way.
    private struct Drawn: Sendable {
        let results: [DrawnResult]
        /// Parts of each picture.
        let pictures: [[ArraySlice<UInt8>]]
    }

    private func draw(_ ticket: Ticket) async -> (TicketWork.Report, Drawn?) {
        let (painter, events) = (painter, EventPost(ticket, worker, dispatch))
        let task = Task { try await painter.draw(ticket) { events.send($0) } }
        drawing[ticket.id] = task
        if cancelled.contains(ticket.id) || isStopping { task.cancel() }
        defer { drawing[ticket.id] = nil }
        do {
            let results = try await task.value
            await events.finish()
            await tell(.storing, ticket)
            // A picture of 1024² takes a tenth of a second.
            let drawn = try await Task.detached { try Self.files(of: results) }.value
            return (.drawn, drawn)
        } catch {
            await events.finish()
            if cancelled.contains(ticket.id) { return (.cancelled, nil) }
            if isStopping { return (.stopped, nil) }
            logger.warning("Drawing failed", metadata: ["ticket": "\(ticket.id)", "error": "\(error)"])
            return (.failed(PublicReason(error)), nil)
        }
    }

    private static func files(of results: [GenerationResult]) throws -> Drawn {
        var pictures: [[ArraySlice<UInt8>]] = []
        let drawn = try results.map { result in
            let files = try result.pictures.map { picture in
                let bytes = try picture.encoded(as: .png)
                let parts = Parts.split(bytes)
                pictures.append(parts)
                return PictureFile(
                    number: pictures.count - 1, sha256: ContentHash(of: bytes), bytes: bytes.count, parts: parts.count, format: .png)
            }
            return DrawnResult(result, files: files)
        }
        return Drawn(results: drawn, pictures: pictures)
    }

    private func commit(_ ticket: Ticket, _ run: RunID, _ ending: TicketWork.Ending?, _ drawn: Drawn?) async -> Commit {
        let end =
            switch ending {
            case .done: TicketEnd(of: ticket, by: worker, run, results: drawn?.results ?? [])
            case .failed(let reason): TicketEnd(of: ticket, by: worker, run, failed: reason)
            case .cancelled, nil: TicketEnd(cancelled: ticket, by: worker, run)
            }
        let commit = await dispatch.commit(end, end.outcome == .done ? drawn?.pictures ?? [] : [], for: ticket.front)
        if case .refused(let reason) = commit {
            logger.warning("Pictures could not be stored yet", metadata: ["ticket": "\(ticket.id)", "reason": "\(reason)"])
        }
        return commit
    }

    private func ack(_ receipt: Receipt) async -> TicketWork.Report {
        do {
            try await dispatch.ack(receipt)
            return .acked
        } catch {
            return .unreachable
        }
    }

    // Living

    private func tellPresence() async {
        while !Task.isCancelled {
            await look()
            guard var presence else { return }
            presence.slots = slots
            presence.busy = busy.count
            presence.isDraining = isStopping
            do {
                try await dispatch.tell(presence)
            } catch {
                logger.debug("The worker could not say that it lives", metadata: ["error": "\(error)"])
            }
            do { try await sleep(Presence.interval) } catch { return }
        }
    }

    /// Waits until a time, or until something happens.
    private func wait(until time: Date) async {
        let seconds = time.timeIntervalSince(now())
        guard seconds > 0, !isStopping else { return }
        if time != .distantFuture {
            waiterTimer = Task {
                do { try await sleep(.seconds(seconds)) } catch { return }
                wake()
            }
        }
        await withCheckedContinuation { waiter = $0 }
    }

    private func wake() {
        waiterTimer?.cancel()
        waiterTimer = nil
        waiter?.resume()
        waiter = nil
    }
}

/// Sends what a painter tells, in its order, without keeping the painter.
private final class EventPost: Sendable {
    private let events: AsyncStream<GenerationEvent>.Continuation
    private let sending: Task<Void, Never>

    init(_ ticket: Ticket, _ worker: WorkerID, _ dispatch: any WorkerDispatch) {
        // A slow broker costs steps in the display.
        let (stream, continuation) = AsyncStream.makeStream(of: GenerationEvent.self, bufferingPolicy: .bufferingNewest(64))
        events = continuation
        sending = Task {
            for await event in stream {
                guard let kind = TicketEvent.Kind(event) ?? Self.preview(event) else { continue }
                await dispatch.tell(TicketEvent(kind, of: ticket.id, by: worker), to: ticket.front)
            }
        }
    }

    func send(_ event: GenerationEvent) { events.yield(event) }

    func finish() async {
        events.finish()
        await sending.value
    }

    /// Sketches as files. They may lose a little, which nobody sees in a sketch.
    private static func preview(_ event: GenerationEvent) -> TicketEvent.Kind? {
        guard case .preview(let images) = event, images.count <= TicketEvent.mostPreviews else { return nil }
        let files = images.compactMap { try? $0.encoded(as: .webp, quality: ImageFormat.usualQuality) }
        // More than half of a message: the brokers' limit is 1 MB, and Base64 takes a third more.
        guard files.count == images.count, files.reduce(0, { $0 + $1.count }) <= TicketEvent.mostBytes / 2 else { return nil }
        return .preview(files)
    }
}
