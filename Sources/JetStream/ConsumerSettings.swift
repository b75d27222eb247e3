/// Rules by which messages of a stream are handed out, each to one reader.
///
/// Names and values of the JSON are those of the server's ConsumerConfig.
public struct ConsumerSettings: Sendable, Encodable {
    public enum Acknowledging: String, Sendable, Encodable {
        case none
        /// Each message by itself.
        case explicit
        /// One acknowledgement is for all messages before it, too.
        case all
    }

    /// The message to begin with.
    public enum Beginning: String, Sendable, Encodable {
        case all, new
        case lastPerSubject = "last_per_subject"
    }

    public var name: String
    /// Only messages of this subject, which may have wildcards. nil for all.
    public var subject: String?
    /// Whether the consumer stays when the server restarts.
    public var isDurable = true
    public var acknowledging = Acknowledging.explicit
    public var beginning = Beginning.all
    /// A message that is not acknowledged in this time is delivered again.
    public var lease: Duration?
    /// Deliveries of a message at most; nil for no limit.
    public var mostDeliveries: Int?
    /// Messages that may be leased at once.
    public var mostLeased: Int?
    /// Pulls that may wait; nil for the server's limit: 512.
    public var mostWaiting: Int?
    /// The consumer goes when nobody has pulled for so long.
    public var inactiveLimit: Duration?
    /// nil for as many as the stream has.
    public var replicas: Int?
    public var isInMemory = false

    public init(name: String, subject: String? = nil) {
        self.name = name
        self.subject = subject
    }

    enum CodingKeys: String, CodingKey {
        case name
        case durableName = "durable_name"
        case subject = "filter_subject"
        case acknowledging = "ack_policy"
        case beginning = "deliver_policy"
        case lease = "ack_wait"
        case mostDeliveries = "max_deliver"
        case mostLeased = "max_ack_pending"
        case mostWaiting = "max_waiting"
        case inactiveLimit = "inactive_threshold"
        case replicas = "num_replicas"
        case isInMemory = "mem_storage"
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        if isDurable { try container.encode(name, forKey: .durableName) }
        try container.encodeIfPresent(subject, forKey: .subject)
        try container.encode(acknowledging, forKey: .acknowledging)
        try container.encode(beginning, forKey: .beginning)
        try container.encodeIfPresent(lease?.nanoseconds, forKey: .lease)
        try container.encodeIfPresent(mostDeliveries, forKey: .mostDeliveries)
        try container.encodeIfPresent(mostLeased, forKey: .mostLeased)
        try container.encodeIfPresent(mostWaiting, forKey: .mostWaiting)
        try container.encodeIfPresent(inactiveLimit?.nanoseconds, forKey: .inactiveLimit)
        try container.encodeIfPresent(replicas, forKey: .replicas)
        if isInMemory { try container.encode(true, forKey: .isInMemory) }
    }
}
