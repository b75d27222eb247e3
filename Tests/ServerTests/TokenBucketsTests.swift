@testable import Server
import Testing

@Suite("How often a client may ask")
struct TokenBucketsTests {
    private let start = ContinuousClock.now

    @Test("as often at once as in a second, then at the rate")
    func rate() throws {
        var buckets = TokenBuckets<ContinuousClock.Instant>()
        for _ in 0..<10 { #expect(buckets.take("a", rate: 10, at: start) == nil) }
        let taken = buckets.take("a", rate: 10, at: start)
        let wait = try #require(taken)
        // The next of ten in a second; a microsecond for floating point.
        #expect(abs(wait / .seconds(1) - 0.1) < 1e-6)
        #expect(buckets.take("a", rate: 10, at: start + .milliseconds(50)) != nil)
        #expect(buckets.take("a", rate: 10, at: start + .milliseconds(101)) == nil)
    }

    @Test("each for itself")
    func clients() {
        var buckets = TokenBuckets<ContinuousClock.Instant>()
        #expect(buckets.take("a", rate: 1, at: start) == nil)
        #expect(buckets.take("a", rate: 1, at: start) != nil)
        #expect(buckets.take("b", rate: 1, at: start) == nil)
    }

    @Test("any number of clients takes bounded memory, and newcomers to a full table share one bucket until others have gone")
    func memory() {
        var buckets = TokenBuckets<ContinuousClock.Instant>(capacity: 100)
        for client in 0..<100 { #expect(buckets.take("\(client)", rate: 1, at: start) == nil) }
        #expect(buckets.take("100", rate: 1, at: start) == nil)
        #expect(buckets.take("101", rate: 1, at: start) != nil)
        for client in 102..<10_000 { _ = buckets.take("\(client)", rate: 1, at: start) }
        #expect(buckets.count == 101)
        #expect(buckets.take("10000", rate: 1, at: start + .seconds(2)) == nil)
        #expect(buckets.count == 1)
    }

    @Test("a clock that goes back takes nothing away")
    func backwards() {
        var buckets = TokenBuckets<ContinuousClock.Instant>()
        #expect(buckets.take("a", rate: 2, at: start) == nil)
        #expect(buckets.take("a", rate: 2, at: start - .seconds(100)) == nil)
    }
}
