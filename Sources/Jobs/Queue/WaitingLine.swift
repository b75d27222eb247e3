import FoundationEssentials
import Generation

/// Jobs that wait, and which of them comes next.
///
/// Higher priorities come first. Within one, clients take turns: it is the turn of the client that was served longest ago, and of its
/// oldest job. A job that needs no compile may go before the one whose turn it is, until `patienceJobs` have done so or `patience` has
/// passed since the first did.
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

    /// Levels by priority; each has clients.
    private var levels: [Int: Level] = [:]
    private var places: [JobID: (priority: Int, client: String)] = [:]
    /// Counts turns of clients.
    private var turns: UInt64 = 0

    var count: Int { places.count }

    mutating func add(_ ticket: Ticket) {
        turns += 1
        places[ticket.job] = (ticket.priority, ticket.client)
        levels[ticket.priority, default: Level()].add(ticket, turn: turns)
    }

    @discardableResult
    mutating func remove(_ job: JobID) -> Ticket? {
        guard let place = places.removeValue(forKey: job) else { return nil }
        let ticket = levels[place.priority]?.remove(job, of: place.client)
        if levels[place.priority]?.clients.isEmpty == true { levels[place.priority] = nil }
        return ticket
    }

    /// The job that comes next, when `current` is compiled.
    func next(after current: CompileGroup?, at now: Date, _ settings: QueueSettings) -> Ticket? {
        guard let level = levels.keys.max().flatMap({ levels[$0] }), let turn = level.turn else { return nil }
        guard let current, turn.group != current, turn.mayBePassed(at: now, settings) else { return turn }
        return level.first { $0.group == current } ?? turn
    }

    /// Takes the next one, and those that are drawn together with it: of its priority and batch key, in turn, each as if it were taken
    /// alone after the one before.
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
        guard pictureCount > 0, let batch = first.batch, let level = levels[first.priority], let turn = level.turn else { return nil }
        func fits(_ ticket: Ticket) -> Bool { ticket.pictureCount <= pictureCount && ticket.batch == batch }
        return fits(turn) ? turn : turn.mayBePassed(at: now, settings) ? level.first(where: fits) : nil
    }

    private mutating func serve(_ ticket: Ticket, at now: Date) {
        turns += 1
        levels[ticket.priority]?.serve(ticket, at: now, turn: turns)
        remove(ticket.job)
    }

    /// Jobs in the order of their turns, as if nobody was passed and nobody came.
    func inTurn(limit: Int) -> [JobID] {
        var jobs: [JobID] = []
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
        guard let place = places[job], let level = levels[place.priority], let line = level.clients[place.client],
            let index = line.tickets.firstIndex(where: { $0.job == job })
        else { return nil }
        let before = levels.lazy.filter { $0.key > place.priority }.flatMap(\.value.clients.values).reduce(0) { $0 + $1.tickets.count }
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
