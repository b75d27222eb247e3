/// How far the present run of a job is.
public struct RunProgress: Sendable, Hashable {
    /// Run that is drawn, from 0.
    public var run: Int
    /// Number of runs of the job, 1 or more.
    public var runCount: Int
    /// Steps of the run that are done.
    public var step: Int
    /// Steps of the run.
    public var stepCount: Int

    public init(run: Int = 0, runCount: Int = 1, step: Int = 0, stepCount: Int = 0) {
        self.run = run
        self.runCount = runCount
        self.step = step
        self.stepCount = stepCount
    }
}
