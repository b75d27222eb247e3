public import Bus

/// A request that JetStream did not carry out. `description` is the text for the user.
public enum JetStreamError: Error, Sendable, Equatable {
    /// The request or its answer did not go through.
    case bus(BusError)
    /// The server refused.
    /// - Parameters:
    ///   - code: a number of JetStream's own, such as `Code.wrongLastSequence`, or a status as in HTTP.
    ///   - description: the server's words.
    case refused(code: Int, description: String)
    /// The answer is not what the protocol says.
    case unreadable(subject: String, reason: String)
    /// The server has no JetStream, or not for this user.
    case notEnabled
    /// The server lacks what Easel needs.
    /// - Parameter apiLevel: 0 for servers that do not tell.
    case tooOld(apiLevel: Int)
    /// A name with dots, spaces or wildcards, which would mean something else in a subject.
    case invalidName(String)

    /// Numbers of refusals, from the server's errors.json.
    public enum Code {
        /// The status of a direct get that more than 1,024 subjects fit.
        public static let tooManyResults = 413
        public static let consumerNotFound = 10014
        public static let noMessageFound = 10037
        public static let sequenceNotFound = 10043
        /// Whatever the reason, which the description tells.
        static let deleteFailed = 10057
        public static let streamNameInUse = 10058
        public static let streamNotFound = 10059
        /// Another message is there already, or the last one is another than was expected.
        public static let wrongLastSequence = 10071
        /// The stream is full.
        public static let storeFailed = 10077
        public static let batchIncomplete = 10176
    }

    /// Whether the stream or the consumer is missing, as after the loss of a server's store.
    public var isMissing: Bool {
        switch self {
        case .refused(let code, _): [Code.streamNotFound, Code.consumerNotFound].contains(code)
        case .bus(.noResponders): true
        default: false
        }
    }

    var isCancelled: Bool { self == .bus(.cancelled) }
}

extension JetStreamError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .bus(let error): error.description
        case .refused(let code, let description): "NATS JetStream refused: \(description) (\(code))."
        case .unreadable(let subject, let reason): "NATS answered on \"\(subject)\" with what is no answer: \(reason)."
        case .notEnabled:
            "The NATS server has no JetStream, or not for this user. Start it with --jetstream, and see the user's account and permissions."
        case .tooOld(let level):
            "The NATS server is too old: its JetStream API has level \(level), and level \(JetStream.leastAPILevel) is needed. "
                + "Install nats-server \(ServerVersion.oldestTried) or later."
        case .invalidName(let name): "\"\(name)\" cannot be a name in JetStream: no dots, spaces, asterisks, slashes or arrows."
        }
    }
}
