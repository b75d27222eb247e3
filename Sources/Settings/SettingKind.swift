/// The kind of a setting's values, for programs that show a field for them. Raw values stand in answers.
public enum SettingKind: String, Sendable, Hashable, CaseIterable, Codable {
    /// Names of devices in the order in which they are tried.
    case devices
    /// One of a handful of words.
    case choice
    /// True or false.
    case flag
    /// A whole number.
    case whole
    /// Any number.
    case number
    /// A share of one, above 0: 0.01 is one percent.
    case fraction
    /// A number of bytes; text such as `20 GB` is read as one.
    case bytes
    /// Any text.
    case text
}

/// The unit that a setting counts in. Raw values stand in answers.
public enum SettingUnit: String, Sendable, Hashable, CaseIterable, Codable {
    case bytes, characters, chunks, days, hours, jobs, minutes, pictures, pixels, steps, streams, tokens
    case requestsPerSecond = "requests_per_second"
}
