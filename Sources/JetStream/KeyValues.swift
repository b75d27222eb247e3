import Bus
import Foundation

/// Values by key, kept in a stream: the last message of a subject is the value of its key.
///
/// The form is that of NATS's own key-value buckets, so `nats kv` shows it.
public struct KeyValues: Sendable {
    public let jetStream: JetStream
    public let bucket: String

    var stream: String { "KV_" + bucket }
    private var subjectPrefix: String { "$KV.\(bucket)." }

    /// - Parameter bucket: letters, digits, `-` and `_`.
    public init(_ bucket: String, of jetStream: JetStream) {
        self.jetStream = jetStream
        self.bucket = bucket
    }

    public struct Entry: Sendable, Equatable {
        public var key: String
        public var value: [UInt8]
        /// Grows with each change of the bucket.
        public var revision: UInt64
    }

    /// Makes the bucket unless it is there.
    /// - Parameters:
    ///   - maxAge: a value goes when it was not written for so long.
    ///   - markerLifetime: how long the server remembers, for who watches, that a value is gone. At least 1 s.
    public func ensure(
        maxAge: Duration? = nil, markerLifetime: Duration? = nil, storage: StreamSettings.Storage = .file, replicas: Int = 1
    ) async throws(JetStreamError) -> EnsuredStream {
        var settings = StreamSettings(name: stream, subjects: [subjectPrefix + ">"])
        settings.mostMessagesPerSubject = 1
        settings.maxAge = maxAge
        settings.expiryMarkerLifetime = markerLifetime
        settings.allowsLifetimes = markerLifetime != nil
        settings.allowsRollup = true
        settings.discard = .new
        settings.storage = storage
        settings.replicas = replicas
        // The window of duplicates may not be longer than the age.
        settings.duplicateWindow = maxAge.map { min($0, .seconds(120)) }
        return try await jetStream.ensure(settings)
    }

    /// - Returns: the revision.
    @discardableResult
    public func put(_ key: String, _ value: [UInt8]) async throws(JetStreamError) -> UInt64 {
        try await jetStream.publish(BusMessage(subject(key), body: value)).seq
    }

    /// nil when there is none.
    public func get(_ key: String) async throws(JetStreamError) -> Entry? {
        guard let message = try await jetStream.last(subject(key), ofStream: stream) else { return nil }
        guard case .put(let entry)? = change(subject: message.subject, message.headers, message.body, message.sequence) else { return nil }
        return entry
    }

    /// All values, by revision.
    public func all() async throws(JetStreamError) -> [Entry] {
        var entries: [Entry] = []
        do throws(JetStreamError) {
            for message in try await jetStream.lastOfEach([subjectPrefix + ">"], ofStream: stream) {
                let change = change(subject: message.subject, message.headers, message.body, message.sequence)
                if case .put(let entry)? = change { entries.append(entry) }
            }
        } catch .refused(JetStreamError.Code.tooManyResults, _) {
            try await follow { change in
                if case .put(let entry) = change { entries.append(entry) }
                return change != .isComplete
            }
        }
        return entries
    }

    public func delete(_ key: String) async throws(JetStreamError) {
        try await jetStream.publish(BusMessage(subject(key), headers: ["KV-Operation": "DEL"]))
    }

    private func subject(_ key: String) throws(JetStreamError) -> String {
        try JetStream.check(name: key)
        return subjectPrefix + key
    }

    /// nil for a message of another bucket.
    func change(subject: String, _ headers: [String: String], _ body: [UInt8], _ sequence: UInt64) -> KeyChange? {
        guard subject.hasPrefix(subjectPrefix) else { return nil }
        let key = String(subject.dropFirst(subjectPrefix.count))
        if let reason = headers["Nats-Marker-Reason"] {
            return .removed(key: key, because: reason == "MaxAge" ? .expired : .deleted, revision: sequence)
        }
        if let operation = headers["KV-Operation"], operation != "PUT" { return .removed(key: key, because: .deleted, revision: sequence) }
        return .put(Entry(key: key, value: body, revision: sequence))
    }
}

/// A change in a bucket.
public enum KeyChange: Sendable, Equatable {
    /// All values that are there follow, up to `isComplete`: a key that is not among them is gone. Comes first, and again whenever
    /// changes may have been missed.
    case begins
    case isComplete
    case put(KeyValues.Entry)
    case removed(key: String, because: Removal, revision: UInt64)

    public enum Removal: Sendable, Equatable { case deleted, expired }
}

extension KeyValues {
    /// Tells of all values, and of every change from then on, until the task is cancelled or the reader goes.
    ///
    /// Errors are not told: the watch begins anew until the server answers again. The bus's `status` says why it does not.
    public func changes() -> AsyncStream<KeyChange> {
        AsyncStream { continuation in
            let watch = Task {
                while !Task.isCancelled {
                    do throws(JetStreamError) {
                        try await follow { change in
                            continuation.yield(change)
                            return true
                        }
                    } catch {
                        try? await Task.sleep(for: .milliseconds(500))
                    }
                }
                continuation.finish()
            }
            continuation.onTermination = { _ in watch.cancel() }
        }
    }

    /// Reads through a consumer that only this call knows.
    /// - Parameter tell: says whether to go on.
    private func follow(_ tell: (KeyChange) -> Bool) async throws(JetStreamError) {
        var settings = ConsumerSettings(name: "watch_" + UUID().uuidString)
        settings.subject = subjectPrefix + ">"
        settings.isDurable = false
        settings.isInMemory = true
        settings.replicas = 1
        settings.acknowledging = .none
        settings.beginning = .lastPerSubject
        settings.inactiveLimit = .seconds(60)
        var left = try await jetStream.ensure(settings, ofStream: stream).num_pending
        var goesOn = tell(.begins)
        if left == 0 { goesOn = tell(.isComplete) && goesOn }
        do throws(JetStreamError) {
            while goesOn, !Task.isCancelled {
                // A pull for several would keep the first until the last has come.
                let request = left > 0
                    ? PullRequest(batch: min(left, 1000), mostBytes: 16 << 20) : PullRequest(waiting: .upTo(.seconds(20)))
                let deliveries = try await jetStream.pull(request, from: settings.name, ofStream: stream)
                for delivery in deliveries {
                    let message = delivery.message
                    if let change = change(subject: message.subject, message.headers, message.body, delivery.sequence) {
                        goesOn = tell(change) && goesOn
                    }
                }
                guard left > 0 else { continue }
                left = deliveries.last?.pending ?? 0
                if left == 0 { goesOn = tell(.isComplete) && goesOn }
            }
        } catch {
            // The server may be well, and only the answer lost.
            _ = try? await jetStream.deleteConsumer(settings.name, ofStream: stream)
            throw error
        }
        _ = try? await jetStream.deleteConsumer(settings.name, ofStream: stream)
    }
}
