import Testing

@testable import Fleet

struct ReleaseWindowTests {
    private static func worker(_ number: Int, slots: Int, draining: Bool = false) -> Presence {
        Presence(of: FleetFixtures.worker(number), machine: "", slots: slots, isDraining: draining)
    }

    @Test("a front may release a quarter more than there are slots, and shares them with fronts that have waiting jobs", arguments: [
        ([4], [], 1.0, 5), ([3], [], 1.0, 4), ([1], [], 1.0, 2), ([], [], 1.0, 0),
        ([8, 8], [(1.0, 5)], 1.0, 10), ([8, 8], [(1.0, 0)], 1.0, 20),
        ([8, 8], [(1.0, 9), (2.0, 9)], 1.0, 5), ([8, 8], [(1.0, 9)], 3.0, 15), ([1], [(100.0, 9)], 1.0, 1),
    ] as [([Int], [(Double, Int)], Double, Int)])
    func window(_ slots: [Int], _ others: [(Double, Int)], _ weight: Double, _ expected: Int) {
        let own = FrontRecord(of: FleetFixtures.front(1), weight: weight)
        let fronts = [own] + others.enumerated().map { FrontRecord(of: FleetFixtures.front($0 + 2), weight: $1.0, waiting: $1.1) }
        let workers = slots.enumerated().map { Self.worker($0, slots: $1) } + [Self.worker(99, slots: 50, draining: true)]
        #expect(ReleaseWindow().count(for: own, among: fronts, workers) == expected)
    }

    @Test("a place with a ticket stays while the window shrinks, and goes when the ticket is over")
    func places() {
        var places = ReleasePlaces()
        var changes = [places.resize(to: 3)]
        #expect(places.places == [1, 2, 3])
        changes += [places.set(3, isBusy: true), places.resize(to: 1)]
        #expect(places.places == [3])
        changes += [places.set(3, isBusy: false)]
        #expect(places.places == [1])
        changes += [places.resize(to: 0), places.resize(to: 0)]
        #expect(places.places == [])
        #expect(changes == [true, false, true, true, true, false])
    }
}
