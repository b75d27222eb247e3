/// Reason of an error as data: a name that stays the same, and the values that the error's sentence speaks of.
///
/// Programs tell errors apart by the name, and pages word the error in their reader's language. The sentence itself is the
/// error's `description`.
public struct ErrorReason: Sendable, Hashable, Codable {
    /// The kind of error.
    public let name: Name
    /// The values of the error's sentence by their names: `value`, `min`, `max`. Empty when there are none.
    public var values: [String: Value]

    /// Makes a reason from its values by their names.
    public init(_ name: Name, _ values: [String: Value] = [:]) {
        self.name = name
        self.values = values
    }

    /// The reason with one more value; nil adds none.
    public func with(_ name: String, _ value: Value?) -> ErrorReason {
        var reason = self
        if let value { reason.values[name] = value }
        return reason
    }

    /// A value of a reason.
    public enum Value: Sendable, Hashable {
        /// A whole number that JSON can carry exactly, ±2⁵³. Larger ones are text.
        case whole(Int)
        case number(Double)
        case text(String)
        case list([Value])
    }
}

/// Error that tells its reason as data.
public protocol ReasonedError: Error {
    /// The reason of the error, for programs and for pages in other languages.
    var errorReason: ErrorReason { get }
}

extension ErrorReason.Value {
    /// Largest whole number whose neighbours a JSON reader with doubles can tell from it: 2⁵³ − 1.
    private static let largestExact: Int128 = 9_007_199_254_740_991

    /// A whole number; as text when readers of JSON would round it.
    public init(_ number: some BinaryInteger) {
        let exact = Int128(truncatingIfNeeded: number)
        self = exact == number && exact.magnitude <= Self.largestExact ? .whole(Int(exact)) : .text("\(number)")
    }

    /// A number as people write it: 7.3 and not 7.300000190734863; whole numbers without a fraction.
    public init(_ number: Float) { self.init(number.asWritten) }

    /// A number; whole ones without a fraction. Text for what JSON cannot carry.
    public init(_ number: Double) {
        if let whole = Int128(exactly: number) {
            self.init(whole)
        } else {
            self = number.isFinite ? .number(number) : .text("\(number)")
        }
    }

    /// A text; long ones are cut to 100 characters, so that an error stays short whatever was sent.
    public init(_ text: some StringProtocol) {
        let beginning = text.prefix(100)
        self = .text(beginning.endIndex == text.endIndex ? String(beginning) : beginning + "…")
    }

    /// A list of texts.
    public init(_ texts: [String]) { self = .list(texts.map { Self($0) }) }

    /// The value with each text replaced by what `change` makes of it.
    public func mapTexts(_ change: (String) -> String) -> Self {
        switch self {
        case .whole, .number: self
        case .text(let text): .text(change(text))
        case .list(let values): .list(values.map { $0.mapTexts(change) })
        }
    }
}

extension ErrorReason.Value: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
    public init(integerLiteral number: Int) { self.init(number) }
    public init(stringLiteral text: String) { self = .text(text) }
}

extension ErrorReason.Value: Codable {
    /// Reads a number, a text or a list of such.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Int.self) {
            self = .whole(number)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else {
            self = .list(try container.decode([Self].self))
        }
    }

    /// Writes the value as a number, a text or a list of such.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .whole(let number): try container.encode(number)
        case .number(let number): try container.encode(number)
        case .text(let text): try container.encode(text)
        case .list(let values): try container.encode(values)
        }
    }
}
