import FoundationEssentials
import Testing

@testable import Fleet

struct TicketChoiceTests {
    private static let start = FleetFixtures.start

    private static func choice(groups: Int, warm: [Int] = [], seed: UInt64 = 1) -> TicketChoice {
        var choice = TicketChoice(random: SeededGenerator(seed))
        for group in 1...groups { choice.add(FleetFixtures.group(group)) }
        choice.warm = warm.map(FleetFixtures.group)
        return choice
    }

    private static func consumer(_ group: Int, _ ticketClass: TicketClass = .normal) -> TicketChoice.Consumer {
        TicketChoice.Consumer(ticketClass: ticketClass, group: FleetFixtures.group(group))
    }

    /// Asks until a consumer with tickets is asked, or nothing is left to ask.
    private static func take(
        _ choice: inout TicketChoice, from tickets: inout [TicketChoice.Consumer: Int], at now: Date = start
    ) -> (consumer: TicketChoice.Consumer?, pulls: Int) {
        var pulls = 0
        while case .pull(let consumer, _) = choice.next(at: now) {
            pulls += 1
            if let count = tickets[consumer], count > 0 {
                tickets[consumer] = count - 1
                choice.got(consumer)
                return (consumer, pulls)
            }
            choice.gotNothing(consumer, at: now)
        }
        return (nil, pulls)
    }

    @Test("urgent tickets come first, warm ones before others; then the rest in the same order")
    func order() {
        var choice = Self.choice(groups: 3, warm: [2])
        var tickets = [Self.consumer(2): 1, Self.consumer(2, .urgent): 1, Self.consumer(1): 1, Self.consumer(3, .urgent): 1]
        let taken = (0..<4).map { _ in Self.take(&choice, from: &tickets).consumer }
        #expect(taken == [Self.consumer(2, .urgent), Self.consumer(3, .urgent), Self.consumer(2), Self.consumer(1)])
    }

    @Test("a ticket of another group waits for eight of warm groups at most")
    func starvation() {
        for seed in 1...UInt64(20) {
            var choice = Self.choice(groups: 30, warm: [1, 2], seed: seed)
            var tickets = [Self.consumer(1): 1000, Self.consumer(2): 1000, Self.consumer(17): 1]
            choice.heard(TicketHint(.normal, FleetFixtures.group(17), oldest: Self.start), at: Self.start)
            let taken = (0..<30).compactMap { _ in Self.take(&choice, from: &tickets).consumer }
            let place = taken.firstIndex(of: Self.consumer(17))
            #expect(place == 8, "seed \(seed)")
        }
    }

    @Test("a ticket of which no hint tells is found in turn, however many groups there are")
    func turns() {
        var choice = Self.choice(groups: 100, warm: [1])
        var tickets = [Self.consumer(90): 1, Self.consumer(55, .urgent): 1]
        var now = Self.start
        var found: Set<TicketChoice.Consumer> = []
        for _ in 0..<30 {
            let (consumer, pulls) = Self.take(&choice, from: &tickets, at: now)
            #expect(pulls <= TicketChoice.pullsOfRound)
            if let consumer { found.insert(consumer) } else { now.addTimeInterval(TicketChoice.pause + 1) }
        }
        #expect(found == [Self.consumer(90), Self.consumer(55, .urgent)])
    }

    @Test("an idle worker takes a hint of a warm group at once, and one of another group after a while")
    func hints() {
        var choice = Self.choice(groups: 3, warm: [2])
        var none: [TicketChoice.Consumer: Int] = [:]
        #expect(Self.take(&choice, from: &none).consumer == nil)
        choice.heard(TicketHint(.normal, FleetFixtures.group(3), oldest: Self.start), at: Self.start)
        guard case .wait(let time) = choice.next(at: Self.start) else { return #expect(Bool(false), "a cold hint is not followed at once") }
        #expect(TicketChoice.coldDelay.contains(time.timeIntervalSince(Self.start)))
        // One of a warm group comes first.
        choice.heard(TicketHint(.urgent, FleetFixtures.group(2), oldest: Self.start), at: Self.start)
        #expect(choice.next(at: Self.start) == .pull(Self.consumer(2, .urgent), waiting: TicketChoice.hintWait))
        choice.gotNothing(Self.consumer(2, .urgent), at: Self.start)
        #expect(choice.next(at: time) == .pull(Self.consumer(3), waiting: nil))
        choice.gotNothing(Self.consumer(3), at: time)
        #expect(choice.next(at: time) == .wait(until: Self.start.addingTimeInterval(TicketChoice.pause)))
    }

    @Test("a hint of a model that is not on the disk is followed later, and a group that is avoided not at all")
    func missing() {
        var choice = Self.choice(groups: 2)
        choice.missing = [FleetFixtures.group(1)]
        var none: [TicketChoice.Consumer: Int] = [:]
        #expect(Self.take(&choice, from: &none).consumer == nil)
        choice.heard(TicketHint(.normal, FleetFixtures.group(1), oldest: Self.start), at: Self.start)
        guard case .wait(let time) = choice.next(at: Self.start) else { return #expect(Bool(false)) }
        #expect(TicketChoice.missingDelay.contains(time.timeIntervalSince(Self.start)))
        choice.avoid(FleetFixtures.group(1), until: Self.start.addingTimeInterval(100))
        let later = Self.start.addingTimeInterval(20)
        var tickets = [Self.consumer(1): 1]
        #expect(Self.take(&choice, from: &tickets, at: later).consumer == nil)
        #expect(Self.take(&choice, from: &tickets, at: Self.start.addingTimeInterval(101)).consumer == Self.consumer(1))
    }

    @Test("workers with a backlog stay with what they have compiled")
    func affinity() {
        var tickets: [TicketChoice.Consumer: Int] = [:]
        for group in 1...12 { tickets[Self.consumer(group)] = 40 }
        var workers = (1...4).map { Self.choice(groups: 12, seed: UInt64($0)) }
        var warmTickets = 0
        for round in 0..<200 {
            let index = round % 4
            let warm = workers[index].warm
            guard let consumer = Self.take(&workers[index], from: &tickets).consumer else { break }
            if warm.contains(consumer.group) { warmTickets += 1 }
            workers[index].warm = Array(([consumer.group] + warm.filter { $0 != consumer.group }).prefix(2))
        }
        // Each worker leaves its groups after eight tickets in a row.
        #expect(warmTickets >= 160)
    }
}
