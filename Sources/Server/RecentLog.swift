internal import FoundationEssentials
internal import Jobs
public import Logging
internal import Synchronization

/// The latest lines of the log, for clients: without the places of files, who the clients are, the words of errors that may hold anything,
/// and what is quieter than `info`.
public final class RecentLog: Sendable {
    /// Lines that are kept.
    static let capacity = 1000

    private let kept = Mutex<[String]>([])

    public init() {}

    /// The latest lines, the oldest first.
    /// - Parameter limit: how many at most; 0 for all.
    func lines(limit: Int) -> [String] { kept.withLock { limit > 0 ? $0.suffix(limit) : $0 } }

    func clear() { kept.withLock { $0 = [] } }

    /// A handler that a logger writes to, beside others.
    public func handler() -> any LogHandler { Handler(log: self) }

    private func add(_ line: String) {
        kept.withLock { lines in
            lines.append(line)
            if lines.count > Self.capacity { lines.removeFirst(lines.count - Self.capacity) }
        }
    }

    private struct Handler: LogHandler {
        let log: RecentLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            guard event.level >= .info else { return }
            let told = metadata.merging(event.metadata ?? [:]) { $1 }.filter { Self.toldKeys.contains($0.key) }
            let words = told.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            let message = PublicReason.withoutFolders(event.message.description)
            log.add(([Date.now.ISO8601Format(), event.level.rawValue, message] + words).joined(separator: " "))
        }

        private static let toldKeys: Set<String> = [
            "job", "model", "state", "pictures", "seconds", "together", "waiting", "run", "size", "warnings", "method", "path", "status",
            "ms", "id",
        ]
    }
}
