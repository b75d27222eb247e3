import FoundationEssentials
import Generation
import Logging
import Synchronization
import TestSupport
import Testing

@testable import Fleet
@testable import Jobs

struct FleetPainterTests {
    @Test("pictures come over the fleet as they were drawn, with their texts, previews and steps")
    func picturesComeBack() async throws {
        let fleet = RunningFleet()
        try await fleet.run { front in
            let order = RunningFleet.order([1, 2])
            let seen = Seen()
            let drawn = try await front.draw(order) { seen.add($0) }
            let expected = order.requests.map { FakePainter.painted($0, model: "tiny") }
            #expect(drawn.map(\.pictures) == expected.map(\.pictures))
            #expect(drawn.map(\.timings) == expected.map(\.timings))
            #expect(drawn.map(\.runtimeVersion) == expected.map(\.runtimeVersion))
            #expect(seen.events.contains(.denoising(done: 2, total: 2)))
            #expect(seen.events.contains { if case .preview(let images) = $0 { images.count == 2 } else { false } })
        }
    }

    @Test("an end is acknowledged, and its pictures removed, once the archive has every job of it")
    func settling() async throws {
        let fleet = RunningFleet()
        try await fleet.run { front in
            let archive = MemoryArchive()
            let settling = SettlingArchive(archive, for: front)
            let order = RunningFleet.order([1, 2])
            for job in order.jobs { _ = try await settling.add(job, idempotencyKey: nil) }
            let drawn = try await front.draw(order) { _ in }
            #expect(fleet.dispatch.acks == [])
            for (job, result) in zip(order.jobs, drawn) {
                #expect(fleet.dispatch.broker.pictureCount == 2)
                try await settling.finish(job.ended(.done([PictureID(job.id, 0)]), at: FleetFixtures.start), with: result.pictures)
            }
            await fleet.until { fleet.dispatch.acks.count == 1 && fleet.dispatch.broker.pictureCount == 0 }
            #expect(fleet.dispatch.broker.tickets.isEmpty)
        }
    }

    @Test("a full stream is waited for, and the worker's failure is the draw's")
    func failures() async throws {
        let fleet = RunningFleet(failure: { $0.seed == 2 ? Broken() : nil })
        fleet.dispatch.refuse(2)
        try await fleet.run { front in
            let drawn = try await front.draw(RunningFleet.order([1])) { _ in }
            #expect(drawn.count == 1)
            #expect(fleet.dispatch.commits == 3)
            await #expect(throws: DrawingFailed.self) { try await front.draw(RunningFleet.order([2])) { _ in } }
        }
    }

    @Test("a draw that is cancelled stops its worker, and its ticket is gone")
    func cancelling() async throws {
        let fleet = RunningFleet(isHeld: true)
        try await fleet.run { front in
            let draw = Task { try await front.draw(RunningFleet.order([1])) { _ in } }
            await fleet.painter.starts.arrivals(reach: 1)
            draw.cancel()
            await #expect(throws: CancellationError.self) { try await draw.value }
            await fleet.until { fleet.dispatch.broker.tickets.isEmpty && fleet.painter.cancelledDraws == 1 }
        }
    }

    @Test("a front that leaves its tickets to the workers finds their pictures when it is there again")
    func adopting() async throws {
        let fleet = RunningFleet(isHeld: true)
        let order = RunningFleet.order([1])
        try await fleet.run { front in
            let draw = Task { try await front.draw(order) { _ in } }
            await fleet.painter.starts.arrivals(reach: 1)
            await front.leave()
            draw.cancel()
            await #expect(throws: CancellationError.self) { try await draw.value }
            let second = fleet.front()
            let running = Task { await second.run(unfinished: order.jobs) }
            var places = await second.workers().makeAsyncIterator()
            while await places.next()?.isEmpty == true {}
            fleet.painter.starts.open()
            let drawn = try await second.draw(order) { _ in }
            #expect(drawn.count == 1)
            #expect(fleet.painter.draws.count == 1)
            running.cancel()
            await running.value
        }
    }

    @Test("a worker that is told to stop gives its ticket back, and another one draws it")
    func stopping() async throws {
        let fleet = RunningFleet(isHeld: true)
        try await fleet.run { front in
            let draw = Task { try await front.draw(RunningFleet.order([1])) { _ in } }
            await fleet.painter.starts.arrivals(reach: 1)
            await fleet.stopWorker()
            #expect(fleet.dispatch.events.contains(.returned))
            fleet.painter.starts.open()
            let second = fleet.worker(2)
            let running = Task { await second.run() }
            let drawn = try await draw.value
            #expect(drawn.count == 1)
            running.cancel()
            await running.value
        }
    }

    private struct Broken: Error, CustomStringConvertible { let description = "The lamp is broken." }

    /// Events of a draw.
    private final class Seen: Sendable {
        private let all = Mutex<[GenerationEvent]>([])
        var events: [GenerationEvent] { all.withLock { $0 } }
        func add(_ event: GenerationEvent) { all.withLock { $0.append(event) } }
    }
}

/// A front and a worker that draw over one broker.
final class RunningFleet: Sendable {
    let dispatch = MemoryDispatch()
    let painter: FakePainter
    private let loop = Mutex<Task<Void, Never>?>(nil)

    init(isHeld: Bool = false, failure: @escaping @Sendable (GenerationRequest) -> (any Error)? = { _ in nil }) {
        painter = FakePainter(isHeld: isHeld, failure: failure)
    }

    static func order(_ numbers: [Int], run: Int = 0) -> DrawOrder {
        let jobs = numbers.map { number in
            Job(
                id: FleetFixtures.job(number),
                JobRequest(model: "tiny", generation: FleetFixtures.request(UInt64(number)), previewInterval: 1),
                submittedAt: FleetFixtures.start)
        }
        return DrawOrder(worker: "place 1", batch: UInt64(numbers[0]), run: run, jobs: jobs)
    }

    func front() -> FleetPainter {
        FleetPainter(
            FrontRecord(of: FleetFixtures.front()), dispatch: dispatch, models: TinyModels(), waitingCount: { 0 },
            logger: Logger(label: "front") { _ in SwiftLogNoOpLogHandler() }, now: Self.now, sleep: Self.sleep)
    }

    func worker(_ number: Int) -> TicketLoop {
        TicketLoop(
            FleetFixtures.worker(number), dispatch: dispatch,
            painter: FakeTicketPainter(painter: painter, worker: FleetFixtures.worker(number)),
            logger: Logger(label: "worker") { _ in SwiftLogNoOpLogHandler() }, now: Self.now, sleep: Self.sleep)
    }

    /// Time passes faster than it does.
    private static let haste = 20.0
    private static let began = Date.now
    private static let now: @Sendable () -> Date = { began.addingTimeInterval(Date.now.timeIntervalSince(began) * haste) }
    private static let sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0 / haste) }

    func stopWorker() async {
        let running = loop.withLock { $0 }
        running?.cancel()
        await running?.value
    }

    /// Runs a front and a worker meanwhile.
    func run(_ act: (FleetPainter) async throws -> Void) async throws {
        let (front, worker) = (front(), worker(1))
        let listening = Task { await front.run(unfinished: []) }
        loop.withLock { $0 = Task { await worker.run() } }
        // A front releases when a worker is there.
        var places = await front.workers().makeAsyncIterator()
        while await places.next()?.isEmpty == true {}
        do {
            try await act(front)
        } catch {
            Issue.record(error)
        }
        painter.starts.open()
        await stopWorker()
        listening.cancel()
        await listening.value
    }

    /// Waits for something that comes about by itself.
    func until(_ isSo: () async -> Bool) async {
        for _ in 0..<5000 where !(await isSo()) { try? await Task.sleep(for: .milliseconds(1)) }
        #expect(await isSo())
    }
}

private struct TinyModels: FrontModels {
    func group(of request: JobRequest) async -> CompileGroup { FakePainter.group(of: request) }
    func validate(_ request: JobRequest) async throws {}
    func model(named name: String) async throws -> FleetModel { FleetFixtures.model }
    func settings(forModel name: String) async -> (pictures: [String: String], networks: [String: String]) { ([:], [:]) }
    func resources() async throws -> ContentHash? { nil }
}

private struct FakeTicketPainter: TicketPainter {
    let painter: FakePainter
    let worker: WorkerID

    func prepare(_ ticket: Ticket) async throws {}

    func draw(_ ticket: Ticket, onEvent: @escaping @Sendable (GenerationEvent) -> Void) async throws -> [GenerationResult] {
        let jobs = zip(ticket.jobs, ticket.requests).map { Job(id: $0, JobRequest(model: "tiny", generation: $1, previewInterval: 1)) }
        return try await painter.draw(DrawOrder(worker: "device", batch: 1, run: 0, jobs: jobs), onEvent: onEvent)
    }

    func presence() async -> Presence { Presence(of: worker, machine: "here", slots: 1, models: [FleetFixtures.model.sha256]) }
}
