import Foundation
import Generation
import Jobs
import Logging
import TestSupport

extension JobRequest {
    static func with(
        model: String = "demo", size: Int = 64, steps: Int = 4, prompt: String = "a boat", seed: UInt64 = 0, pictures: Int = 1, runs: Int = 1,
        previews: Int = 0, priority: Int = 0, client: String = ""
    ) -> JobRequest {
        var generation = GenerationRequest(prompt: prompt)
        generation.width = size
        generation.height = size
        generation.steps = steps
        generation.seed = seed
        generation.batchSize = pictures
        generation.previewInterval = previews
        return JobRequest(model: model, generation: generation, runs: runs, priority: priority, client: client)
    }
}

let noon = Date(timeIntervalSince1970: 1_800_000_000)

/// A service on fakes, which runs until the test ends.
struct Workshop {
    let archive: MemoryArchive
    let painter: FakePainter
    let service: JobService
    /// Limits of time end when the test opens it.
    let clock = Gate(isOpen: false)

    init(
        _ painter: FakePainter = FakePainter(), archive: MemoryArchive = MemoryArchive(), settings: QueueSettings = QueueSettings(),
        onMeasure: @escaping @Sendable (JobMeasurement) -> Void = { _ in }
    ) {
        self.painter = painter
        self.archive = archive
        var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        logger.logLevel = .critical
        service = JobService(
            archive: archive, painter: painter, settings: { settings }, logger: logger, sleep: { [clock] _ in try await clock.pass() }, onMeasure: onMeasure)
    }

    /// Runs the service beside `work`, and stops it then.
    func run<Value: Sendable>(_ work: () async throws -> Value) async throws -> Value {
        let running = Task { try await service.run() }
        do {
            let value = try await work()
            running.cancel()
            painter.starts.open()
            painter.steps.open()
            try await running.value
            return value
        } catch {
            running.cancel()
            painter.starts.open()
            painter.steps.open()
            throw error
        }
    }
}
