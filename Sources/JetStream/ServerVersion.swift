/// The version of a NATS server, such as 2.12.6.
public struct ServerVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let numbers: [Int]

    /// The oldest that Easel was tried with. Older ones lack fixes of 2026.
    public static let oldestTried = ServerVersion(numbers: [2, 12, 6])

    init(numbers: [Int]) { self.numbers = numbers }

    /// Reads three numbers with dots between; what follows a hyphen is left out. nil for anything else.
    public init?(_ text: String) {
        let parts = text.prefix { $0 != "-" }.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 3, parts.allSatisfy({ ($0 ?? -1) >= 0 }) else { return nil }
        numbers = parts.compactMap(\.self)
    }

    public static func < (one: Self, other: Self) -> Bool { one.numbers.lexicographicallyPrecedes(other.numbers) }

    public var description: String { numbers.map(String.init).joined(separator: ".") }
}
