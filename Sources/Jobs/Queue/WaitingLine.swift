import FoundationEssentials
import Generation

/// Jobs that wait, and which of them comes next.
///
/// Higher priorities come first. Within one, clients take turns: it is the turn of the client that was served longest ago, and of its
/// oldest job. A job that needs no compile may go before the one whose turn it is, until `patienceJobs` have done so or `patience` has
/// passed since the first did.
///
/// A job that somebody moves gets a fixed place, and so does each job before it. Jobs with fixed places come before all others, in their
/// order, whatever their priorities, clients and compiles. They are no turns of their clients, so the others keep the order that
/// people see.
struct WaitingLine: Sendable {
    struct Ticket: Sendable {
        let job: JobID
        let client: String
        let priority: Int
        let group: CompileGroup
        /// Jobs of one batch can be drawn together; nil for a job that is drawn by itself.
        let batch: Batch?
        let pictureCount: Int
        /// Rises with each that came.
        let number: UInt64
        /// Number of jobs that went before it when it was its turn, and the time of the first.
        fileprivate(set) var passedBy = 0
        fileprivate(set) var passedSince: Date?
    }

    /// One run of the sampler on one model.
    struct Batch: Sendable, Hashable {
        let model: String
        let recipe: Recipe
    }

    /// Jobs with fixed places, in their order.
    private var fixed: [Ticket] = []
    /// Levels by priority; each has clients.
    private var levels: [Int: Level] = [:]
    private var places: [JobID: (priority: Int, client: String)] = [:]
    /// Counts turns of clients.
    private var turns: UInt64 = 0

    var count: Int { fixed.count + places.count }

    mutating func add(_ ticket: Ticket) {
        turns += 1
        places[ticket.job] = (ticket.priority, ticket.client)
        levels[ticket.priority, default: Level()].add(ticket, turn: turns)
    }

    @discardableResult
    mutating func remove(_ job: JobID) -> Ticket? {
        if let index = fixed.firstIndex(where: { $0.job == job }) { return fixed.remove(at: index) }
        guard let place = places.removeValue(forKey: job) else { return nil }
        let ticket = levels[place.priority]?.remove(job, of: place.client)
        if levels[place.priority]?.clients.isEmpty == true { levels[place.priority] = nil }
        return ticket
    }

    /// Fixes the place of a job, and with it those of all jobs before it.
    /// - Parameter place: number of jobs that come before it; when fewer wait, it becomes the last.
    /// - Returns: false when it does not wait.
    mutating func move(_ job: JobID, to place: Int) -> Bool {
        let place = min(max(0, place), max(0, count - 1))
        // The order as people see it before the move: without the job, its client's others would come sooner.
        let others = inTurn(limit: place + 1).filter { $0 != job }
        guard var moved = remove(job) else { return false }
        for other in others.prefix(place).dropFirst(fixed.count) {
            if let ticket = remove(other) { fixed.append(ticket) }
        }
        // Nobody passes a job with a fixed place.
        (moved.passedBy, moved.passedSince) = (0, nil)
        fixed.insert(moved, at: place)
        return true
    }

    /// The job that comes next, when `current` is compiled.
    func next(after current: CompileGroup?, at now: Date, _ settings: QueueSettings) -> Ticket? {
        if let first = fixed.first { return first }
        guard let level = levels.keys.max().flatMap({ levels[$0] }), let turn = level.turn else { return nil }
        guard let current, turn.group != current, turn.mayBePassed(at: now, settings) else { return turn }
        return level.first { $0.group == current } ?? turn
    }

    /// Takes the next one, and those that are drawn together with it: of its batch key, in turn, each as if it were taken alone after the
    /// one before. Jobs without fixed places have its priority as well, and none with a higher one waits.
    /// - Parameter pictureCount: most pictures in all, unless the first alone has more.
    mutating func take(
        after current: CompileGroup?, at now: Date, _ settings: QueueSettings, pictureCount: Int
    ) -> [Ticket] {
        guard let first = next(after: current, at: now, settings) else { return [] }
        serve(first, at: now)
        var taken = [first]
        var room = pictureCount - first.pictureCount
        while taken.count < settings.batchSize, let other = companion(of: first, pictureCount: room, at: now, settings) {
            serve(other, at: now)
            taken.append(other)
            room -= other.pictureCount
        }
        return taken
    }

    /// The job that can be drawn together with `first` and may come next.
    private func companion(of first: Ticket, pictureCount: Int, at now: Date, _ settings: QueueSettings) -> Ticket? {
        guard pictureCount > 0, let batch = first.batch else { return nil }
        func fits(_ ticket: Ticket) -> Bool { ticket.pictureCount <= pictureCount && ticket.batch == batch }
        if let next = fixed.first { return fits(next) ? next : nil }
        guard first.priority == levels.keys.max(), let level = levels[first.priority], let turn = level.turn else { return nil }
        return fits(turn) ? turn : turn.mayBePassed(at: now, settings) ? level.first(where: fits) : nil
    }

    private mutating func serve(_ ticket: Ticket, at now: Date) {
        // A job with a fixed place is no turn of its client: the others' order stays as it was seen.
        if fixed.first?.job != ticket.job {
            turns += 1
            levels[ticket.priority]?.serve(ticket, at: now, turn: turns)
        }
        remove(ticket.job)
    }

    /// Jobs in the order of their turns, as if nobody was passed and nobody came.
    func inTurn(limit: Int) -> [JobID] {
        var jobs = fixed.prefix(limit).map(\.job)
        for priority in levels.keys.sorted(by: >) where jobs.count < limit {
            guard let clients = levels[priority]?.inTurn else { continue }
            var round = 0
            while jobs.count < limit {
                let tickets = clients.compactMap { round < $0.tickets.count ? $0.tickets[round] : nil }
                if tickets.isEmpty { break }
                jobs += tickets.prefix(limit - jobs.count).map(\.job)
                round += 1
            }
        }
        return jobs
    }

    /// Number of jobs that have their turn before it; nil for one that does not wait.
    func position(of job: JobID) -> Int? {
        if let index = fixed.firstIndex(where: { $0.job == job }) { return index }
        guard let place = places[job], let level = levels[place.priority], let line = level.clients[place.client],
            let index = line.tickets.firstIndex(where: { $0.job == job })
        else { return nil }
        let before = levels.lazy.filter { $0.key > place.priority }.flatMap(\.value.clients.values)
            .reduce(fixed.count) { $0 + $1.tickets.count }
        return level.clients.values.reduce(before) { sum, other in
            sum + min(other.tickets.count, other.turn < line.turn ? index + 1 : index)
        }
    }
}

extension WaitingLine.Ticket {
    fileprivate func mayBePassed(at now: Date, _ settings: QueueSettings) -> Bool {
        guard passedBy < settings.patienceJobs else { return false }
        guard let passedSince else { return settings.patience > .zero }
        return now.timeIntervalSince(passedSince) < settings.patience / .seconds(1)
    }
}

/// Jobs of one priority.
private struct Level: Sendable {
    struct Client: Sendable {
        /// In order of their numbers; never empty.
        var tickets: [WaitingLine.Ticket] = []
        /// Higher than that of all who were served, or came, before it.
        var turn: UInt64
    }

    private(set) var clients: [String: Client] = [:]

    /// Clients in the order of their turns.
    var inTurn: [Client] { clients.values.sorted { $0.turn < $1.turn } }

    /// The job whose turn it is.
    var turn: WaitingLine.Ticket? { clients.values.min { $0.turn < $1.turn }?.tickets.first }

    /// The oldest such job of the client that was served longest ago among those that have one.
    func first(where isWanted: (WaitingLine.Ticket) -> Bool) -> WaitingLine.Ticket? {
        var found: (ticket: WaitingLine.Ticket, turn: UInt64)?
        for client in clients.values where client.turn < found?.turn ?? .max {
            if let ticket = client.tickets.first(where: isWanted) { found = (ticket, client.turn) }
        }
        return found?.ticket
    }

    mutating func add(_ ticket: WaitingLine.Ticket, turn: UInt64) {
        // Nearly always at the end; only a job whose priority changes comes among older ones.
        let index = clients[ticket.client]?.tickets.lastIndex { $0.number < ticket.number }.map { $0 + 1 } ?? 0
        clients[ticket.client, default: Client(turn: turn)].tickets.insert(ticket, at: index)
    }

    mutating func remove(_ job: JobID, of client: String) -> WaitingLine.Ticket? {
        guard let index = clients[client]?.tickets.firstIndex(where: { $0.job == job }) else { return nil }
        let ticket = clients[client]?.tickets.remove(at: index)
        if clients[client]?.tickets.isEmpty == true { clients[client] = nil }
        return ticket
    }

    /// Gives its client a turn. If it was the turn of another job, that one is passed.
    mutating func serve(_ ticket: WaitingLine.Ticket, at now: Date, turn number: UInt64) {
        if let turn, turn.job != ticket.job {
            clients[turn.client]?.tickets[0].passedBy += 1
            if turn.passedSince == nil { clients[turn.client]?.tickets[0].passedSince = now }
        }
        clients[ticket.client]?.turn = number
    }
}
