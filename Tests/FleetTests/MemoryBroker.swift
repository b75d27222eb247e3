import FoundationEssentials

@testable import Fleet

/// Streams of tickets and results as a broker keeps them, with leases. Time is passed in.
struct MemoryBroker: Sendable {
    struct Stored: Sendable {
        let id: TicketID
        let message: [UInt8]
        let ticketClass: TicketClass
        let group: GroupToken
        let front: FrontID
        let deadline: Date
        var deliveries = 0
        /// Time from which somebody else may have it.
        var freeAt: Date
    }

    private struct End: Sendable {
        let message: [UInt8]
        let front: FrontID
        var isAcked = false
        var dueAt: Date
    }

    static let ackWait = 15.0
    static let endWait = 60.0
    static let mostDeliveries = 5

    private(set) var tickets: [UInt64: Stored] = [:]
    private var ends: [TicketID: End] = [:]
    private var pictures: [TicketID: [[[UInt8]]]] = [:]
    private var last: UInt64 = 0
    /// Tickets that nobody gets any more.
    private(set) var undeliverable: [TicketID] = []
    /// Largest number of deliveries of a ticket.
    private(set) var mostDeliveriesSeen = 0

    /// Ends that are kept with pictures.
    var pictureCount: Int { pictures.values.reduce(0) { $0 + $1.count } }
    var unackedEnds: Int { ends.values.count { !$0.isAcked } }

    // The front

    mutating func release(_ release: Release, at now: Date) throws -> UInt64 {
        if let known = tickets.first(where: { $0.value.id == release.ticket.id }) { return known.key }
        last += 1
        tickets[last] = Stored(
            id: release.ticket.id, message: try release.ticket.message(), ticketClass: release.ticketClass, group: release.group,
            front: release.ticket.front, deadline: release.ticket.deadline, freeAt: now)
        return last
    }

    mutating func withdraw(_ ticket: TicketID, at place: UInt64) { if tickets[place]?.id == ticket { tickets[place] = nil } }

    func isReleased(_ ticket: TicketID, at place: UInt64) -> Bool { tickets[place]?.id == ticket }

    /// Ends that are to be delivered now.
    mutating func nextEnds(for front: FrontID, at now: Date) -> [(TicketID, [UInt8], Receipt)] {
        let due = ends.filter { $0.value.front == front && !$0.value.isAcked && $0.value.dueAt <= now }
        for id in due.keys { ends[id]?.dueAt = now.addingTimeInterval(Self.endWait) }
        return due.sorted { "\($0.key)" < "\($1.key)" }.map { ($0.key, $0.value.message, Receipt("\($0.key)")) }
    }

    mutating func ackEnd(_ receipt: Receipt) { if let id = TicketID(receipt.text) { ends[id]?.isAcked = true } }

    func parts(of picture: PictureFile, in ticket: TicketID) -> [[UInt8]] {
        guard let kept = pictures[ticket], kept.indices.contains(picture.number) else { return [] }
        return kept[picture.number]
    }

    mutating func discardParts(of ticket: TicketID) { pictures[ticket] = nil }

    func released(for front: FrontID) -> (tickets: [UInt64: Ticket], ends: [TicketID: [UInt8]]) {
        (
            tickets.filter { $0.value.front == front }.compactMapValues { try? Ticket(message: $0.message) },
            ends.filter { $0.value.front == front }.mapValues(\.message)
        )
    }

    // Workers

    mutating func pull(_ ticketClass: TicketClass, _ group: GroupToken, at now: Date) -> TicketDelivery? {
        tickets = tickets.filter { $0.value.deadline > now }
        for (place, stored) in tickets.sorted(by: { $0.key < $1.key })
        where stored.ticketClass == ticketClass && stored.group == group && stored.freeAt <= now {
            guard stored.deliveries < Self.mostDeliveries else {
                if !undeliverable.contains(stored.id) { undeliverable.append(stored.id) }
                continue
            }
            tickets[place]?.deliveries += 1
            tickets[place]?.freeAt = now.addingTimeInterval(Self.ackWait)
            mostDeliveriesSeen = max(mostDeliveriesSeen, stored.deliveries + 1)
            return TicketDelivery(message: stored.message, front: stored.front, number: stored.deliveries + 1, Receipt("\(place)"))
        }
        return nil
    }

    mutating func working(_ receipt: Receipt, at now: Date) {
        if let place = UInt64(receipt.text) { tickets[place]?.freeAt = now.addingTimeInterval(Self.ackWait) }
    }

    mutating func ack(_ receipt: Receipt) { if let place = UInt64(receipt.text) { tickets[place] = nil } }

    mutating func nak(_ receipt: Receipt, delay: Duration, at now: Date) {
        if let place = UInt64(receipt.text) { tickets[place]?.freeAt = now.addingTimeInterval(delay / .seconds(1)) }
    }

    func end(of ticket: TicketID) -> [UInt8]? { ends[ticket]?.message }

    mutating func commit(_ end: TicketEnd, _ parts: [[ArraySlice<UInt8>]], for front: FrontID, at now: Date) -> Commit {
        guard ends[end.ticket] == nil else { return .lost }
        guard let message = try? end.message() else { return .refused(reason: "out of bounds") }
        ends[end.ticket] = End(message: message, front: front, dueAt: now)
        if !parts.isEmpty { pictures[end.ticket] = parts.map { $0.map { Array($0) } } }
        return .committed
    }

    /// Loses everything, as a server whose disk is replaced.
    mutating func wipe() {
        (tickets, ends, pictures, last) = ([:], [:], [:], 0)
    }
}
