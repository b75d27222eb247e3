internal import Jobs
internal import WebAPI

extension DrawingProgress {
    init(_ progress: QueueProgress) {
        self.init(
            job: progress.running.first?.id.description, jobCount: progress.running.count + progress.waitingCount,
            startedAt: progress.startedAt,
            step: progress.step, steps: progress.stepCount, remainingSeconds: progress.etaSeconds, previews: progress.previews,
            text: progress.stage?.description)
    }
}
