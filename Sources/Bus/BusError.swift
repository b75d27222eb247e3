/// A message that did not go, or an answer that did not come. `description` is the text for the user; it never holds a password.
public enum BusError: Error, Sendable, Equatable {
    /// There is no connection. It is being made again.
    case disconnected(reason: String)
    /// There is no connection, and none will be made.
    case closed(reason: String)
    case timedOut(subject: String)
    /// Nobody listens to the subject.
    case noResponders(subject: String)
    /// The server does not let this user publish to the subject, or listen to it.
    case notPermitted(subject: String)
    case tooLarge(subject: String, bytes: Int)
    case invalidSubject(String)
    case invalidHeader(String)
    /// The address of a server cannot be used.
    /// - Parameter reason: a sentence.
    case invalidAddress(String, reason: String)
    /// A file that is needed to connect cannot be used.
    /// - Parameter reason: a sentence.
    case invalidFile(path: String, reason: String)
    /// No server could be connected to.
    case notConnected(servers: [String], reason: String)
    /// The server does not accept the user, password, key or credentials.
    case notAccepted(servers: [String])
    /// TLS with the server failed.
    case untrusted(servers: [String], reason: String)
    /// The task was cancelled. A message may have gone all the same.
    case cancelled
    /// The client library has an error that is none of these.
    case library(String)
}

extension BusError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .disconnected(let reason): "There is no connection to NATS (\(reason)). It is being made again."
        case .closed(let reason): "The connection to NATS is closed (\(reason))."
        case .timedOut(let subject): "NATS did not answer in time on \"\(subject)\"."
        case .noResponders(let subject): "Nobody at NATS listens to \"\(subject)\"."
        case .notPermitted(let subject):
            "NATS does not let this user publish to \"\(subject)\", or listen to it. See the user's permissions."
        case .tooLarge(let subject, let bytes):
            "A message of \(bytes) bytes to \"\(subject)\" is larger than the NATS server takes. See max_payload in its configuration."
        case .invalidSubject(let subject): "\"\(subject.printable)\" is not a subject: words with dots between, without spaces."
        case .invalidHeader(let name): "The header \"\(name.printable)\" has a character that headers cannot have."
        case .invalidAddress(let address, let reason): "\"\(address)\" is not an address for NATS. \(reason)"
        case .invalidFile(let path, let reason): "The file \"\(path)\" cannot be used to connect to NATS. \(reason)"
        case .notConnected(let servers, let reason):
            "NATS cannot be reached at \(servers.joined(separator: ", ")): \(reason). Is the server running?"
        case .notAccepted(let servers):
            "NATS at \(servers.joined(separator: ", ")) does not accept this user. Check the name and password, the key or the credentials."
        case .untrusted(let servers, let reason):
            "There is no trusted connection to NATS at \(servers.joined(separator: ", ")): \(reason). "
                + "Check the CA file and the server's name."
        case .cancelled: "Cancelled."
        case .library(let text): "The client for NATS failed: \(text)."
        }
    }
}

extension String {
    /// The text for an error, without control characters and not longer than 200 characters.
    fileprivate var printable: String {
        String(String.UnicodeScalarView(unicodeScalars.prefix(200).map { $0.value < 0x20 || $0.value == 0x7F ? "\u{FFFD}" : $0 }))
    }
}
