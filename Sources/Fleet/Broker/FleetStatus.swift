public import JetStream

/// State of a fleet, as its server has it.
public struct FleetStatus: Sendable, Codable {
    /// Workers that live, in order of their machines.
    public var workers: [Presence]
    /// Fronts that live, in order of their names.
    public var fronts: [FrontRecord]
    /// Tickets that wait or are being drawn, of all fronts.
    public var tickets: Int
    /// Ends and parts of pictures that are kept at the server, and their bytes.
    public var results: Int
    /// Size of `results` in bytes.
    public var resultBytes: Int
    /// Tickets of the last seven days that were delivered as often as they may be.
    public var lostTickets: Int

    /// Asks the server.
    /// - Throws: `JetStreamError`; `isMissing` when no front has ever been there.
    public init(of jetStream: JetStream) async throws(JetStreamError) {
        workers = try await KeyValues(BrokerNames.workers, of: jetStream).all().compactMap { try? Presence(message: $0.value) }
            .sorted { ($0.machine, $0.worker.description) < ($1.machine, $1.worker.description) }
        fronts = try await KeyValues(BrokerNames.fronts, of: jetStream).all().compactMap { try? FrontRecord(message: $0.value) }
            .sorted { $0.front.description < $1.front.description }
        tickets = try await jetStream.info(ofStream: BrokerNames.tickets).state.messages
        let kept = try await jetStream.info(ofStream: BrokerNames.results).state
        (results, resultBytes) = (kept.messages, kept.bytes)
        lostTickets = try await jetStream.info(ofStream: BrokerNames.lost).state.messages
    }
}
