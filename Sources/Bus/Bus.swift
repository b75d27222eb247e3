/// Carries messages between programs. Each is delivered once or not at all; keeping them is `JetStream`'s.
public protocol Bus: Sendable {
    /// Hands a message over. Nobody answers; whether somebody listens is not known.
    func publish(_ message: BusMessage) async throws(BusError)

    /// Asks, and waits for the first answer on the subject that the question came with.
    ///
    /// An answer that carries a subject of its own is not found: ask with `replies` what JetStream delivers.
    /// - Parameter timeout: at most 10 s.
    /// - Throws: `timedOut`, `noResponders`, `disconnected` (also while it waits), `notPermitted`, `cancelled`.
    func request(_ message: BusMessage, timeout: Duration) async throws(BusError) -> BusMessage

    /// Asks on a subject of its own, and hands on all answers, whatever their subject.
    /// - Parameter duration: the stream ends after it. It ends earlier when the connection is lost, since answers may be lost with it.
    func replies(to message: BusMessage, for duration: Duration) async throws(BusError) -> AsyncStream<BusMessage>

    /// Listens, from now on. Goes on when the connection is lost and made again; messages between are lost.
    ///
    /// The newest 1,024 that nobody has read yet are kept. The stream ends with the bus.
    /// - Parameter subject: may have `*` for a word, and `>` at its end for one or more.
    func messages(_ subject: String) async throws(BusError) -> AsyncStream<BusMessage>

    /// The state, at once and whenever it changes. Each stream is for one reader.
    var status: AsyncStream<BusStatus> { get }
}

/// State of the connection between a bus and its server.
public enum BusStatus: Sendable, Equatable {
    /// - Parameter server: its address.
    case connected(server: String)
    /// Tries to connect again until it succeeds.
    case disconnected(reason: String)
    /// Has given up, or was closed. Nothing comes after it.
    case closed(reason: String)
    /// Something failed that did not end the connection, such as a message to a subject that this user may not publish to.
    case warning(reason: String)
}
