import Foundation
@testable import Jobs
import Logging
import Synchronization
import TestSupport

/// A service on fakes, where time stands still until a test says otherwise.
struct Workshop {
    let archive: MemoryArchive
    let painter: FakePainter
    let service: JobService
    /// Opened, the time that a job may take is over.
    let jobTime = Gate(isOpen: false)
    /// Opened, the grace period is over.
    let grace = Gate(isOpen: false)
    private let otherTime = Gate(isOpen: false)
    /// For how long the service wanted to wait for something.
    let waits = Collected<Duration>()

    init(
        _ painter: FakePainter = FakePainter(), archive: MemoryArchive = MemoryArchive(), settings: QueueSettings = QueueSettings(),
        onMeasure: @escaping @Sendable (JobMeasurement) -> Void = { _ in }
    ) {
        self.painter = painter
        self.archive = archive
        let (jobTime, grace, otherTime, waits) = (jobTime, grace, otherTime, waits)
        service = JobService(
            archive: archive, painter: painter, settings: { settings }, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            sleep: { duration in
                waits.add(duration)
                switch duration {
                case settings.jobTimeout: try await jobTime.pass()
                case settings.gracePeriod: try await grace.pass()
                // Nobody waits for a moment's calm.
                case JobService.calm: try Task.checkCancellation()
                default: try await otherTime.pass()
                }
            },
            onMeasure: onMeasure)
    }

    /// Runs the service beside `work`, and stops it then.
    func run<Value: Sendable>(_ work: () async throws -> Value) async throws -> Value {
        let running = Task { try await service.run() }
        defer { running.cancel() }
        let value = try await work()
        running.cancel()
        painter.starts.open()
        painter.steps.open()
        try await running.value
        return value
    }

    /// Submits a job, and waits until it is being drawn.
    func begin(_ request: JobRequest) async throws -> Job {
        let draws = painter.starts.arrivals
        let job = try await service.submit(request)
        await painter.starts.arrivals(reach: draws + 1)
        return job
    }

    /// Events of a job until it is over.
    func story(of id: JobID) async throws -> [JobEvent] {
        var events: [JobEvent] = []
        guard let stream = try await service.story(of: id) else { return [] }
        for await event in stream { events.append(event.event) }
        return events
    }
}

/// Collects from any task.
final class Collected<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])

    var all: [Value] { values.withLock { $0 } }
    func add(_ value: Value) { values.withLock { $0.append(value) } }
}
