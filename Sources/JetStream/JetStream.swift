public import Bus
import Files
import Foundation

/// NATS JetStream: streams of messages that a server keeps. All is JSON and headers over a bus.
///
/// An acknowledged message is on the server's disk only if the server runs with `sync_interval: always`.
public struct JetStream: Sendable {
    public let bus: any Bus
    /// The time that the server has to answer. At most 10 s.
    public let timeout: Duration

    /// Atomic batches and lifetimes of messages came with it.
    public static let leastAPILevel = 2

    public init(_ bus: any Bus, timeout: Duration = .seconds(5)) {
        self.bus = bus
        self.timeout = timeout
    }

    /// Finds out whether the server can do all that is needed.
    /// - Throws: `tooOld`, `notEnabled`.
    public func checkServer() async throws(JetStreamError) {
        struct Info: Decodable {
            struct API: Decodable { var level: Int? }
            var api: API?
        }
        let level: Int
        do throws(JetStreamError) {
            level = try await ask("INFO", answer: Info.self).api?.level ?? 0
        } catch .bus(.noResponders) {
            throw .notEnabled
        } catch .refused(code: 10039, _), .refused(code: 10035, _), .refused(code: 10076, _) {
            throw .notEnabled
        }
        guard level >= Self.leastAPILevel else { throw .tooOld(apiLevel: level) }
    }
}

// MARK: Requests

extension JetStream {
    struct Nothing: Codable {}

    /// Asks `$JS.API.…` without a question.
    func ask<Answer: Decodable>(_ what: String, answer: Answer.Type) async throws(JetStreamError) -> Answer {
        try await ask(what, Nothing?.none, answer: answer)
    }

    /// Asks `$JS.API.…`.
    func ask<Answer: Decodable>(
        _ what: String, _ question: (some Encodable)?, answer: Answer.Type = Nothing.self
    ) async throws(JetStreamError) -> Answer {
        let subject = "$JS.API." + what
        let body = try question.map { question throws(JetStreamError) in try Self.json(question) } ?? []
        return try Self.read(try await request(BusMessage(subject, body: body)), about: subject)
    }

    func request(_ message: BusMessage, within limit: Duration? = nil) async throws(JetStreamError) -> BusMessage {
        do throws(BusError) {
            return try await bus.request(message, timeout: limit ?? timeout)
        } catch {
            throw .bus(error)
        }
    }

    func publish(toBus message: BusMessage) async throws(JetStreamError) {
        do throws(BusError) {
            try await bus.publish(message)
        } catch {
            throw .bus(error)
        }
    }

    static func json(_ value: some Encodable) throws(JetStreamError) -> [UInt8] {
        do {
            return Array(try JSONEncoder().encode(value))
        } catch {
            throw .unreadable(subject: "this program", reason: "\(error)")
        }
    }

    /// Reads an answer, or the refusal that stands in its place.
    static func read<Answer: Decodable>(_ message: BusMessage, about subject: String) throws(JetStreamError) -> Answer {
        do {
            let data = Data(message.body)
            if let refusal = try JSONDecoder().decode(Refusal.self, from: data).error { throw refusal.asError }
            return try JSONDecoder().decode(Answer.self, from: data)
        } catch let error as JetStreamError {
            throw error
        } catch {
            throw .unreadable(subject: subject, reason: "\(error)")
        }
    }

    /// Names stand in subjects.
    static func check(name: String) throws(JetStreamError) {
        let isName = !name.isEmpty && name.utf8.count <= 255
            && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !Array(".*>/\\".utf8).contains($0) }
        guard isName else { throw .invalidName(name) }
    }
}

private struct Refusal: Decodable {
    struct Content: Decodable {
        var code: Int?
        var err_code: Int?
        var description: String?

        var asError: JetStreamError { .refused(code: err_code ?? code ?? 0, description: description ?? "without a reason") }
    }
    var error: Content?
}

extension Duration {
    /// The unit of JetStream's JSON. Longer than 292 years is 292 years.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? (seconds < 0 ? .min : .max) : product.addingReportingOverflow(attoseconds / 1_000_000_000).partialValue
    }

    init(nanoseconds: Int64) { self = .nanoseconds(nanoseconds) }
}
