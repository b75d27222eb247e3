/// The largest values that are believed. Each is far above any released model's,
/// and small enough that products of a few of them fit `Int`.
enum Limits {
    static let width = 1...65_536
    static let layers = 1...128
    static let blocks = 1...16
    static let vocabulary = 1...10_000_000
    static let positions = 1...65_536
    static let trainSteps = 2...1_000_000
}
