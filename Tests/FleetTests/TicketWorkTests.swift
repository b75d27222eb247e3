import FoundationEssentials
import Jobs
import Testing

@testable import Fleet

struct TicketWorkTests {
    private static let start = FleetFixtures.start
    private static let ticket = FleetFixtures.ticket()

    /// The steps that follow one another when each ends as told.
    private static func steps(_ reports: [TicketWork.Report], after seconds: Double = 0) -> [TicketWork.Step] {
        var work = TicketWork(deadline: start.addingTimeInterval(10))
        return reports.enumerated().map { number, report in
            work.next(after: report, at: start.addingTimeInterval(seconds), newRun: FleetFixtures.run(number))
        }
    }

    private static let drawn: [TicketWork.Report] = [.found(nil), .prepared, .drawn]

    @Test("a ticket is drawn, its end is stored, and only then it is acknowledged")
    func order() {
        #expect(
            Self.steps(Self.drawn + [.committed(.committed), .acked])
                == [.prepare, .draw, .commit(FleetFixtures.run(2)), .ack, .finished])
    }

    @Test("a ticket that has an end is not drawn again")
    func endIsThere() {
        #expect(Self.steps([.found(FleetFixtures.end(of: Self.ticket)), .acked]) == [.ack, .finished])
        #expect(Self.steps(Self.drawn + [.committed(.lost)]).last == .ack)
    }

    @Test("after a refusal it is looked whether the end was stored; if not, it is sent once more under a new name, without a new picture")
    func refusal() {
        let refused = Self.drawn + [.committed(.refused(reason: "full"))]
        #expect(Self.steps(refused).last == .lookForEnd)
        #expect(Self.steps(refused + [.found(nil)]).last == .commit(FleetFixtures.run(4)))
        #expect(Self.steps(refused + [.found(FleetFixtures.end(of: Self.ticket))]).last == .ack)
    }

    @Test("a ticket past its deadline fails without being drawn")
    func late() { #expect(Self.steps([.found(nil)], after: 10) == [.commit(FleetFixtures.run(0))]) }

    @Test("a worker that stops, or has no model, gives the ticket back; one that is cancelled writes an end")
    func endings() {
        #expect(Self.steps([.stopped, .gaveBack]) == [.giveBack(delay: .zero), .finished])
        #expect(Self.steps([.found(nil), .prepared, .stopped]).last == .giveBack(delay: .zero))
        #expect(Self.steps(Self.drawn + [.stopped]).last == .giveBack(delay: .zero))
        #expect(Self.steps([.found(nil), .cannotPrepare]).last == .giveBack(delay: TicketWork.handOver))
        #expect(Self.steps([.found(nil), .prepared, .cancelled]).last == .commit(FleetFixtures.run(2)))
        #expect(Self.steps([.found(nil), .failed("The model is damaged.")]).last == .commit(FleetFixtures.run(1)))
    }

    @Test("an acknowledgement that nobody answers is tried twice")
    func acks() {
        let committed = Self.drawn + [.committed(.committed)]
        #expect(Self.steps(committed + [.unreachable, .unreachable]).suffix(2) == [.ack, .finished])
    }
}
