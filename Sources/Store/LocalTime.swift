public import FoundationEssentials
import Glibc

/// A time as a clock on this machine's wall shows it.
public struct LocalTime: Sendable, Hashable {
    /// Parts of the time in the Gregorian calendar; months and days count from 1.
    public let year, month, dayOfMonth, hour, minute, second: Int

    /// Reads the clock for a time, in the time zone of this machine.
    public init(_ date: Date) {
        var seconds = time_t(date.timeIntervalSince1970.clamped.rounded(.down))
        var parts = tm()
        localtime_r(&seconds, &parts)
        (year, month, dayOfMonth) = (Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1, Int(parts.tm_mday))
        (hour, minute, second) = (Int(parts.tm_hour), Int(parts.tm_min), Int(parts.tm_sec))
    }

    /// `2026-11-28`
    public var day: String {
        [Self.padded(year, digits: 4), Self.padded(month, digits: 2), Self.padded(dayOfMonth, digits: 2)].joined(separator: "-")
    }

    /// `14-03-59`; names of files hold no colons.
    public var time: String { [hour, minute, second].map { Self.padded($0, digits: 2) }.joined(separator: "-") }

    static func padded(_ number: Int, digits: Int) -> String {
        let text = "\(number)"
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}

extension Double {
    /// Seconds of the years 1 to 9999: a database may hold any number.
    fileprivate var clamped: Double { isFinite ? Swift.min(Swift.max(self, -62_135_596_800), 253_402_300_799) : 0 }
}
