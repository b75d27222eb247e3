internal import Generation
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
                .tooManyStreams, reason: ErrorReason(.tooManyStreams, ["max": .init(limit), "setting": "max_event_streams"]),
                retryAfterSeconds: 5,
                "\(limit) event streams are open, which is the limit (setting max_event_streams). Close one, or ask for the state of jobs "
                    + "from time to time.")
        }
        return Place(self)
    }
}
