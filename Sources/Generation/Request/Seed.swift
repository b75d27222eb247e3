/// A seed as people give it: a whole number from 0 to 2⁶⁴−1, or −1 for any.
public enum Seed: Sendable, Hashable {
    /// Somebody else is to choose.
    case any
    case number(UInt64)

    /// The range of random seeds: 32 bits, as A1111 draws them, since people type seeds and put them into other programs.
    public static let drawn = 0...UInt64(UInt32.max)

    /// - Throws: `InvalidRequest` for any other number than those above; only −1 stands for any.
    public init(_ number: Int128) throws(InvalidRequest) {
        if number == -1 {
            self = .any
        } else if let seed = UInt64(exactly: number) {
            self = .number(seed)
        } else {
            throw InvalidRequest(
                field: "seed", Self.reason(refusing: "\(number)"), "Seed \(number) is out of range. Use 0 to \(UInt64.max), or -1 for any.")
        }
    }

    /// Why a text cannot be a seed.
    static func reason(refusing text: String) -> ErrorReason {
        guard let number = Int128(text) else { return .wrongType(text, wanted: .wholeNumber) }
        return .outOfRange(.init(number), from: -1, to: .init(UInt64.max))
    }

    /// nil for any.
    public var number: UInt64? { if case .number(let number) = self { number } else { nil } }
}
