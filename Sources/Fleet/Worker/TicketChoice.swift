import FoundationEssentials

/// Decides at which consumer a worker asks for its next ticket. A plain value: no clock, no tasks, no broker.
///
/// One pull at one consumer at a time: each delivery counts, also one that is given back, and after five nobody gets the ticket.
/// First comes what is compiled and in memory here, then the rest. After `mostWarmInARow` tickets of warm groups another group is asked
/// first, so no ticket waits for more than that. A worker without work listens: it takes hints of warm groups at once, and those of others
/// after a while, in which a worker may come for which they are warm.
struct TicketChoice: Sendable {
    /// A stream of tickets of one class and group.
    struct Consumer: Hashable, Sendable {
        let ticketClass: TicketClass
        let group: GroupToken
    }

    /// Next thing to do.
    enum Step: Sendable, Hashable {
        /// Ask a consumer. `got` or `gotNothing` is told.
        case pull(Consumer, waiting: Duration?)
        /// Wait until this time, or until something is heard.
        case wait(until: Date)
    }

    /// Pulls of a round at most.
    static let pullsOfRound = 16
    /// Time after which everything is asked again: a ticket that comes again gives no hint.
    static let pause = 5.0
    /// Time that a pull after a hint waits.
    static let hintWait = Duration.seconds(1)
    /// Time before a hint of a group that is not compiled here is followed, in seconds.
    static let coldDelay = 0.25...0.75
    /// The same for a model that is not on the disk.
    static let missingDelay = 2.0...5.0

    /// Tickets of warm groups, one after another, before others are asked first.
    var mostWarmInARow = 8
    /// Groups whose networks are compiled and in memory, latest first.
    var warm: [GroupToken] = [] { didSet { warmSet = Set(warm) } }
    private var warmSet: Set<GroupToken> = []
    /// Groups whose models are not on the disk.
    var missing: Set<GroupToken> = []
    /// Groups whose models cannot be had here for now, until a time.
    private var avoided: [GroupToken: Date] = [:]
    private var known: [GroupToken] = []
    private var hints: [Consumer: Date] = [:]
    /// Consumers that are still to be asked in this round.
    private var round: [Consumer] = []
    /// The cold group that is asked next where no hint tells, by class.
    private var turns: [TicketClass: Int] = [:]
    private var warmInARow = 0
    private var isWaiting = false
    private var nextRound = Date.distantPast
    /// Hints of cold groups to follow, with the time of each.
    private var due: [Consumer: Date] = [:]
    /// Warm consumer that a hint came from.
    private var hinted: Consumer?
    private var random: any RandomNumberGenerator & Sendable

    init(random: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()) { self.random = random }

    var groups: [GroupToken] { known }

    mutating func add(_ group: GroupToken) { if !known.contains(group) { known.append(group) } }

    /// Asks for no tickets of a group for a while.
    mutating func avoid(_ group: GroupToken, until time: Date) { avoided[group] = time }

    /// Somebody told of a ticket.
    mutating func heard(_ hint: TicketHint, at now: Date) {
        add(hint.group)
        let consumer = Consumer(ticketClass: hint.ticketClass, group: hint.group)
        hints[consumer] = min(hints[consumer] ?? hint.oldest, hint.oldest)
        guard isWaiting, !isAvoided(hint.group, at: now) else { return }
        if warmSet.contains(hint.group) {
            if hinted == nil || hint.ticketClass == .urgent { hinted = consumer }
        } else if due[consumer] == nil {
            due[consumer] = now.addingTimeInterval(delay(of: hint.group))
        }
    }

    /// - Returns: what to do with a free slot.
    mutating func next(at now: Date) -> Step {
        if let consumer = hinted {
            hinted = nil
            return .pull(consumer, waiting: Self.hintWait)
        }
        if let consumer = round.first {
            round.removeFirst()
            return .pull(consumer, waiting: nil)
        }
        if isWaiting, now < nextRound {
            let ready = due.filter { $0.value <= now }.min { ($0.value, "\($0.key.group)") < ($1.value, "\($1.key.group)") }
            guard let consumer = ready?.key else { return .wait(until: min(nextRound, due.values.min() ?? nextRound)) }
            due[consumer] = nil
            return .pull(consumer, waiting: nil)
        }
        beginRound(at: now)
        guard let consumer = round.first else { return rest(at: now) }
        round.removeFirst()
        return .pull(consumer, waiting: nil)
    }

    /// A consumer had a ticket.
    mutating func got(_ consumer: Consumer) {
        due[consumer] = nil
        hints[consumer] = nil
        // The next ticket is chosen afresh.
        round = []
        isWaiting = false
        hinted = nil
        warmInARow = warmSet.contains(consumer.group) ? warmInARow + 1 : 0
    }

    /// A consumer had no ticket.
    mutating func gotNothing(_ consumer: Consumer, at now: Date) {
        hints[consumer] = nil
        due[consumer] = nil
        if round.isEmpty, !isWaiting { _ = rest(at: now) }
    }

    private mutating func rest(at now: Date) -> Step {
        isWaiting = true
        nextRound = now.addingTimeInterval(Self.pause)
        // Groups that were told of during the round may not have been asked for.
        for (consumer, _) in hints where due[consumer] == nil && !isAvoided(consumer.group, at: now) {
            due[consumer] = now.addingTimeInterval(delay(of: consumer.group))
        }
        return .wait(until: min(nextRound, due.values.min() ?? nextRound))
    }

    private mutating func beginRound(at now: Date) {
        isWaiting = false
        due = [:]
        avoided = avoided.filter { $0.value > now }
        let warm = warm.filter { known.contains($0) && avoided[$0] == nil }.prefix(Self.pullsOfRound / 4)
        // Both classes have their part of a round, however many groups there are.
        let cold = max(1, (Self.pullsOfRound - 2 * warm.count) / 2)
        func warmPulls(_ ticketClass: TicketClass) -> [Consumer] { warm.map { Consumer(ticketClass: ticketClass, group: $0) } }
        let normal = warmPulls(.normal)
        let others = coldPulls(.normal, atMost: cold, at: now)
        round = warmPulls(.urgent) + coldPulls(.urgent, atMost: cold, at: now)
        round += warmInARow >= mostWarmInARow ? others + normal : normal + others
    }

    /// Cold groups: those of which a hint told, the oldest ticket first, then the rest in turn, models on the disk before others.
    private mutating func coldPulls(_ ticketClass: TicketClass, atMost count: Int, at now: Date) -> [Consumer] {
        let cold = known.filter { !warmSet.contains($0) && !isAvoided($0, at: now) }
        let told = hints.filter { $0.key.ticketClass == ticketClass && cold.contains($0.key.group) }
            .sorted { ($0.value, "\($0.key.group)") < ($1.value, "\($1.key.group)") }.map(\.key.group)
        // A part goes by turns: hints may be lost, and redeliveries give none.
        var pulls = Array(told.prefix(max(1, count * 3 / 4)))
        let rest = cold.filter { !pulls.contains($0) }
        let turn = turns[ticketClass, default: 0]
        let inTurn = rest.isEmpty ? [] : Array((rest[(turn % rest.count)...] + rest[..<(turn % rest.count)]).prefix(count - pulls.count))
        turns[ticketClass] = turn + inTurn.count
        pulls += inTurn.filter { !missing.contains($0) } + inTurn.filter { missing.contains($0) }
        return pulls.map { Consumer(ticketClass: ticketClass, group: $0) }
    }

    /// Seconds before a hint of a group is followed.
    private mutating func delay(of group: GroupToken) -> Double {
        if warmSet.contains(group) { return 0 }
        return .random(in: missing.contains(group) ? Self.missingDelay : Self.coldDelay, using: &random)
    }

    private func isAvoided(_ group: GroupToken, at now: Date) -> Bool { avoided[group].map { $0 > now } ?? false }
}
