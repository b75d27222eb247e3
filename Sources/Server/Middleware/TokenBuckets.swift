/// Counts the requests that each client has left: so many a second, and as many at once after a pause.
struct TokenBuckets<Instant: InstantProtocol> where Instant.Duration == Duration {
    private struct Bucket {
        var tokens: Double
        var filledAt: Instant
    }

    private var buckets: [String: Bucket] = [:]
    /// Clients that are remembered at most. Those that are not share one bucket, so that inventing names gains nothing.
    private let capacity: Int

    init(capacity: Int = 10_000) { self.capacity = capacity }

    /// Takes one of a client's tokens.
    /// - Parameter rate: tokens a second, and the most that gather; above 0.
    /// - Returns: nil when there was one, otherwise how long it takes until there is.
    mutating func take(_ client: String, rate: Double, at now: Instant) -> Duration? {
        var name = client
        if buckets[client] == nil, buckets.count >= capacity {
            // A client that has not come for a second has a full bucket, as a new one has.
            buckets = buckets.filter { $0.value.filledAt.duration(to: now) < .seconds(1) }
            if buckets.count >= capacity { name = "" }
        }
        var bucket = buckets[name] ?? Bucket(tokens: rate, filledAt: now)
        bucket.tokens = min(rate, bucket.tokens + rate * max(0, bucket.filledAt.duration(to: now) / .seconds(1)))
        bucket.filledAt = now
        let isThere = bucket.tokens >= 1
        if isThere { bucket.tokens -= 1 }
        buckets[name] = bucket
        return isThere ? nil : .seconds((1 - bucket.tokens) / rate)
    }

    /// The number of clients that are remembered.
    var count: Int { buckets.count }
}
