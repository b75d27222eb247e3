import FoundationEssentials
import Generation
import Jobs
import Testing

@testable import Fleet

struct TicketBookTests {
    /// A book with one draw whose ticket is in the stream.
    private struct Released {
        var book = TicketBook(front: FleetFixtures.front())
        let draw: TicketBook.DrawID
        var ticket: Ticket

        init(_ jobs: [Int] = [1]) throws {
            let (draw, steps) = book.order(FleetFixtures.plan(jobs), at: FleetFixtures.start)
            self.draw = draw
            ticket = try #require(steps.released)
            _ = book.released(ticket.id, at: 1, FleetFixtures.start)
        }

        mutating func hear(_ kind: TicketEvent.Kind, from worker: Int = 1, after seconds: Double) -> [TicketBook.Step] {
            let event = TicketEvent(kind, of: ticket.id, by: FleetFixtures.worker(worker))
            return book.heard(event, at: FleetFixtures.start.addingTimeInterval(seconds))
        }

        mutating func tick(after seconds: Double) -> [TicketBook.Step] { book.tick(at: FleetFixtures.start.addingTimeInterval(seconds)) }
    }

    @Test("a ticket that was begun and is silent for a minute is released again with a larger number, and the old one taken back")
    func silence() throws {
        var fleet = try Released()
        _ = fleet.hear(.started(delivery: 1), after: 10)
        _ = fleet.hear(.alive, after: 30)
        #expect(fleet.tick(after: 89).released == nil)
        let steps = fleet.tick(after: 90)
        let again = try #require(steps.released)
        #expect(again.id.release > fleet.ticket.id.release)
        #expect(steps.contains { if case .withdraw(fleet.ticket.id, 1) = $0 { true } else { false } })
        #expect(steps.contains { if case .cancel(fleet.ticket.id) = $0 { true } else { false } })
        // The end of the old one counts all the same.
        let end = FleetFixtures.end(of: fleet.ticket)
        let ended = fleet.book.ended(end, Receipt("a"), at: FleetFixtures.start.addingTimeInterval(95))
        #expect(ended.contains { if case .fetch(fleet.draw, end) = $0 { true } else { false } })
        #expect(ended.contains { if case .cancel(again.id) = $0 { true } else { false } })
    }

    @Test("silence counts only while the broker can be reached")
    func disconnected() throws {
        var fleet = try Released()
        _ = fleet.hear(.started(delivery: 1), after: 10)
        fleet.book.connected(false, at: FleetFixtures.start.addingTimeInterval(20))
        #expect(fleet.tick(after: 500).released == nil)
        fleet.book.connected(true, at: FleetFixtures.start.addingTimeInterval(510))
        #expect(fleet.tick(after: 560).released == nil)
        #expect(fleet.tick(after: 570).released != nil)
    }

    @Test("a ticket that was begun three times and lost each time fails, with a reason")
    func lostThrice() throws {
        var fleet = try Released()
        for attempt in 1...3 {
            #expect(fleet.hear(.started(delivery: attempt), from: attempt, after: 10.0 * Double(attempt)).failure == nil)
            // Told twice, it counts once.
            _ = fleet.hear(.started(delivery: attempt), from: attempt, after: 10.0 * Double(attempt))
        }
        let reason = try #require(fleet.tick(after: 91).failure)
        #expect(reason.reason == ErrorReason(.machineLost, ["times": 3]))
        #expect(reason.description == "It was begun 3 times, and each time the machine that drew it was lost.")
        #expect(fleet.book.count == 0)
    }

    @Test("a ticket that a worker gave back does not count as lost")
    func returned() throws {
        var fleet = try Released()
        for attempt in 1...9 {
            #expect(fleet.hear(.started(delivery: attempt), from: attempt, after: Double(attempt)).failure == nil)
            _ = fleet.hear(.returned, from: attempt, after: Double(attempt))
        }
        #expect(fleet.book.count == 1)
    }

    @Test("a ticket that waits is looked for each minute, and released again when it is lost")
    func wiped() throws {
        var fleet = try Released()
        #expect(fleet.tick(after: 59).isEmpty)
        #expect(fleet.tick(after: 60).contains { if case .look(fleet.ticket.id, 1) = $0 { true } else { false } })
        #expect(fleet.book.found(fleet.ticket.id, isThere: true, at: FleetFixtures.start).isEmpty)
        #expect(fleet.book.found(fleet.ticket.id, isThere: false, at: FleetFixtures.start).released != nil)
    }

    @Test("a ticket that waits longer than the patience becomes urgent")
    func patience() throws {
        var fleet = try Released()
        let steps = fleet.tick(after: 300)
        let urgent = steps.contains { if case .release(let release) = $0 { release.ticketClass == .urgent } else { false } }
        #expect(urgent)
    }

    @Test("the second end of a draw is dismissed, and the first is acknowledged only when all its jobs are settled")
    func settling() throws {
        var fleet = try Released([1, 2])
        let end = FleetFixtures.end(of: fleet.ticket)
        _ = fleet.book.ended(end, Receipt("a"), at: FleetFixtures.start)
        let answer = fleet.book.fetched(fleet.draw, fleet.ticket.id)
        #expect(answer.contains { if case .answer(fleet.draw, .drawn) = $0 { true } else { false } })
        #expect(answer.acks == [])
        // Delivered again: the newer receipt counts.
        #expect(fleet.book.ended(end, Receipt("b"), at: FleetFixtures.start).isEmpty)
        #expect(fleet.book.settled(FleetFixtures.job(1), runs: nil).isEmpty)
        #expect(fleet.book.settled(FleetFixtures.job(2), runs: nil).acks == [Receipt("b")])
        #expect(fleet.book.count == 0)
        #expect(fleet.book.ended(end, Receipt("c"), at: FleetFixtures.start).acks == [Receipt("c")])
    }

    @Test("a damaged picture is drawn again, and one that cannot be fetched now is fetched later")
    func fetching() throws {
        var fleet = try Released()
        let end = FleetFixtures.end(of: fleet.ticket)
        _ = fleet.book.ended(end, Receipt("a"), at: FleetFixtures.start)
        #expect(fleet.book.couldNotFetch(fleet.draw, end.ticket, .unreachable, at: FleetFixtures.start).isEmpty)
        #expect(fleet.tick(after: 2).contains { if case .fetch(fleet.draw, end) = $0 { true } else { false } })
        let steps = fleet.book.couldNotFetch(fleet.draw, end.ticket, .damaged, at: FleetFixtures.start)
        #expect(steps.released != nil)
        #expect(steps.acks == [Receipt("a")])
    }

    @Test("what an earlier process released is taken up by the same jobs, and taken back when they are drawn otherwise")
    func adopting() throws {
        let first = try Released([1, 2]).ticket
        for jobs in [[1, 2], [2]] {
            var book = TicketBook(front: FleetFixtures.front())
            let unfinished = [FleetFixtures.job(1): 0, FleetFixtures.job(2): 0]
            #expect(book.adopt([4: first], ends: [], unfinished: unfinished, at: FleetFixtures.start).isEmpty)
            let steps = book.order(FleetFixtures.plan(jobs), at: FleetFixtures.start).steps
            if jobs.count == 2 {
                #expect(steps.isEmpty)
            } else {
                #expect((steps.released?.id.release ?? 0) > first.id.release)
                #expect(steps.contains { if case .withdraw(first.id, 4) = $0 { true } else { false } })
            }
        }
    }

    @Test("an end that an earlier process has left is fetched when its jobs are drawn; a ticket of jobs that are over is taken back")
    func adoptingEnds() throws {
        let ticket = try Released().ticket
        let end = FleetFixtures.end(of: ticket)
        var book = TicketBook(front: FleetFixtures.front())
        #expect(book.adopt([:], ends: [end], unfinished: [FleetFixtures.job(1): 0], at: FleetFixtures.start).isEmpty)
        let (draw, steps) = book.order(FleetFixtures.plan(), at: FleetFixtures.start)
        #expect(steps.contains { if case .fetch(draw, end) = $0 { true } else { false } })
        var other = TicketBook(front: FleetFixtures.front())
        let over = other.adopt([3: ticket], ends: [end], unfinished: [:], at: FleetFixtures.start)
        #expect(over.contains { if case .withdraw(ticket.id, 3) = $0 { true } else { false } })
        #expect(other.count == 0)
    }
}

extension [TicketBook.Step] {
    /// The ticket that is released.
    fileprivate var released: Ticket? {
        for case .release(let release) in self { return release.ticket }
        return nil
    }

    fileprivate var failure: PublicReason? {
        for case .answer(_, .failed(let reason)) in self { return reason }
        return nil
    }

    fileprivate var acks: [Receipt] {
        compactMap { if case .ack(let receipt) = $0 { receipt } else { nil } }
    }
}
