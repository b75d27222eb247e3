import JetStream

/// Names of what JetStream keeps for the fleet, version 1.
enum BrokerNames {
    static let tickets = "EZ1_TICKETS"
    static let results = "EZ1_RESULTS"
    static let lost = "EZ1_LOST"
    static let workers = "EZ1_WORKERS"
    static let fronts = "EZ1_FRONTS"
    static let groups = "EZ1_GROUPS"

    /// Consumer of the tickets of a class and group.
    static func consumer(of ticketClass: TicketClass, _ group: GroupToken) -> String { "\(ticketClass.rawValue)_\(group)" }

    /// Consumer of a front's ends.
    static func consumer(of front: FrontID) -> String { "front_\(front)" }

    /// Consumer of the tickets that nobody gets any more.
    ///
    /// Each front has its own and hears of all of them: one that they share would tell one front of another's ticket.
    static func undertaker(of front: FrontID) -> String { "undertaker_\(front)" }

    /// Subject of the server's words that a ticket was delivered as often as it may be.
    static let advisories = "$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.\(tickets).>"

    /// Header with the time at which the oldest job of a ticket was submitted, in milliseconds since 1970.
    static let oldestHeader = "Ez-Oldest"
    /// Header with the ticket's group.
    static let groupHeader = "Ez-Group"
    /// Header with the ticket's name.
    static let idHeader = "Nats-Msg-Id"
}

/// Times and sizes at the broker.
public struct BrokerLimits: Sendable, Hashable {
    /// Time without a sign of its worker after which another worker gets a ticket.
    public var lease = Duration.seconds(15)
    /// Times that a ticket is delivered at most, those included that were given back.
    public var mostDeliveries = 5
    /// Time after which an end that was not acknowledged comes again.
    public var endLease = Duration.seconds(60)
    /// Time without a report after which a worker, or a front, is gone. At least 1 s.
    public var presence = Duration.seconds(45)
    /// Time that ends are kept, and pictures that nobody fetches.
    public var keptResults = Duration.seconds(86_400)
    /// Bytes of all ends and pictures. Workers wait when the stream is full. nil for the server's own limit.
    public var mostResultBytes: Int?

    public init() {}

    /// Time that a consumer stays without being asked: longer than jobs may take.
    static let idleConsumer = Duration.seconds(86_400)
    /// Tickets that may wait or be leased, of all fronts.
    static let mostTickets = 100_000
}

/// A broker that did not do what was asked for.
struct BrokerFailure: Error, CustomStringConvertible {
    /// The error as a sentence for the log.
    let description: String

    static let notAcknowledged = BrokerFailure(
        description: "NATS did not say that it knows the acknowledgement. The message may be delivered again.")
}
