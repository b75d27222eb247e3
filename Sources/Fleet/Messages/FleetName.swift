import Crypto
import Files
public import Jobs

/// A name in messages and subjects of the fleet. Every name has a form of its own, and a text of another form is no name: names may become
/// parts of subjects.
public protocol FleetName: Sendable, Hashable, Codable, CustomStringConvertible {
    /// - Returns: nil for what cannot be such a name.
    init?(_ text: some StringProtocol)
}

extension FleetName {
    /// Reads a text that must be such a name.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let name = Self(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(text.prefix(80))\" is no \(Self.self)")
        }
        self = name
    }

    /// Writes the name.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// Names a front: a server that takes jobs and has workers draw them.
public struct FrontID: FleetName {
    /// `f` and 12 lower-case hexadecimal digits.
    public let description: String

    public init?(_ text: some StringProtocol) {
        guard text.isLetter("f", andDigits: 12) else { return nil }
        description = String(text)
    }

    /// Makes a random name.
    public init() { description = "f" + String.randomDigits(12) }
}

/// Names a worker: a process that draws.
public struct WorkerID: FleetName {
    /// `w` and 12 lower-case hexadecimal digits.
    public let description: String

    public init?(_ text: some StringProtocol) {
        guard text.isLetter("w", andDigits: 12) else { return nil }
        description = String(text)
    }

    /// Makes a random name.
    public init() { description = "w" + String.randomDigits(12) }
}

/// Names one attempt of a worker to draw a ticket.
public struct RunID: FleetName {
    /// `r` and 24 lower-case hexadecimal digits.
    public let description: String

    public init?(_ text: some StringProtocol) {
        guard text.isLetter("r", andDigits: 24) else { return nil }
        description = String(text)
    }

    /// Makes a random name.
    public init() { description = "r" + String.randomDigits(24) }
}

/// Names a ticket: its first job, the run of that job, and the number of the release.
public struct TicketID: FleetName {
    public let job: JobID
    /// Run of the job that is drawn, from 0.
    public let run: Int
    /// Number of the release. A ticket that is released again has a larger one.
    public let release: Int

    public init(_ job: JobID, run: Int, release: Int) {
        (self.job, self.run, self.release) = (job, run, release)
    }

    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let job = JobID(parts[0]), let run = Int(parts[1]), let release = Int(parts[2]), run >= 0, release >= 0,
            "\(run)" == parts[1], "\(release)" == parts[2]
        else { return nil }
        self.init(job, run: run, release: release)
    }

    /// The parts with hyphens between them.
    public var description: String { "\(job)-\(run)-\(release)" }
}

/// Stands for a compile group in subjects: tickets of one group can follow one another on a worker without a compile.
public struct GroupToken: FleetName {
    /// 16 lower-case hexadecimal digits.
    public let description: String

    public init?(_ text: some StringProtocol) {
        guard text.utf8.count == 16, text.utf8.allSatisfy(\.isDigit) else { return nil }
        description = String(text)
    }

    /// - Parameters:
    ///   - model: SHA-256 of the model.
    ///   - settings: the settings that compiled networks depend on.
    ///   - shape: as in `CompileGroup`.
    public init(model: ContentHash, settings: [String: String], shape: String) {
        let told = settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "\n")
        let hash = SHA256.hash(data: Array("\(model)|\(told)|\(shape)".utf8))
        description = String(Array(hash).hexadecimal.prefix(16))
    }
}

/// A SHA-256.
public struct ContentHash: FleetName, Comparable {
    /// 64 lower-case hexadecimal digits.
    public let description: String

    public init?(_ text: some StringProtocol) {
        guard text.utf8.count == 64, text.utf8.allSatisfy(\.isDigit) else { return nil }
        description = String(text)
    }

    /// Computes the hash of bytes.
    public init(of bytes: some Sequence<UInt8>) { description = Array(SHA256.hash(data: Array(bytes))).hexadecimal }

    public static func < (a: Self, b: Self) -> Bool { a.description < b.description }
}

/// Tells urgent tickets from others.
public enum TicketClass: String, Sendable, Hashable, Codable, CaseIterable {
    /// Jobs with a priority above 0, and tickets that have waited too long.
    case urgent = "u"
    case normal = "n"
}

extension StringProtocol {
    fileprivate func isLetter(_ letter: Character, andDigits count: Int) -> Bool {
        utf8.count == count + 1 && first == letter && utf8.dropFirst().allSatisfy(\.isDigit)
    }
}

extension UInt8 {
    /// Whether it is a lower-case hexadecimal digit in ASCII.
    fileprivate var isDigit: Bool { (48...57).contains(self) || (97...102).contains(self) }
}

extension String {
    fileprivate static func randomDigits(_ count: Int) -> String {
        String((0..<(count + 1) / 2).map { _ in UInt8.random(in: 0 ... .max) }.hexadecimal.prefix(count))
    }
}
