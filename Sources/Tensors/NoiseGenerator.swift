/// A seeded source of standard normal numbers that another program's pictures depend on.
public protocol NoiseGenerator: Sendable {
    /// Draws the next `count` numbers.
    ///
    /// One call for `n + m` numbers is not the same as a call for `n` and one for `m`: the programs that are imitated draw one
    /// array per call, and how they do it depends on its size.
    mutating func normal(_ count: Int) -> [Float]
}
