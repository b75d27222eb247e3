import FoundationEssentials
import Synchronization

@testable import Fleet

/// One broker for fronts and workers in one process. A lease never ends unless a test lets it.
final class MemoryDispatch: FrontDispatch, WorkerDispatch, Sendable {
    private struct State {
        var broker = MemoryBroker()
        var time = FleetFixtures.start
        var fronts: [AsyncStream<FrontNews>.Continuation] = []
        var workers: [AsyncStream<WorkerNews>.Continuation] = []
        var presences: [WorkerID: Presence] = [:]
        var groups: [GroupToken: GroupRecord] = [:]
        var events: [TicketEvent.Kind] = []
        var refusals = 0
        var commits = 0
        var acks: [Receipt] = []
    }

    private let state = Mutex(State())

    var broker: MemoryBroker { state.withLock(\.broker) }
    /// Events of tickets, in their order.
    var events: [TicketEvent.Kind] { state.withLock(\.events) }
    var commits: Int { state.withLock(\.commits) }
    /// Ends that were acknowledged.
    var acks: [Receipt] { state.withLock(\.acks) }
    var presences: [WorkerID: Presence] { state.withLock(\.presences) }

    /// Refuses so many commits.
    func refuse(_ count: Int) { state.withLock { $0.refusals = count } }

    func connect() { tellFronts(.connection(true)) }

    private func tellFronts(_ news: FrontNews) { for front in state.withLock(\.fronts) { front.yield(news) } }
    private func tellWorkers(_ news: WorkerNews) { for worker in state.withLock(\.workers) { worker.yield(news) } }

    private func deliverEnds(for front: FrontID) {
        let ends = state.withLock { state in
            state.time.addTimeInterval(0.01)
            return state.broker.nextEnds(for: front, at: state.time)
        }
        for (ticket, message, receipt) in ends { tellFronts(.end(ticket, message: message, receipt)) }
    }

    // The front

    func news() -> AsyncStream<FrontNews> {
        let (stream, continuation) = AsyncStream.makeStream(of: FrontNews.self)
        let presences = state.withLock { state in
            state.fronts.append(continuation)
            return Array(state.presences.values)
        }
        continuation.yield(.connection(true))
        continuation.yield(.workers(presences))
        return stream
    }

    func release(_ release: Release) async throws -> UInt64 {
        let place = try state.withLock { try $0.broker.release(release, at: $0.time) }
        tellWorkers(.hint(TicketHint(release.ticketClass, release.group, oldest: release.oldest)))
        return place
    }

    func withdraw(_ ticket: TicketID, at place: UInt64) async throws { state.withLock { $0.broker.withdraw(ticket, at: place) } }

    func isReleased(_ ticket: TicketID, at place: UInt64) async throws -> Bool {
        state.withLock { $0.broker.isReleased(ticket, at: place) }
    }

    func cancel(_ ticket: TicketID) async { tellWorkers(.cancel(ticket)) }

    func parts(of picture: PictureFile, in ticket: TicketID) async throws -> [[UInt8]] {
        state.withLock { $0.broker.parts(of: picture, in: ticket) }
    }

    func ack(_ end: Receipt) async throws {
        state.withLock { state in
            // Tickets and ends have receipts of different forms.
            if TicketID(end.text) != nil {
                state.broker.ackEnd(end)
                state.acks.append(end)
            } else {
                state.broker.ack(end)
            }
        }
    }

    func discardParts(of ticket: TicketID) async throws { state.withLock { $0.broker.discardParts(of: ticket) } }

    func released() async throws -> (tickets: [UInt64: Ticket], ends: [TicketID: [UInt8]]) {
        state.withLock { $0.broker.released(for: FleetFixtures.front()) }
    }

    func tell(_ record: FrontRecord) async throws { tellFronts(.fronts([record])) }

    func tell(_ group: GroupRecord) async throws {
        state.withLock { $0.groups[group.token] = group }
        tellWorkers(.group(group))
    }

    // Workers

    func news() -> AsyncStream<WorkerNews> {
        let (stream, continuation) = AsyncStream.makeStream(of: WorkerNews.self)
        state.withLock { $0.workers.append(continuation) }
        return stream
    }

    func pull(_ ticketClass: TicketClass, _ group: GroupToken, waiting: Duration?) async throws -> TicketDelivery? {
        state.withLock { $0.broker.pull(ticketClass, group, at: $0.time) }
    }

    func working(_ ticket: Receipt) async { state.withLock { $0.broker.working(ticket, at: $0.time) } }

    func nak(_ ticket: Receipt, delay: Duration) async { state.withLock { $0.broker.nak(ticket, delay: .zero, at: $0.time) } }

    func hint(_ hint: TicketHint, for front: FrontID) async { tellWorkers(.hint(hint)) }

    func end(of ticket: TicketID, for front: FrontID) async throws -> [UInt8]? { state.withLock { $0.broker.end(of: ticket) } }

    func commit(_ end: TicketEnd, _ pictures: [[ArraySlice<UInt8>]], for front: FrontID) async -> Commit {
        let commit = state.withLock { state -> Commit in
            state.commits += 1
            if state.refusals > 0 {
                state.refusals -= 1
                return .refused(reason: "the stream is full")
            }
            return state.broker.commit(end, pictures, for: front, at: state.time)
        }
        deliverEnds(for: front)
        return commit
    }

    func tell(_ event: TicketEvent, to front: FrontID) async {
        state.withLock { $0.events.append(event.kind) }
        tellFronts(.event(event))
    }

    func tell(_ presence: Presence) async throws {
        let presences = state.withLock { state in
            state.presences[presence.worker] = presence
            return Array(state.presences.values)
        }
        tellFronts(.workers(presences))
    }

    func leave() async {
        state.withLock { $0.presences = [:] }
        tellFronts(.workers([]))
    }

    func groups() async throws -> [GroupRecord] { state.withLock { Array($0.groups.values) } }
}
