/// Number of tickets that a front may have released at a time.
///
/// Released tickets keep their places, whatever comes after them: the fewer there are, the fairer the turns. A few more than there are
/// slots keep workers from waiting, and let them choose what they have compiled.
public struct ReleaseWindow: Sendable, Hashable {
    /// Tickets for each slot: 1.25 unless somebody sets it.
    public var ticketsPerSlot: Double

    public init(ticketsPerSlot: Double = 1.25) { self.ticketsPerSlot = ticketsPerSlot }

    /// Tickets that the front may have released, drawn ones included.
    /// - Parameters:
    ///   - front: this front. It counts as one with waiting jobs.
    ///   - fronts: all that live.
    ///   - workers: all that live.
    public func count(for front: FrontRecord, among fronts: [FrontRecord], _ workers: [Presence]) -> Int {
        let slots = workers.filter(\.takesTickets).reduce(0) { $0 + $1.slots }
        guard slots > 0 else { return 0 }
        let others = fronts.filter { $0.front != front.front && $0.waiting > 0 }.reduce(0) { $0 + $1.weight }
        let share = front.weight / (front.weight + others)
        return max(1, Int((share * max(1, ticketsPerSlot) * Double(slots)).rounded(.up)))
    }
}

/// Places that a queue fills with batches: one for each ticket that may be released.
///
/// A place is no machine. Which worker draws what is decided when workers ask.
struct ReleasePlaces: Sendable {
    /// Places that are told, in the order of their numbers.
    private(set) var places: [Int] = []
    private var isBusy: [Int: Bool] = [:]
    private var wanted = 0

    /// - Returns: whether other places are told than before.
    mutating func resize(to count: Int) -> Bool {
        wanted = count
        return settle()
    }

    /// Notes that a place has a ticket, or has one no more.
    /// - Returns: whether other places are told than before.
    mutating func set(_ place: Int, isBusy: Bool) -> Bool {
        self.isBusy[place] = isBusy ? true : nil
        return settle()
    }

    /// A place with a ticket stays until the ticket is over: fewer workers are no reason to draw it anew.
    private mutating func settle() -> Bool {
        var next = places.filter { isBusy[$0] == true }
        var place = 1
        while next.count < wanted {
            if !next.contains(place) { next.append(place) }
            place += 1
        }
        next.sort()
        defer { places = next }
        return next != places
    }
}
