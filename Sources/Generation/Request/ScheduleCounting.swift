/// How a prompt's schedules, as in `[cat:dog:5]`, count. Raw values are those of `schedule_counting`.
public enum ScheduleCounting: String, Sendable, Hashable, CaseIterable, Codable {
    /// Steps from 1, as SD.Next: `[cat:dog:5]` is five steps of a cat.
    case sdnext
    /// Evaluations of the UNet from 0, as A1111: `[cat:dog:5]` is six evaluations of a cat, which are three steps of Heun.
    case a1111
}
