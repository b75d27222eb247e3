/// State of the queue as a whole.
public struct QueueState: Sendable, Hashable {
    /// Whether somebody has paused it: what is drawn goes on to its end, and nothing else is begun. Not kept over a restart.
    public var isPaused: Bool
    /// Number of jobs that wait.
    public var waitingCount: Int
    /// Number of jobs that are drawn.
    public var runningCount: Int
    /// Seconds until all of them are drawn, by estimate; 0 when there are none, nil while nothing is known.
    public var remainingSeconds: Double?

    public init(isPaused: Bool, waitingCount: Int, runningCount: Int, remainingSeconds: Double?) {
        self.isPaused = isPaused
        self.waitingCount = waitingCount
        self.runningCount = runningCount
        self.remainingSeconds = remainingSeconds
    }
}
