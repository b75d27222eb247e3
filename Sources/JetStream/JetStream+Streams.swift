import Bus
public import Files

/// A stream as the server has it.
public struct StreamInfo: Sendable, Decodable {
    public struct State: Sendable, Decodable {
        public var messages: Int
        public var bytes: Int
        public var first_seq: UInt64
        public var last_seq: UInt64
        public var consumer_count: Int?
        public var num_subjects: Int?
    }

    /// Servers of a replicated stream.
    public struct Cluster: Sendable, Decodable {
        /// The name of the server that leads; nil while there is none.
        public var leader: String?
    }

    public var config: JSONValue
    public var state: State
    public var cluster: Cluster?

    /// nil for servers that do not tell.
    public var serverVersion: ServerVersion? {
        guard case .string(let text)? = config["metadata"]?["_nats.ver"] else { return nil }
        return ServerVersion(text)
    }
}

/// A stream that was there, or was made.
public struct EnsuredStream: Sendable {
    public var info: StreamInfo
    public var wasMade: Bool
    /// Sentences for the log: settings that are others than asked for, a server older than any that was tried.
    public var warnings: [String]
}

extension JetStream {
    /// Makes a stream unless it is there. One that is there is left as it is.
    public func ensure(_ settings: StreamSettings) async throws(JetStreamError) -> EnsuredStream {
        try Self.check(name: settings.name)
        var wasMade = false
        let info: StreamInfo
        do throws(JetStreamError) {
            info = try await self.info(ofStream: settings.name)
        } catch .refused(JetStreamError.Code.streamNotFound, _) {
            do throws(JetStreamError) {
                info = try await ask("STREAM.CREATE." + settings.name, settings, answer: StreamInfo.self)
                wasMade = true
            } catch .refused(JetStreamError.Code.streamNameInUse, _) {
                // Another program was faster, with other settings.
                info = try await self.info(ofStream: settings.name)
            }
        }
        var warnings = try Self.differences(wanted: settings, found: info.config).map {
            "The stream \(settings.name) at NATS has \($0). It is used as it is; `nats stream edit` changes it."
        }
        if let version = info.serverVersion, version < .oldestTried {
            warnings.append(
                "The NATS server has version \(version). Use \(ServerVersion.oldestTried) or later, which has fixes that matter.")
        }
        return EnsuredStream(info: info, wasMade: wasMade, warnings: warnings)
    }

    /// - Throws: `refused` with `Code.streamNotFound`.
    public func info(ofStream name: String) async throws(JetStreamError) -> StreamInfo {
        try Self.check(name: name)
        return try await ask("STREAM.INFO." + name, answer: StreamInfo.self)
    }

    /// Deletes one message, a leased one too.
    /// - Returns: whether it was there.
    @discardableResult
    public func delete(sequence: UInt64, ofStream name: String) async throws(JetStreamError) -> Bool {
        struct Question: Encodable {
            var seq: UInt64
            var no_erase = true
        }
        try Self.check(name: name)
        do throws(JetStreamError) {
            _ = try await ask("STREAM.MSG.DELETE." + name, Question(seq: sequence))
            return true
        } catch .refused(JetStreamError.Code.noMessageFound, _), .refused(JetStreamError.Code.sequenceNotFound, _) {
            return false
        } catch .refused(JetStreamError.Code.deleteFailed, let description)
            where ["no message found", "stream store EOF"].contains(where: { description.hasSuffix($0) })
        {
            // Gone, or beyond the last one.
            return false
        }
    }

    /// Deletes all messages of a subject, which may have wildcards.
    /// - Returns: how many.
    @discardableResult
    public func purge(_ subject: String, ofStream name: String) async throws(JetStreamError) -> Int {
        struct Question: Encodable { var filter: String }
        struct Answer: Decodable { var purged: Int? }
        try Self.check(name: name)
        return try await ask("STREAM.PURGE." + name, Question(filter: subject), answer: Answer.self).purged ?? 0
    }

    /// Compares what was asked for with what is there; the server adds settings of its own, which do not count.
    /// - Returns: the ends of sentences.
    static func differences(wanted: some Encodable, found: JSONValue) throws(JetStreamError) -> [String] {
        let json: JSONValue
        do {
            json = try JSONValue(parsing: Self.json(wanted))
        } catch let error as JetStreamError {
            throw error
        } catch {
            throw .unreadable(subject: "this program", reason: "\(error)")
        }
        guard case .object(let wanted) = json else { return [] }
        return wanted.keys.sorted().compactMap { key in
            let there = found[key] ?? .null, asked = wanted[key] ?? .null
            // The server leaves out what is false, and has -1 or 0 where there is no limit.
            if there == asked || there == .null && [.bool(false), .integer(0)].contains(asked) { return nil }
            return "\(key) \(there.text), where \(asked.text) is asked for"
        }
    }
}

extension JSONValue {
    fileprivate var text: String {
        switch self {
        case .null: "not set"
        case .bool(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .unsigned(let value): "\(value)"
        case .number(let value): "\(value)"
        case .string(let value): value
        case .array(let values): "[\(values.map(\.text).joined(separator: ", "))]"
        case .object(let members): "{\(members.keys.sorted().map { "\($0): \((members[$0] ?? .null).text)" }.joined(separator: ", "))}"
        }
    }
}
