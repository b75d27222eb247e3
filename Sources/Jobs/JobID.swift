public import FoundationEssentials

/// Names a job. In order of the names, jobs are in order of the milliseconds of their making.
public struct JobID: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// 32 lower-case hexadecimal digits: 12 of milliseconds since 1970, 20 random ones.
    public let description: String

    public init(at time: Date = .now) {
        func hexadecimal(_ number: UInt64, digits: Int) -> String {
            let text = String(number, radix: 16)
            return String(repeating: "0", count: max(0, digits - text.count)) + text.suffix(digits)
        }
        let milliseconds = UInt64(max(0, time.timeIntervalSince1970 * 1000))
        let random = hexadecimal(.random(in: 0 ... .max), digits: 16) + hexadecimal(.random(in: 0..<65536), digits: 4)
        description = hexadecimal(milliseconds, digits: 12) + random
    }

    /// - Returns: nil for what no job can be named: a name may be a part of a file's.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count == 32, text.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }) else { return nil }
        description = String(text)
    }

    public static func < (a: Self, b: Self) -> Bool { a.description < b.description }
}

/// Names a picture: that of a job, at a place among its pictures.
public struct PictureID: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The job.
    public let job: JobID
    /// Place among its pictures, from 0.
    public let index: Int

    public init(_ job: JobID, _ index: Int) {
        self.job = job
        self.index = index
    }

    /// - Returns: nil for what no picture can be named.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let job = JobID(parts[0]), let index = Int(parts[1]), index >= 0, "\(index)" == parts[1] else { return nil }
        self.init(job, index)
    }

    /// Name as it stands in addresses: the job's, a hyphen, the place.
    public var description: String { "\(job)-\(index)" }

    public static func < (a: Self, b: Self) -> Bool { (a.job, a.index) < (b.job, b.index) }
}

extension JobID: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let id = JobID(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(text)\" is not a job's name.")
        }
        self = id
    }

    /// Writes the name as a string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension PictureID: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let id = PictureID(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(text)\" is not a picture's name.")
        }
        self = id
    }

    /// Writes the name as a string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
