/// When a scheduled text switches: a step, or a fraction of all steps when written with a decimal point.
public struct SwitchPoint: Sendable, Hashable, CustomStringConvertible {
    /// As typed: `5`, `.5`, `-1`, `1e1`.
    public let description: String
    private let value: Double

    /// - Parameter text: a number without white space: digits with an optional sign, decimal point and exponent.
    public init?(_ text: String) {
        var digits = text[...]
        if let first = digits.first, first == "+" || first == "-" { digits.removeFirst() }
        guard let first = digits.utf8.first(where: { $0 != UInt8(ascii: ".") }), (0x30...0x39).contains(first),
            digits.utf8.allSatisfy({ Self.spelling.contains($0) }), let value = Double(text)
        else { return nil }
        description = text
        self.value = value.clampedToFinite
    }

    // Double's own spelling knows hexadecimal numbers, infinity and NaN as well.
    private static let spelling = Array("0123456789.eE+-".utf8)

    /// The last step, counted from 1, that still has the first text. 0 or less when none has.
    /// - Parameter first: the steps of the pass before; nil for a first pass. Steps of the second pass go on from there, and so do
    ///   fractions: 1.5 is half of its steps. Source: A1111 1.10 `get_learned_conditioning_prompt_schedules`.
    public func lastStep(of count: Int, after first: Int? = nil) -> Int {
        let isFraction = description.utf8.contains(UInt8(ascii: "."))
        let own = first.map { value - (isFraction ? 1 : Double($0)) } ?? value
        let step = (isFraction ? own * Double(count) : own).rounded(.towardZero)
        return step < Double(count) ? Int(max(step, -1)) : count
    }
}
