import FoundationEssentials

/// A message of version 1. Fields that this version does not know are ignored; what is out of bounds is refused.
public protocol FleetMessage: Codable, Sendable {
    /// Largest message in bytes.
    static var mostBytes: Int { get }
    /// Version of the message: 1.
    var version: Int { get }
    /// - Throws: `MessageError.outOfBounds`.
    func checkBounds() throws(MessageError)
}

extension FleetMessage {
    /// Version that this program writes, and the only one that it reads.
    public static var presentVersion: Int { 1 }

    /// Reads a message.
    /// - Throws: `MessageError`.
    public init(message: [UInt8]) throws(MessageError) {
        guard message.count <= Self.mostBytes else {
            throw .outOfBounds("\(Self.self) has \(message.count) bytes; \(Self.mostBytes) are allowed")
        }
        let decoded: Self
        do {
            let decoder = JSONDecoder()
            decoder.nonConformingFloatDecodingStrategy = .convertFromString(
                positiveInfinity: Self.infinity, negativeInfinity: "-" + Self.infinity, nan: Self.notANumber)
            decoded = try decoder.decode(Self.self, from: Data(message))
        } catch {
            throw .unreadable("\(Self.self)", reason: Self.reason(of: error))
        }
        guard decoded.version == Self.presentVersion else { throw .otherVersion("\(Self.self)", decoded.version) }
        try decoded.checkBounds()
        self = decoded
    }

    /// The message as JSON.
    /// - Throws: `MessageError.outOfBounds` when it is longer than any reader takes, or out of bounds otherwise.
    public func message() throws(MessageError) -> [UInt8] {
        try checkBounds()
        let bytes: [UInt8]
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            // Errors of devices may be of any size.
            encoder.nonConformingFloatEncodingStrategy = .convertToString(
                positiveInfinity: Self.infinity, negativeInfinity: "-" + Self.infinity, nan: Self.notANumber)
            bytes = Array(try encoder.encode(self))
        } catch {
            throw .unreadable("\(Self.self)", reason: Self.reason(of: error))
        }
        guard bytes.count <= Self.mostBytes else {
            throw .outOfBounds("\(Self.self) has \(bytes.count) bytes; \(Self.mostBytes) are allowed")
        }
        return bytes
    }

    private static var infinity: String { "infinity" }
    private static var notANumber: String { "nan" }

    private static func reason(of error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, _): "\(key.stringValue) is missing"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
            DecodingError.dataCorrupted(let context):
            "\(context.codingPath.map(\.stringValue).joined(separator: ".")): \(context.debugDescription)"
        default: "\(error)"
        }
    }
}

/// A message that is not understood.
public enum MessageError: Error, Sendable, Hashable, CustomStringConvertible {
    /// No such JSON.
    case unreadable(String, reason: String)
    /// Written by a program of another version.
    case otherVersion(String, Int)
    /// A number, a count or a text out of bounds; the sentence has no full stop.
    case outOfBounds(String)

    /// The error as a sentence for the log.
    public var description: String {
        switch self {
        case .unreadable(let message, let reason): "A message of the fleet, \(message), cannot be read: \(reason)."
        case .otherVersion(let message, let version):
            "A message of the fleet, \(message), has version \(version). This program knows version 1. Update it, or the sender's program."
        case .outOfBounds(let fault): "A message of the fleet is out of bounds: \(fault)."
        }
    }
}

/// Checks of bounds, with the fault as a sentence.
enum Bounds {
    static func check(_ number: Int, _ name: String, in range: ClosedRange<Int>) throws(MessageError) {
        guard range.contains(number) else {
            throw .outOfBounds("\(name) is \(number); \(range.lowerBound) to \(range.upperBound) is allowed")
        }
    }

    static func check(_ text: String?, _ name: String, atMost limit: Int) throws(MessageError) {
        guard let text, text.utf8.count > limit else { return }
        throw .outOfBounds("\(name) has \(text.utf8.count) bytes; \(limit) are allowed")
    }

    static func check(_ texts: [String: String], _ name: String) throws(MessageError) {
        try check(texts.count, "the number of \(name)", in: 0...200)
        for (key, value) in texts {
            try check(key, "a key of \(name)", atMost: 100)
            try check(value, "a value of \(name)", atMost: 4096)
        }
    }

    /// Milliseconds since 1970, up to the year 9999.
    static let milliseconds = 0...253_402_300_799_999
    static let bytesOfFile = 0...(1 << 42)
}

extension Date {
    /// Time from milliseconds since 1970.
    init(milliseconds: Int) { self.init(timeIntervalSince1970: Double(milliseconds) / 1000) }

    /// Milliseconds since 1970, within the bounds of messages.
    var milliseconds: Int {
        let exact = (timeIntervalSince1970 * 1000).rounded()
        return exact.isNaN ? 0 : Int(min(max(exact, 0), Double(Bounds.milliseconds.upperBound)))
    }
}
