import Jobs
import Testing
import TestSupport

@Suite("The simulation")
struct QueueSimulationTests {
    private let simulation = QueueSimulation(
        costs: .init(compile: 20, picture: 6, furtherPicture: 5, usefulBatchSize: 4, readyGroups: 1), group: FakePainter.group)

    /// Two models by turns, all at once.
    private let load = (0..<40).map { index in
        QueueSimulation.Arrival(time: 0, request: .with(model: index.isMultiple(of: 2) ? "a" : "b", client: "\(index % 5)"))
    }

    @Test("first come, first served compiles whenever the model changes, and times add up")
    func firstComeFirstServed() {
        let outcome = simulation.runFirstComeFirstServed(load)
        #expect(outcome.compiles == 40)
        #expect(outcome.draws == 40)
        #expect(outcome.makespan == 40 * 26)
        #expect(outcome.waits == (0..<40).map { Double($0 * 26) })
        #expect(outcome.meanWait == 19.5 * 26)
        #expect(outcome.wait(ofShare: 0.95) == 37 * 26)
        #expect(outcome.wait(ofShare: 1) == outcome.longestWait)
    }

    @Test("grouping compiles seldom, as patience allows, and drawing together saves more")
    func grouping() {
        let grouped = simulation.run(load, QueueSettings(batchSize: 1))
        #expect(grouped.compiles == 2, "five clients by turns: none is passed eight times")
        let ofOneClient = load.map { arrival in
            var arrival = arrival
            arrival.request.client = ""
            return arrival
        }
        // Nine of one model, seventeen of the other, eleven and three: eight go before the oldest each time.
        #expect(simulation.run(ofOneClient, QueueSettings(batchSize: 1)).compiles == 4)
        #expect(grouped.makespan == 40 * 6 + Double(grouped.compiles) * 20)
        let together = simulation.run(load, QueueSettings(batchSize: 4))
        #expect(together.draws < 20)
        #expect(together.makespan < grouped.makespan)
        #expect(together.waits.count == 40)
    }

    @Test("several workers share a load: with one for each model, each compiles once, and all is done in half the time")
    func workers() {
        let outcome = simulation.run(load, QueueSettings(patienceJobs: 40, batchSize: 1), workerCount: 2)
        #expect(outcome.compiles == 2)
        #expect(outcome.draws == 40)
        #expect(outcome.makespan == 20 + 20 * 6)
        let together = simulation.run(load, QueueSettings(patienceJobs: 40, batchSize: 4), workerCount: 4)
        #expect(together.waits.count == 40)
        #expect(together.makespan < outcome.makespan)
    }

    @Test("groups that stay ready are compiled once; what arrives late is waited for")
    func readyGroups() {
        var simulation = simulation
        simulation.costs.readyGroups = 2
        #expect(simulation.runFirstComeFirstServed(load).compiles == 2)
        let late = simulation.runFirstComeFirstServed([.init(time: 0, request: .with()), .init(time: 100, request: .with())])
        #expect(late.makespan == 106)
        #expect(late.waits == [0, 0])
    }
}
