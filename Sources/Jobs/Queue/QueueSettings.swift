/// In which order jobs are drawn, and how long that may take. May change at any time; what is begun goes on as it began.
public struct QueueSettings: Sendable, Equatable {
    /// Jobs that wait at most; more are refused.
    public var capacity: Int
    /// Jobs that may be drawn before one whose turn it is, because they need no compile.
    public var patienceJobs: Int
    /// Time that a job may wait past its turn for that reason. What is being drawn by then is drawn to its end.
    public var patience: Duration
    /// Most jobs that are drawn together; 1 draws each by itself.
    public var batchSize: Int
    /// Time that drawing a job may take, compiling included.
    public var jobTimeout: Duration
    /// Time that the job that is drawn gets to end when the service is told to stop.
    public var gracePeriod: Duration

    public init(
        capacity: Int = 1000, patienceJobs: Int = 8, patience: Duration = .seconds(300), batchSize: Int = 8,
        jobTimeout: Duration = .seconds(3600), gracePeriod: Duration = .seconds(10)
    ) {
        self.capacity = capacity
        self.patienceJobs = patienceJobs
        self.patience = patience
        self.batchSize = batchSize
        self.jobTimeout = jobTimeout
        self.gracePeriod = gracePeriod
    }
}
