/// After which steps somebody wants to see what the pictures look like so far.
///
/// It belongs to those who watch, not to the request: it changes no picture, and requests that are watched differently are drawn together.
public struct PreviewSchedule: Sendable, Hashable, Codable {
    /// Steps between two previews; each of its own, all above 0.
    private var intervals: Set<Int>

    /// How the pictures are sketched.
    public var method = PreviewMethod.auto

    /// Nobody watches.
    public static let none = PreviewSchedule(everySteps: 0)

    /// A preview after each so many steps; none for 0.
    public init(everySteps interval: Int) { intervals = interval > 0 ? [interval] : [] }

    /// Every preview that one of these wants.
    public init(joining schedules: some Sequence<PreviewSchedule>) {
        intervals = schedules.reduce(into: []) { $0.formUnion($1.intervals) }
    }

    /// Whether somebody watches.
    public var isWanted: Bool { !intervals.isEmpty }

    /// Whether a preview is wanted after a step.
    /// - Parameter step: how many steps are done: 1 or more.
    public func includes(step: Int) -> Bool { intervals.contains { step.isMultiple(of: $0) } }
}

/// How previews are made. Raw values are those of the setting `preview_method`.
public enum PreviewMethod: String, Sendable, Hashable, CaseIterable, Codable {
    /// By a tiny VAE where there is one, at up to 512 pixels, else as `fast`.
    case auto
    /// By the colours of the latents: an eighth of the pictures' size, at no cost.
    case fast
}
