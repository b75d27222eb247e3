import FoundationEssentials
import Generation
import Jobs

/// Decides what becomes of a front's tickets. A plain value: no clock, no tasks, no broker.
///
/// Its owner tells it what has happened, and when. It returns the steps to take; how a step ended is told later.
///
///     a draw:  releasing → waiting → begun → ended → answered → gone
///                  ↑__________|________|                        (released again with a new number)
///
/// A draw may have several tickets, of which the latest is `current`. The first end of any of them counts.
struct TicketBook: Sendable {
    /// Number of a draw.
    typealias DrawID = Int

    /// Requests that are to be drawn as one ticket.
    struct Plan: Sendable {
        var jobs: [JobID]
        /// Run of the jobs, from 0.
        var run: Int
        var requests: [GenerationRequest]
        var model: FleetModel
        var resources: ContentHash?
        var settings: [String: String] = [:]
        var previews = PreviewSchedule.none
        var group: GroupToken
        var ticketClass: TicketClass
        /// Time at which the oldest job was submitted.
        var oldest: Date
        /// Time from a release to its deadline.
        var timeLimit: Duration
    }

    /// Something that the owner is to do.
    enum Step: Sendable {
        /// Release a ticket. `released` or `couldNotRelease` is told.
        case release(Release)
        /// Take a ticket out of the stream.
        case withdraw(TicketID, UInt64)
        /// Tell a ticket's worker that nobody wants it.
        case cancel(TicketID)
        /// Look whether a ticket is in the stream. `found` is told.
        case look(TicketID, UInt64)
        /// Fetch the pictures of an end. `fetched` or `couldNotFetch` is told.
        case fetch(DrawID, TicketEnd)
        /// Answer the draw.
        case answer(DrawID, Answer)
        /// Tell those who watch the draw.
        case tell(DrawID, TicketEvent.Kind)
        case ack(Receipt)
        case discardParts(TicketID)
    }

    /// End of a draw.
    enum Answer: Sendable {
        /// Drawn: the pictures that were fetched last.
        case drawn
        case failed(PublicReason)
    }

    /// A step that could not be taken.
    enum FetchFailure: Sendable {
        /// The broker does not answer.
        case unreachable
        /// The pictures are not there, or are not those that the worker told of.
        case damaged
    }

    /// Time without a word of a ticket that was begun, after which it is released again.
    static let silence = 60.0
    /// Times that a ticket is begun before it is given up.
    static let mostBegins = 3
    /// Time before something that did not work is tried again.
    static let pause = 2.0

    fileprivate struct Draw: Sendable {
        /// nil for one of an earlier process that nobody has asked for yet.
        var plan: Plan?
        let jobs: [JobID]
        let run: Int
        /// Whether somebody waits for the answer.
        var isWanted: Bool
        /// Jobs that the archive does not have yet.
        var unsettled: Set<JobID>
        /// All releases, with their places in the stream as far as they are known.
        var places: [TicketID: UInt64?] = [:]
        var current: TicketID
        var phase: Phase
        /// Times that it was begun and not given back.
        var begins = 0
        /// Deliveries that were begun: each counts once.
        var begun: Set<Begin> = []
    }

    fileprivate struct Begin: Hashable, Sendable {
        let ticket: TicketID
        let worker: WorkerID
        let delivery: Int
    }

    fileprivate enum Phase: Sendable {
        case releasing(Release)
        /// Could not be released: tried again after a time.
        case held(Release, until: Date)
        /// In the stream, looked at last at a time.
        case waiting(since: Date, looked: Date)
        case begun(heard: Date)
        /// An end is there. Its pictures are being fetched when somebody wants them, or are to be fetched again after a time.
        case ended(TicketEnd, Receipt?, retry: Date?)
        /// Answered; the end is acknowledged once the archive has it.
        case answered(TicketID, Receipt?)
    }

    let front: FrontID
    /// Time after which a waiting ticket becomes urgent.
    var patience = Duration.seconds(300)
    private var draws: [DrawID: Draw] = [:]
    private var owners: [TicketID: DrawID] = [:]
    private var lastDraw = 0
    private var lastRelease = 0
    private(set) var isConnected = true

    init(front: FrontID) { self.front = front }

    /// Draws that are not over.
    var count: Int { draws.count }

    /// Draws that no end is known of: each has a ticket with the workers, or is about to.
    var openCount: Int { draws.values.count(where: \.isOpen) }

    /// Whether a ticket is one of a draw that is not over.
    func knows(_ ticket: TicketID) -> Bool { owners[ticket] != nil }

    // Orders

    /// Draws something: takes up what an earlier process released for the same jobs, else releases a ticket.
    mutating func order(_ plan: Plan, at now: Date) -> (draw: DrawID, steps: [Step]) {
        if let known = draws.first(where: { !$0.value.isWanted && $0.value.jobs == plan.jobs && $0.value.run == plan.run }) {
            draws[known.key]?.isWanted = true
            draws[known.key]?.plan = plan
            if case .ended(let end, let receipt, _) = known.value.phase {
                return (known.key, conclude(known.key, end, receipt, at: now))
            }
            return (known.key, [])
        }
        // Pictures of other batches of these jobs are of no use.
        var steps: [Step] = []
        for (id, draw) in draws where !draw.isWanted && draw.run == plan.run && !Set(draw.jobs).isDisjoint(with: plan.jobs) {
            steps += drop(id)
        }
        lastDraw += 1
        let id = lastDraw
        let release = release(plan, at: now)
        draws[id] = Draw(
            plan: plan, jobs: plan.jobs, run: plan.run, isWanted: true, unsettled: Set(plan.jobs), current: release.ticket.id,
            phase: .releasing(release))
        note(release.ticket.id, of: id)
        return (id, steps + [.release(release)])
    }

    /// Nobody wants a draw any more.
    mutating func cancelled(_ id: DrawID) -> [Step] {
        guard let draw = draws[id], !draw.isAnswered else { return [] }
        return drop(id)
    }

    /// Nobody waits for a draw any more, but its ticket is left to the workers: the next process takes it up.
    mutating func left(_ id: DrawID) {
        guard let draw = draws.removeValue(forKey: id) else { return }
        for ticket in draw.places.keys { owners[ticket] = nil }
    }

    /// The archive has the pictures of a job's first runs, or all that it will ever have.
    /// - Parameter runs: number of runs; nil when the job is over.
    mutating func settled(_ job: JobID, runs: Int?) -> [Step] {
        var steps: [Step] = []
        for (id, draw) in draws where draw.unsettled.contains(job) && (runs.map { draw.run < $0 } ?? true) {
            draws[id]?.unsettled.remove(job)
            guard draws[id]?.unsettled.isEmpty == true else { continue }
            if draw.isAnswered || !draw.isWanted { steps += drop(id) }
        }
        return steps
    }

    /// Jobs that are drawn, by the worker that has begun them last.
    func jobsOfWorkers() -> [WorkerID: [JobID]] {
        var jobs: [WorkerID: [JobID]] = [:]
        for (_, draw) in draws.sorted(by: { $0.key < $1.key }) {
            guard case .begun = draw.phase,
                let begin = draw.begun.filter({ $0.ticket == draw.current }).max(by: { $0.delivery < $1.delivery })
            else { continue }
            jobs[begin.worker, default: []] += draw.jobs
        }
        return jobs
    }

    // The broker

    mutating func released(_ ticket: TicketID, at place: UInt64, _ now: Date) -> [Step] {
        guard let id = owners[ticket], draws[id] != nil else { return [.withdraw(ticket, place), .cancel(ticket)] }
        draws[id]?.places[ticket] = place
        if case .releasing(let release)? = draws[id]?.phase, release.ticket.id == ticket {
            draws[id]?.phase = .waiting(since: now, looked: now)
        }
        return []
    }

    mutating func couldNotRelease(_ ticket: TicketID, at now: Date) {
        guard let id = owners[ticket], case .releasing(let release)? = draws[id]?.phase, release.ticket.id == ticket else { return }
        draws[id]?.phase = .held(release, until: now.addingTimeInterval(Self.pause))
    }

    mutating func heard(_ event: TicketEvent, at now: Date) -> [Step] {
        guard let id = owners[event.ticket], var draw = draws[id], draw.current == event.ticket else { return [] }
        switch draw.phase {
        case .releasing, .waiting, .begun: break
        case .held, .ended, .answered: return []
        }
        switch event.kind {
        case .started(let delivery):
            guard draw.begun.insert(Begin(ticket: event.ticket, worker: event.worker, delivery: delivery)).inserted else { break }
            draw.begins += 1
            draws[id] = draw
            if draw.begins > Self.mostBegins { return giveUp(id) }
            draw.phase = .begun(heard: now)
        case .returned:
            draw.begins = max(0, draw.begins - 1)
            draw.phase = .waiting(since: now, looked: now)
        default:
            // The word of the start may have been lost.
            draw.begins = max(1, draw.begins)
            draw.phase = .begun(heard: now)
        }
        draws[id] = draw
        return [.tell(id, event.kind)]
    }

    /// An end of a ticket has come, perhaps not for the first time.
    /// - Parameter receipt: nil for one that was read, not delivered.
    mutating func ended(_ end: TicketEnd, _ receipt: Receipt?, at now: Date) -> [Step] {
        guard let id = owners[end.ticket], let draw = draws[id], end.jobs == draw.jobs else { return dismiss(end.ticket, receipt) }
        switch draw.phase {
        case .ended(let known, _, let retry):
            guard known.ticket == end.ticket else { return dismiss(end.ticket, receipt) }
            draws[id]?.phase = .ended(known, receipt, retry: retry)
            return []
        case .answered(let ticket, _):
            guard ticket == end.ticket else { return dismiss(end.ticket, receipt) }
            draws[id]?.phase = .answered(ticket, receipt)
            return []
        case .releasing, .held, .waiting, .begun: break
        }
        let isCurrent = end.ticket == draw.current
        switch end.outcome {
        case .done: return conclude(id, end, receipt, at: now)
        case .failed: return isCurrent ? conclude(id, end, receipt, at: now) : dismiss(end.ticket, receipt)
        case .cancelled:
            // Nobody here has cancelled it: it is drawn again.
            return dismiss(end.ticket, receipt) + (isCurrent ? releaseAgain(id, isLost: true, at: now) : [])
        }
    }

    /// A message is no end of a ticket that this program can read.
    mutating func unreadableEnd(_ ticket: TicketID, _ receipt: Receipt?, _ error: MessageError) -> [Step] {
        guard let id = owners[ticket], let draw = draws[id], draw.isOpen, ticket == draw.current else { return dismiss(ticket, receipt) }
        return fail(id, PublicReason(ErrorReason(.failed), "The machine that drew it sent something that is not understood. \(error)"))
            + dismiss(ticket, receipt)
    }

    /// The pictures of an end are here.
    mutating func fetched(_ id: DrawID, _ ticket: TicketID) -> [Step] {
        guard let draw = draws[id], case .ended(let end, let receipt, nil) = draw.phase, end.ticket == ticket else { return [] }
        draws[id]?.phase = .answered(ticket, receipt)
        return [.answer(id, .drawn)] + (draw.unsettled.isEmpty ? drop(id) : [])
    }

    mutating func couldNotFetch(_ id: DrawID, _ ticket: TicketID, _ failure: FetchFailure, at now: Date) -> [Step] {
        guard let draw = draws[id], case .ended(let end, let receipt, nil) = draw.phase, end.ticket == ticket else { return [] }
        switch failure {
        case .unreachable:
            draws[id]?.phase = .ended(end, receipt, retry: now.addingTimeInterval(Self.pause))
            return []
        case .damaged: return dismiss(ticket, receipt) + releaseAgain(id, isLost: true, at: now)
        }
    }

    mutating func found(_ ticket: TicketID, isThere: Bool, at now: Date) -> [Step] {
        guard !isThere, let id = owners[ticket], let draw = draws[id], draw.current == ticket, case .waiting = draw.phase else { return [] }
        return draw.isWanted ? releaseAgain(id, isLost: false, at: now) : drop(id)
    }

    /// A ticket was delivered as often as it may be.
    mutating func undeliverable(_ ticket: TicketID) -> [Step] {
        guard let id = owners[ticket], let draw = draws[id], draw.isOpen, draw.current == ticket else { return [] }
        return draw.isWanted ? giveUp(id) : drop(id)
    }

    mutating func connected(_ isConnected: Bool, at now: Date) {
        self.isConnected = isConnected
        guard isConnected else { return }
        // Nothing could be heard meanwhile.
        for (id, draw) in draws {
            if case .begun = draw.phase { draws[id]?.phase = .begun(heard: now) }
        }
    }

    /// Does what is due. Called every second or so.
    mutating func tick(at now: Date) -> [Step] {
        guard isConnected else { return [] }
        return draws.keys.sorted().flatMap { id -> [Step] in
            guard let draw = draws[id] else { return [] }
            switch draw.phase {
            case .held(let release, let until) where now >= until:
                draws[id]?.phase = .releasing(release)
                return [.release(release)]
            case .waiting(let since, let looked): return wait(id, draw, since, looked, at: now)
            case .begun(let heard) where now.timeIntervalSince(heard) >= Self.silence:
                return draw.isWanted ? releaseAgain(id, isLost: true, at: now) : drop(id)
            case .ended(let end, let receipt, let retry?) where now >= retry:
                draws[id]?.phase = .ended(end, receipt, retry: nil)
                return [.fetch(id, end)]
            case .releasing, .held, .begun, .ended, .answered: return []
            }
        }
    }

    private mutating func wait(_ id: DrawID, _ draw: Draw, _ since: Date, _ looked: Date, at now: Date) -> [Step] {
        if var plan = draw.plan, plan.ticketClass == .normal, now.timeIntervalSince(since) >= patience / .seconds(1) {
            plan.ticketClass = .urgent
            draws[id]?.plan = plan
            return releaseAgain(id, isLost: false, at: now)
        }
        guard now.timeIntervalSince(looked) >= Self.silence, let place = draw.places[draw.current] ?? nil else { return [] }
        draws[id]?.phase = .waiting(since: since, looked: now)
        return [.look(draw.current, place)]
    }

    // Earlier processes

    /// Takes up what an earlier process has released.
    /// - Parameters:
    ///   - tickets: those in the stream, by their places.
    ///   - ends: those that are kept.
    ///   - unfinished: jobs that are not over, with the number of runs that the archive has.
    mutating func adopt(_ tickets: [UInt64: Ticket], ends: [TicketEnd], unfinished: [JobID: Int], at now: Date) -> [Step] {
        var steps: [Step] = []
        func isWanted(_ jobs: [JobID], run: Int) -> Bool { jobs.contains { job in unfinished[job].map { run >= $0 } ?? false } }
        for (place, ticket) in tickets.sorted(by: { $0.key < $1.key }) {
            lastRelease = max(lastRelease, ticket.id.release)
            guard owners[ticket.id] == nil else { continue }
            guard isWanted(ticket.jobs, run: ticket.id.run) else {
                steps += [.withdraw(ticket.id, place), .cancel(ticket.id)]
                continue
            }
            adopt(ticket.id, ticket.jobs, place, unfinished, .waiting(since: now, looked: now))
        }
        for end in ends.sorted(by: { $0.ticket.release < $1.ticket.release }) {
            lastRelease = max(lastRelease, end.ticket.release)
            guard isWanted(end.jobs, run: end.ticket.run) else { continue }
            if owners[end.ticket] == nil, end.outcome == .done {
                adopt(end.ticket, end.jobs, nil, unfinished, .waiting(since: now, looked: now))
            }
            if owners[end.ticket] != nil { steps += ended(end, nil, at: now) }
        }
        return steps
    }

    private mutating func adopt(_ ticket: TicketID, _ jobs: [JobID], _ place: UInt64?, _ unfinished: [JobID: Int], _ phase: Phase) {
        let known = draws.first { $0.value.isOpen && !$0.value.isWanted && $0.value.jobs == jobs && $0.value.run == ticket.run }
        if let known {
            draws[known.key]?.places[ticket] = .some(place)
            if ticket.release > known.value.current.release { draws[known.key]?.current = ticket }
            owners[ticket] = known.key
            return
        }
        lastDraw += 1
        draws[lastDraw] = Draw(
            plan: nil, jobs: jobs, run: ticket.run, isWanted: false,
            unsettled: Set(jobs.filter { job in unfinished[job].map { ticket.run >= $0 } ?? false }), current: ticket, phase: phase)
        draws[lastDraw]?.places[ticket] = .some(place)
        owners[ticket] = lastDraw
    }

    // Going on

    private mutating func note(_ ticket: TicketID, of id: DrawID) {
        owners[ticket] = id
        draws[id]?.places[ticket] = .some(nil)
    }

    private mutating func release(_ plan: Plan, at now: Date) -> Release {
        // Numbers rise from process to process: an end of an earlier one is never taken for that of a new batch.
        lastRelease = max(lastRelease + 1, now.milliseconds)
        let ticket = Ticket(
            id: TicketID(plan.jobs[0], run: plan.run, release: lastRelease), front: front, jobs: plan.jobs, requests: plan.requests,
            model: plan.model, resources: plan.resources, settings: plan.settings,
            deadline: now.addingTimeInterval(plan.timeLimit / .seconds(1)), previews: plan.previews)
        return Release(ticket, plan.ticketClass, plan.group, oldest: plan.oldest)
    }

    private mutating func releaseAgain(_ id: DrawID, isLost: Bool, at now: Date) -> [Step] {
        guard let draw = draws[id] else { return [] }
        guard let plan = draw.plan, draw.isWanted else { return drop(id) }
        if isLost, draw.begins >= Self.mostBegins { return giveUp(id) }
        let steps = take(out: draw)
        for (ticket, _) in draw.places { draws[id]?.places[ticket] = .some(nil) }
        let release = release(plan, at: now)
        note(release.ticket.id, of: id)
        draws[id]?.current = release.ticket.id
        draws[id]?.phase = .releasing(release)
        return steps + [.release(release)]
    }

    /// Takes the open tickets of a draw back.
    private func take(out draw: Draw, but ended: TicketID? = nil) -> [Step] {
        draw.places.sorted { $0.key.release < $1.key.release }.flatMap { ticket, place -> [Step] in
            guard ticket != ended else { return [] }
            return (place.map { [.withdraw(ticket, $0)] } ?? []) + [.cancel(ticket)]
        }
    }

    private mutating func conclude(_ id: DrawID, _ end: TicketEnd, _ receipt: Receipt?, at now: Date) -> [Step] {
        guard let draw = draws[id] else { return [] }
        let steps = take(out: draw, but: end.ticket)
        guard end.outcome == .done else {
            guard draw.isWanted else { return steps + drop(id) + dismiss(end.ticket, receipt) }
            let reason = end.reason ?? PublicReason(ErrorReason(.failed), "Drawing failed, and the machine did not say why.")
            draws[id]?.phase = .answered(end.ticket, receipt)
            // Jobs that cannot be drawn together are drawn each by itself: the archive never hears of this end.
            if draw.jobs.count > 1 || draw.unsettled.isEmpty { return steps + [.answer(id, .failed(reason))] + drop(id) }
            return steps + [.answer(id, .failed(reason))]
        }
        draws[id]?.phase = .ended(end, receipt, retry: nil)
        return steps + (draw.isWanted ? [.fetch(id, end)] : [])
    }

    private mutating func giveUp(_ id: DrawID) -> [Step] {
        let times = Self.mostBegins
        return fail(id, PublicReason(
            ErrorReason(.machineLost, ["times": .init(times)]),
            "It was begun \(times) times, and each time the machine that drew it was lost."))
    }

    private mutating func fail(_ id: DrawID, _ reason: PublicReason) -> [Step] { [.answer(id, .failed(reason))] + drop(id) }

    /// Forgets a draw: takes its tickets back, and acknowledges its end.
    private mutating func drop(_ id: DrawID) -> [Step] {
        guard let draw = draws.removeValue(forKey: id) else { return [] }
        for ticket in draw.places.keys { owners[ticket] = nil }
        switch draw.phase {
        case .ended(let end, let receipt, _): return take(out: draw, but: end.ticket) + dismiss(end.ticket, receipt)
        case .answered(let ticket, let receipt): return dismiss(ticket, receipt)
        case .releasing, .held, .waiting, .begun: return take(out: draw)
        }
    }

    private func dismiss(_ ticket: TicketID, _ receipt: Receipt?) -> [Step] {
        // Without the parts an end is of no use: they go once it cannot come again.
        (receipt.map { [.ack($0)] } ?? []) + [.discardParts(ticket)]
    }
}

extension TicketBook.Draw {
    /// Whether no end of it is there.
    fileprivate var isOpen: Bool {
        switch phase {
        case .releasing, .held, .waiting, .begun: true
        case .ended, .answered: false
        }
    }

    fileprivate var isAnswered: Bool { if case .answered = phase { true } else { false } }
}
