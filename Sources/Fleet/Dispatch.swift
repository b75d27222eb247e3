public import FoundationEssentials

/// Names a message that was delivered and is to be acknowledged. Only the broker's client knows what it says.
public struct Receipt: Sendable, Hashable {
    public let text: String

    public init(_ text: String) { self.text = text }
}

/// A ticket as a front has released it.
public struct Release: Sendable, Hashable {
    public var ticket: Ticket
    public var ticketClass: TicketClass
    public var group: GroupToken
    /// Time at which the oldest job of the ticket was submitted.
    public var oldest: Date

    public init(_ ticket: Ticket, _ ticketClass: TicketClass, _ group: GroupToken, oldest: Date) {
        (self.ticket, self.ticketClass, self.group, self.oldest) = (ticket, ticketClass, group, oldest)
    }
}

/// Something that a front hears.
public enum FrontNews: Sendable {
    /// The end of a ticket, as a message. It comes again until it is acknowledged.
    case end(TicketID, message: [UInt8], Receipt)
    /// An event of a ticket.
    case event(TicketEvent)
    /// The workers that live now.
    case workers([Presence])
    /// The fronts that live now, this one among them.
    case fronts([FrontRecord])
    /// A ticket that was delivered as often as it may be, and that nobody will get again.
    case undeliverable(TicketID)
    /// Whether the broker can be reached.
    case connection(Bool)
}

/// A front's way to tickets and ends: a broker, or memory in tests.
public protocol FrontDispatch: Sendable {
    /// Everything that is heard from now on. Called once.
    func news() -> AsyncStream<FrontNews>

    /// Gives a ticket to the workers. With a ticket that was released before, nothing is done again.
    /// - Returns: the ticket's place in the stream.
    /// - Throws: when the broker did not say that it has the ticket. It may have it all the same.
    func release(_ release: Release) async throws -> UInt64

    /// Takes a ticket out of the stream, unless another one has its place: streams that were lost are numbered anew. A worker that has the
    /// ticket already goes on.
    func withdraw(_ ticket: TicketID, at place: UInt64) async throws

    /// Whether a ticket is still in the stream, waiting or with a worker. False when another one has its place.
    func isReleased(_ ticket: TicketID, at place: UInt64) async throws -> Bool

    /// Tells the worker of a ticket that nobody wants it any more. May get lost.
    func cancel(_ ticket: TicketID) async

    /// Parts of a picture, in order; fewer when some are not there.
    func parts(of picture: PictureFile, in ticket: TicketID) async throws -> [[UInt8]]

    /// Acknowledges an end. It is not delivered again, and stays readable for a while.
    func ack(_ end: Receipt) async throws

    /// Removes the pictures of a ticket, and not its end.
    func discardParts(of ticket: TicketID) async throws

    /// Tickets of this front that are in the stream, with their places, and the ends that are kept.
    func released() async throws -> (tickets: [UInt64: Ticket], ends: [TicketID: [UInt8]])

    /// Tells others that this front lives.
    func tell(_ record: FrontRecord) async throws

    /// Tells workers of a group, so that they ask for its tickets.
    func tell(_ group: GroupRecord) async throws
}

/// A ticket that was delivered to a worker.
public struct TicketDelivery: Sendable {
    /// The ticket as a message.
    public let message: [UInt8]
    /// The front that released it, as the subject has it.
    public let front: FrontID
    /// Number of times that it was delivered, from 1.
    public let number: Int
    public let receipt: Receipt

    public init(message: [UInt8], front: FrontID, number: Int, _ receipt: Receipt) {
        (self.message, self.front, self.number, self.receipt) = (message, front, number, receipt)
    }
}

/// A ticket that waits, as workers are told when it is released. It may be gone already.
public struct TicketHint: Sendable, Hashable {
    public let ticketClass: TicketClass
    public let group: GroupToken
    /// Time at which the oldest job of the ticket was submitted.
    public let oldest: Date

    public init(_ ticketClass: TicketClass, _ group: GroupToken, oldest: Date) {
        (self.ticketClass, self.group, self.oldest) = (ticketClass, group, oldest)
    }
}

/// Something that a worker hears.
public enum WorkerNews: Sendable {
    case hint(TicketHint)
    case group(GroupRecord)
    case cancel(TicketID)
    case connection(Bool)
}

/// Outcome of storing an end and its pictures. They are stored together, or not at all.
public enum Commit: Sendable, Hashable {
    /// Stored.
    case committed
    /// There is an end of this ticket already.
    case lost
    /// Not stored for now: the stream is full, or the broker does not answer. Trying again may help.
    case refused(reason: String)
}

/// A worker's way to tickets and ends: a broker, or memory in tests.
public protocol WorkerDispatch: Sendable {
    /// Everything that is heard from now on. Called once.
    func news() -> AsyncStream<WorkerNews>

    /// Asks for a ticket, at one consumer.
    /// - Parameter waiting: time to wait for one; nil: takes one that is there.
    /// - Returns: nil when there is none.
    func pull(_ ticketClass: TicketClass, _ group: GroupToken, waiting: Duration?) async throws -> TicketDelivery?

    /// Tells that the ticket is being drawn still: no other worker gets it for another while.
    func working(_ ticket: Receipt) async

    /// Acknowledges a ticket: nobody gets it again.
    /// - Throws: when the broker did not say that it knows. Then the ticket may come again, and its end is found.
    func ack(_ ticket: Receipt) async throws

    /// Gives a ticket back, so that another worker gets it.
    /// - Parameter delay: time before it is delivered again.
    func nak(_ ticket: Receipt, delay: Duration) async

    /// Tells workers that listen that a ticket waits again.
    func hint(_ hint: TicketHint, for front: FrontID) async

    /// End of a ticket that is stored; nil without one.
    func end(of ticket: TicketID, for front: FrontID) async throws -> [UInt8]?

    /// Stores an end with its pictures, all or nothing.
    /// - Parameter pictures: parts of each picture.
    func commit(_ end: TicketEnd, _ pictures: [[ArraySlice<UInt8>]], for front: FrontID) async -> Commit

    /// Tells the front what happens to a ticket. May get lost.
    func tell(_ event: TicketEvent, to front: FrontID) async

    /// Tells that the worker lives.
    func tell(_ presence: Presence) async throws

    /// Tells that the worker is gone.
    func leave() async

    /// Groups that fronts release tickets of.
    func groups() async throws -> [GroupRecord]
}
