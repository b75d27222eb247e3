/// A strength that may change from step to step: `0.8`, or `0@0,1@0.5` for 0 at the start and 1 from the middle on.
///
/// Between two points the strength changes evenly; before the first and after the last it stays. Positions are shares of all steps, 0 for
/// the first step and 1 for the last, unless one of them is above 1: then they are numbers of steps, from 0.
/// Source: the tags of the extension loractl, which SD.Next reads as well.
public struct StrengthSchedule: Sendable, Hashable {
    /// A strength at a position.
    public struct Point: Sendable, Hashable {
        public let position: Double
        public let value: Double
    }

    /// At least one, by their positions.
    public let points: [Point]

    /// A strength that stays.
    public init(_ value: Double) { points = [Point(position: 0, value: value)] }

    /// Reads a strength as typed: a number, or `value@position` several times with commas or semicolons between.
    /// - Returns: nil for text that is neither.
    public init?(_ text: some StringProtocol) {
        var points: [Point] = []
        for part in text.split(omittingEmptySubsequences: false, whereSeparator: { $0 == "," || $0 == ";" }) {
            let numbers = part.split(omittingEmptySubsequences: false, whereSeparator: { $0 == "@" || $0 == "~" }).map { Self.number($0) }
            guard numbers.count <= 2, let value = numbers[0], let position = numbers.count == 2 ? numbers[1] : 1 else { return nil }
            points.append(Point(position: position, value: value))
        }
        guard let first = points.first else { return nil }
        self.points = points.count == 1 ? [Point(position: 0, value: first.value)] : points.sorted { $0.position < $1.position }
    }

    /// The strength at the first step.
    public var first: Double { value(atStep: 0, of: 1) }

    /// Whether every step has the same strength.
    public var isConstant: Bool { points.allSatisfy { $0.value == points[0].value } }

    /// Whether the strength is 0 at every step.
    public var isZero: Bool { isConstant && points[0].value == 0 }

    /// The strength of a step.
    /// - Parameters:
    ///   - step: from 0; a place within a step has a fraction.
    ///   - count: of all steps.
    public func value(atStep step: Double, of count: Int) -> Double {
        let countsSteps = points[points.count - 1].position > 1
        return value(atPosition: countsSteps ? step : count > 1 ? step / Double(count - 1) : 0)
    }

    private func value(atPosition position: Double) -> Double {
        guard let after = points.firstIndex(where: { $0.position >= position }) else { return points[points.count - 1].value }
        guard after > 0 else { return points[0].value }
        let (from, to) = (points[after - 1], points[after])
        let share = to.position > from.position ? (position - from.position) / (to.position - from.position) : 1
        return from.value + (to.value - from.value) * share
    }

    /// The sum of two strengths, exact at the points of both when they count alike.
    public static func + (a: Self, b: Self) -> Self {
        if b.points.count == 1 { return a.map { $0 + b.points[0].value } }
        if a.points.count == 1 { return b.map { $0 + a.points[0].value } }
        let positions = Set((a.points + b.points).map(\.position)).sorted()
        return Self(points: positions.map { Point(position: $0, value: a.value(atPosition: $0) + b.value(atPosition: $0)) })
    }

    private init(points: [Point]) { self.points = points }

    private func map(_ change: (Double) -> Double) -> Self {
        Self(points: points.map { Point(position: $0.position, value: change($0.value)) })
    }

    private static func number(_ text: some StringProtocol) -> Double? {
        guard let number = Double(String(text.filter { !$0.isWhitespace })), number.isFinite else { return nil }
        return number
    }
}
