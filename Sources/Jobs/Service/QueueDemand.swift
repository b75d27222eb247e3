/// Demand of a queue, for those who give it more workers.
public struct QueueDemand: Sendable, Hashable {
    /// Jobs that wait, with a priority above 0 and others.
    public var urgentCount = 0, normalCount = 0
    /// Seconds that one worker would take for all of them, by estimate.
    public var seconds = 0.0

    /// Seconds that a job counts as while nothing like it was drawn.
    public static let unknownSeconds = 60.0
}
