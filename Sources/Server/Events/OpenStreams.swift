internal import Synchronization
internal import WebAPI

/// Counts the event streams that are open: each holds a connection, and memory for what its reader has yet to read.
final class OpenStreams: Sendable {
    private let open = Mutex(0)

    /// One stream's place, which is free again when nothing refers to this any more.
    final class Place: Sendable {
        private let streams: OpenStreams
        fileprivate init(_ streams: OpenStreams) { self.streams = streams }
        deinit { streams.open.withLock { $0 -= 1 } }
    }

    var count: Int { open.withLock { $0 } }

    /// - Throws: `.tooManyStreams`.
    func take(limit: Int) throws(APIError) -> Place {
        let isFree = open.withLock { open in
            guard open < limit else { return false }
            open += 1
            return true
        }
        guard isFree else {
            throw APIError(
                .tooManyStreams, retryAfterSeconds: 5,
                "\(limit) event streams are open, as many as may be (max_event_streams). Close one, or ask for the state of jobs now and "
                    + "then.")
        }
        return Place(self)
    }
}
