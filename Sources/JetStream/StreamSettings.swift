/// Settings of a stream: the messages that it keeps, and for how long.
///
/// Names and values of the JSON are those of the server's StreamConfig.
public struct StreamSettings: Sendable, Encodable {
    public enum Retention: String, Sendable, Encodable {
        case limits
        /// A message goes when it is acknowledged.
        case workQueue = "workqueue"
    }

    public enum Storage: String, Sendable, Encodable { case file, memory }

    /// Behaviour of a full stream.
    public enum Discard: String, Sendable, Encodable {
        case old
        /// Refuses what comes.
        case new
    }

    /// Sends what is stored once more, as plain messages of the bus.
    public struct Republishing: Sendable, Encodable {
        public var source: String
        public var destination: String
        public var headersOnly: Bool

        public init(source: String, destination: String, headersOnly: Bool) {
            self.source = source
            self.destination = destination
            self.headersOnly = headersOnly
        }

        enum CodingKeys: String, CodingKey {
            case source = "src", destination = "dest", headersOnly = "headers_only"
        }
    }

    public var name: String
    /// With `*` and `>` as in `Bus.messages`.
    public var subjects: [String]
    public var retention = Retention.limits
    public var storage = Storage.file
    /// 1, 3 or 5.
    public var replicas = 1
    public var discard = Discard.old
    /// nil for no limit, here and below.
    public var mostMessages: Int?
    public var mostMessagesPerSubject: Int?
    public var mostBytes: Int?
    public var mostBytesPerMessage: Int?
    public var maxAge: Duration?
    /// The time in which a second message of the same id is dropped. nil for the server's: 2 minutes.
    public var duplicateWindow: Duration?
    /// Whether `last` and `all` may read it.
    public var allowsDirectGet = true
    /// Whether messages may have a lifetime of their own.
    public var allowsLifetimes = false
    public var allowsAtomicBatches = false
    /// Whether a message may replace all of its subject.
    public var allowsRollup = false
    /// Lifetime of the marker that takes the place of a subject's last message once that has outlived `maxAge`: at least 1 s.
    public var expiryMarkerLifetime: Duration?
    public var republishing: Republishing?

    public init(name: String, subjects: [String]) {
        self.name = name
        self.subjects = subjects
    }

    enum CodingKeys: String, CodingKey {
        case name, subjects, retention, storage, discard
        case replicas = "num_replicas"
        case mostMessages = "max_msgs"
        case mostMessagesPerSubject = "max_msgs_per_subject"
        case mostBytes = "max_bytes"
        case mostBytesPerMessage = "max_msg_size"
        case maxAge = "max_age"
        case duplicateWindow = "duplicate_window"
        case allowsDirectGet = "allow_direct"
        case allowsLifetimes = "allow_msg_ttl"
        case allowsAtomicBatches = "allow_atomic"
        case allowsRollup = "allow_rollup_hdrs"
        case expiryMarkerLifetime = "subject_delete_marker_ttl"
        case republishing = "republish"
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(subjects, forKey: .subjects)
        try container.encode(retention, forKey: .retention)
        try container.encode(storage, forKey: .storage)
        try container.encode(replicas, forKey: .replicas)
        try container.encode(discard, forKey: .discard)
        try container.encodeIfPresent(mostMessages, forKey: .mostMessages)
        try container.encodeIfPresent(mostMessagesPerSubject, forKey: .mostMessagesPerSubject)
        try container.encodeIfPresent(mostBytes, forKey: .mostBytes)
        try container.encodeIfPresent(mostBytesPerMessage, forKey: .mostBytesPerMessage)
        try container.encodeIfPresent(maxAge?.nanoseconds, forKey: .maxAge)
        try container.encodeIfPresent(duplicateWindow?.nanoseconds, forKey: .duplicateWindow)
        try container.encode(allowsDirectGet, forKey: .allowsDirectGet)
        try container.encode(allowsLifetimes, forKey: .allowsLifetimes)
        try container.encode(allowsAtomicBatches, forKey: .allowsAtomicBatches)
        try container.encode(allowsRollup, forKey: .allowsRollup)
        try container.encodeIfPresent(expiryMarkerLifetime?.nanoseconds, forKey: .expiryMarkerLifetime)
        try container.encodeIfPresent(republishing, forKey: .republishing)
    }
}
