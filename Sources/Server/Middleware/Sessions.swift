internal import Crypto
internal import Files
internal import FoundationEssentials
internal import Synchronization

/// The people who have logged in with the form at `/login`. Each session is named by a random token, which a cookie holds; only its
/// digest is kept, in memory. So a restart ends all sessions.
struct SessionTable<Instant: InstantProtocol> where Instant.Duration == Duration {
    /// A session ends when nothing was asked in it for this long.
    static var longestPause: Duration { .seconds(7 * 86_400) }
    /// A session ends after this time, however much it is used.
    static var longestTime: Duration { .seconds(30 * 86_400) }

    private struct Session {
        let client: String
        let beganAt: Instant
        var usedAt: Instant

        func isOver(at now: Instant) -> Bool {
            usedAt.duration(to: now) >= SessionTable.longestPause || beganAt.duration(to: now) >= SessionTable.longestTime
        }
    }

    private var sessions: [SHA256Digest: Session] = [:]
    /// Sessions that are kept at most. For a new one, the one that was not used for the longest time ends.
    private let capacity: Int

    init(capacity: Int = 1000) { self.capacity = capacity }

    /// The number of sessions, those that are over but not removed yet included.
    var count: Int { sessions.count }

    /// Begins a session.
    /// - Returns: its token: 256 random bits in hexadecimal.
    mutating func begin(for client: String, at now: Instant) -> String {
        if sessions.count >= capacity { sessions = sessions.filter { !$0.value.isOver(at: now) } }
        if sessions.count >= capacity, let idlest = sessions.min(by: { $0.value.usedAt < $1.value.usedAt })?.key {
            sessions[idlest] = nil
        }
        // The system's generator is fit for secrets.
        let token = (0..<32).map { _ in UInt8.random(in: .min ... .max) }.hexadecimal
        sessions[Self.digest(of: token)] = Session(client: client, beganAt: now, usedAt: now)
        return token
    }

    /// Whose session it is, and counts this as a use; nil when there is none, or it is over.
    mutating func client(of token: String, at now: Instant) -> String? {
        let digest = Self.digest(of: token)
        guard var session = sessions[digest] else { return nil }
        guard !session.isOver(at: now) else {
            sessions[digest] = nil
            return nil
        }
        session.usedAt = now
        sessions[digest] = session
        return session.client
    }

    /// Ends a session, if there is one.
    mutating func end(_ token: String) { sessions[Self.digest(of: token)] = nil }

    /// Tokens are looked up by their digests: how long that takes tells nothing of a token.
    private static func digest(of token: String) -> SHA256Digest { SHA256.hash(data: Data(token.utf8)) }
}

/// The sessions of a running server.
final class Sessions: Sendable {
    private let table = Mutex(SessionTable<ContinuousClock.Instant>())

    func begin(for client: String) -> String { table.withLock { $0.begin(for: client, at: .now) } }
    func client(of token: String) -> String? { table.withLock { $0.client(of: token, at: .now) } }
    func end(_ token: String) { table.withLock { $0.end(token) } }
}
