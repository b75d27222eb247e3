import Dispatch

/// Runs an actor's work on one dispatch queue, so that calls which block for seconds hold up no other task.
///
/// `DispatchSerialQueue` is an executor of its own on Apple's systems only.
package final class QueueExecutor: SerialExecutor {
    private let queue: DispatchQueue

    package init(label: String) { queue = DispatchQueue(label: label, qos: .userInitiated) }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
