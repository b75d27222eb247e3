import Testing

@testable import Fleet

struct SimulatedFleetTests {
    static let faults: [(name: String, faults: SimulatedFleet.Faults)] = [
        ("none", .none),
        ("workers die", .init(workerDies: 0.01, eventLost: 0.2)),
        ("workers pause past their leases", .init(workerPauses: 0.02, eventLost: 0.1)),
        ("workers stop", .init(workerStops: 0.03)),
        ("the front dies", .init(frontDies: 0.002)),
        ("answers are lost", .init(answerLost: 0.3, eventLost: 0.5)),
        ("the store is wiped", .init(workerDies: 0.002, storeWiped: 0.001)),
        ("the connection breaks", .init(disconnected: 0.003)),
        ("clients cancel", .init(answerLost: 0.1, eventLost: 0.3, cancelled: 0.05)),
        ("models are missing", .init(modelMissing: 0.2)),
        (
            "everything",
            .init(
                workerDies: 0.003, workerPauses: 0.003, workerStops: 0.003, frontDies: 0.0005, answerLost: 0.1, eventLost: 0.1,
                storeWiped: 0.0003, disconnected: 0.001, cancelled: 0.01, modelMissing: 0.02)
        ),
    ]

    @Test("every accepted job ends exactly once, whatever goes wrong", arguments: faults.indices)
    func everyJobEndsOnce(_ index: Int) async {
        for seed in 1...UInt64(4) {
            var fleet = SimulatedFleet(jobs: 40, workers: 4, groups: 5, faults: Self.faults[index].faults, seed: seed)
            var steps = 0
            // Then nothing goes wrong any more.
            while !fleet.isDone, steps < 60_000 {
                if steps == 20_000 { fleet.faults = .none }
                fleet.step()
                steps += 1
                // Tests that run beside it are not held up.
                if steps.isMultiple(of: 200) { await Task.yield() }
            }
            #expect(fleet.isDone, "\(Self.faults[index].name), seed \(seed): \(fleet.openDraws) draws are open after \(steps) steps")
            #expect(fleet.endedTwice == 0, "\(Self.faults[index].name), seed \(seed)")
            #expect(fleet.mistakes == [], "\(Self.faults[index].name), seed \(seed)")
        }
    }

    @Test("without faults each run is drawn once, by the first delivery, and nothing stays at the broker")
    func calm() {
        var fleet = SimulatedFleet(jobs: 40, workers: 4, groups: 5, faults: .none, seed: 7)
        for _ in 0..<30_000 { fleet.step() }
        #expect(fleet.isDone)
        #expect(fleet.failures == 0)
        #expect(fleet.broker.mostDeliveriesSeen == 1)
        #expect(fleet.broker.tickets.isEmpty)
        #expect(fleet.broker.unackedEnds == 0)
        #expect(fleet.broker.pictureCount == 0)
        #expect(fleet.openDraws == 0)
    }
}
