#if Fleet
    import Bus
    import Foundation
    import Generation
    import JetStream
    import Logging
    import Synchronization
    import TestSupport
    import Testing

    @testable import Fleet
    @testable import Jobs

    /// Fronts and workers over a NATS server, each with a connection of its own. Time passes faster than it does.
    final class BrokerFleet: Sendable {
        static let haste = 20.0
        private static let began = Date.now
        static let now: @Sendable () -> Date = { began.addingTimeInterval(Date.now.timeIntervalSince(began) * haste) }
        static let sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0 / haste) }

        /// Signs come every quarter of a second.
        static let limits = {
            var limits = BrokerLimits()
            (limits.lease, limits.endLease, limits.presence) = (.seconds(1), .seconds(2), .seconds(3))
            return limits
        }()

        let server: NATSServer
        let archive = MemoryArchive()
        let log = FleetLog()

        init() async throws { server = try await NATSServer.start() }

        func jetStream() async throws -> JetStream {
            JetStream(try await NATSBus.connect(NATSOptions(servers: [server.url])), timeout: .seconds(1))
        }

        static func logger(_ label: String) -> Logger {
            Logger(label: label) { label in
                guard ProcessInfo.processInfo.environment["EASEL_FLEET_LOG"] != nil else { return SwiftLogNoOpLogHandler() }
                return StreamLogHandler.standardError(label: label)
            }
        }

        func front(_ limits: BrokerLimits = BrokerFleet.limits) async throws -> BrokerFront { try await BrokerFront(self, limits) }

        func worker(_ number: Int, slots: Int = 1, painter: BrokerPainter = BrokerPainter()) async throws -> BrokerWorker {
            try await BrokerWorker(number, self, slots: slots, painter)
        }

        static func request(_ seed: Int, group: Int = 0) -> JobRequest {
            var request = FleetFixtures.request(UInt64(seed))
            request.width = 64 + 8 * group
            return JobRequest(model: "tiny", generation: request)
        }

        /// Has jobs drawn. Something may go wrong meanwhile.
        /// - Parameter trouble: begins once the first jobs are archived.
        func drawJobs(_ count: Int, groups: Int = 2, _ front: BrokerFront, trouble: () async throws -> Void = {}) async throws {
            for number in 1...count { _ = try await front.service.submit(Self.request(number, group: number % groups)) }
            await until { await self.archivedCount() >= count / 6 }
            try await trouble()
            await until { await self.archivedCount() == count }
            await checkArchive(count)
        }

        func archivedCount() async -> Int { (try? await archive.jobs(in: .done, before: nil, limit: .max).count) ?? 0 }

        /// Every job was archived once, with the picture that belongs to it.
        func checkArchive(_ count: Int) async {
            let jobs = (try? await archive.jobs(in: .done, before: nil, limit: .max)) ?? []
            #expect(jobs.count == count)
            #expect(await archive.finishedTwice == [])
            let pictures = await archive.pictures
            for job in jobs {
                let expected = FakePainter.painted(job.request.generation, model: "tiny").pictures
                #expect(pictures[job.id] == expected, "job \(job.request.generation.seed)")
            }
        }

        /// Waits for something that comes about by itself.
        func until(_ isSo: () async throws -> Bool) async {
            for _ in 0..<800 {
                if (try? await isSo()) == true { return }
                try? await Task.sleep(for: .milliseconds(25))
            }
            Issue.record("It did not come about in 20 s.")
        }
    }

    /// What was seen at workers.
    final class FleetLog: Sendable {
        struct Pull: Sendable {
            let worker: WorkerID
            let ticket: String
            let delivery: Int
            let at: Date
        }

        private struct State {
            var pulls: [Pull] = []
            var commits: [Commit] = []
        }

        private let state = Mutex(State())

        var pulls: [Pull] { state.withLock(\.pulls) }
        var commits: [Commit] { state.withLock(\.commits) }
        func add(_ pull: Pull) { state.withLock { $0.pulls.append(pull) } }
        func add(_ commit: Commit) { state.withLock { $0.commits.append(commit) } }
    }

    /// A front with its service. Its archive is that of the fleet.
    final class BrokerFront: Sendable {
        let painter: FleetPainter
        let service: JobService
        let dispatch: JetStreamFrontDispatch
        let jetStream: JetStream
        private let bus: NATSBus?
        let archive: MortalArchive
        private let running = Mutex<[Task<Void, Never>]>([])

        fileprivate init(_ fleet: BrokerFleet, _ limits: BrokerLimits) async throws {
            jetStream = try await fleet.jetStream()
            bus = jetStream.bus as? NATSBus
            dispatch = JetStreamFrontDispatch(
                jetStream, front: FleetFixtures.front(), limits: limits, logger: BrokerFleet.logger("dispatch"))
            archive = MortalArchive(fleet.archive)
            let painter = FleetPainter(
                FrontRecord(of: FleetFixtures.front()), dispatch: dispatch, models: BrokerModels(), waitingCount: { 0 },
                logger: BrokerFleet.logger("front"), now: BrokerFleet.now, sleep: BrokerFleet.sleep)
            self.painter = painter
            let settling = SettlingArchive(archive, for: painter)
            let service = JobService(
                archive: settling, painter: painter, settings: { QueueSettings() },
                logger: BrokerFleet.logger("service"))
            self.service = service
            let unfinished = try await fleet.archive.unfinishedJobs()
            running.withLock { running in
                running.append(Task { await painter.run(unfinished: unfinished) })
                running.append(Task { try? await service.run() })
            }
        }

        /// Ends as a process that is killed: nothing is told to anybody.
        func die() async {
            await bus?.close()
            archive.die()
            await painter.leave()
            for task in running.withLock(\.self) { task.cancel() }
            archive.finishes.open()
        }

        func stop() async {
            let tasks = running.withLock(\.self)
            await painter.leave()
            for task in tasks { task.cancel() }
            await bus?.close()
        }
    }

    /// A worker with its painter.
    final class BrokerWorker: Sendable {
        let id: WorkerID
        let dispatch: FaultyDispatch
        let painter: BrokerPainter
        private let bus: NATSBus?
        private let running: Task<Void, Never>

        fileprivate init(_ number: Int, _ fleet: BrokerFleet, slots: Int, _ painter: BrokerPainter) async throws {
            id = FleetFixtures.worker(number)
            let jetStream = try await fleet.jetStream()
            bus = jetStream.bus as? NATSBus
            dispatch = FaultyDispatch(
                JetStreamWorkerDispatch(jetStream, worker: id, logger: BrokerFleet.logger("worker dispatch")), id, fleet.log)
            self.painter = painter
            let loop = TicketLoop(
                id, slots: slots, dispatch: dispatch, painter: painter.with(id), logger: BrokerFleet.logger("worker \(number)"),
                now: BrokerFleet.now, sleep: BrokerFleet.sleep)
            running = Task { await loop.run() }
        }

        /// Ends as a process that is killed.
        /// - Returns: the time.
        @discardableResult
        func die() async -> Date {
            dispatch.isPaused = true
            await bus?.close()
            running.cancel()
            return .now
        }

        func stop() async {
            running.cancel()
            await running.value
            await bus?.close()
        }
    }

    /// Lets a worker stand still between two steps, as a process that is stopped.
    final class FaultyDispatch: WorkerDispatch {
        private let base: JetStreamWorkerDispatch
        private let worker: WorkerID
        private let log: FleetLog
        private let paused = Mutex(false)

        init(_ base: JetStreamWorkerDispatch, _ worker: WorkerID, _ log: FleetLog) {
            (self.base, self.worker, self.log) = (base, worker, log)
        }

        var isPaused: Bool {
            get { paused.withLock(\.self) }
            set { paused.withLock { $0 = newValue } }
        }

        private func standStill() async { while isPaused, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(10)) } }

        func news() -> AsyncStream<WorkerNews> { base.news() }

        func pull(_ ticketClass: TicketClass, _ group: GroupToken, waiting: Duration?) async throws -> TicketDelivery? {
            await standStill()
            let delivery = try await base.pull(ticketClass, group, waiting: waiting)
            if let delivery {
                let ticket = (try? Ticket(message: delivery.message)).map { "\($0.id)" } ?? "?"
                log.add(FleetLog.Pull(worker: worker, ticket: ticket, delivery: delivery.number, at: .now))
            }
            return delivery
        }

        func working(_ ticket: Receipt) async { if !isPaused { await base.working(ticket) } }

        func ack(_ ticket: Receipt) async throws {
            await standStill()
            try await base.ack(ticket)
        }

        func nak(_ ticket: Receipt, delay: Duration) async { await base.nak(ticket, delay: delay) }
        func hint(_ hint: TicketHint, for front: FrontID) async { await base.hint(hint, for: front) }
        func end(of ticket: TicketID, for front: FrontID) async throws -> [UInt8]? { try await base.end(of: ticket, for: front) }

        func commit(_ end: TicketEnd, _ pictures: [[ArraySlice<UInt8>]], for front: FrontID) async -> Commit {
            await standStill()
            let commit = await base.commit(end, pictures, for: front)
            log.add(commit)
            return commit
        }

        func tell(_ event: TicketEvent, to front: FrontID) async { if !isPaused { await base.tell(event, to: front) } }
        func tell(_ presence: Presence) async throws { if !isPaused { try await base.tell(presence) } }
        func leave() async { await base.leave() }
        func groups() async throws -> [GroupRecord] { try await base.groups() }
    }

    /// Takes its time, and draws one colour for each seed.
    struct BrokerPainter: TicketPainter {
        /// Each drawing comes by.
        var drawings = Gate()
        /// Milliseconds.
        var time = 50...200
        private var worker = FleetFixtures.worker(0)

        init(drawings: Gate = Gate(), time: ClosedRange<Int> = 50...200) { (self.drawings, self.time) = (drawings, time) }

        fileprivate func with(_ worker: WorkerID) -> BrokerPainter {
            var painter = self
            painter.worker = worker
            return painter
        }

        func prepare(_ ticket: Ticket) async throws {}

        func draw(_ ticket: Ticket, onEvent: @escaping @Sendable (GenerationEvent) -> Void) async throws -> [GenerationResult] {
            try await drawings.pass()
            onEvent(.denoising(done: 1, total: 2))
            try await Task.sleep(for: .milliseconds(Int.random(in: time)))
            return ticket.requests.map { FakePainter.painted($0, model: "tiny") }
        }

        func presence() async -> Presence { Presence(of: worker, machine: "here", slots: 1, models: [FleetFixtures.model.sha256]) }
    }

    /// An archive that a front's process loses with its life.
    final class MortalArchive: JobArchive {
        private struct Dead: Error {}

        /// Each job that is done comes by before it is written.
        let finishes = Gate()

        private let base: MemoryArchive
        private let isDead = Mutex(false)

        init(_ base: MemoryArchive) { self.base = base }

        func die() { isDead.withLock { $0 = true } }

        private func check() throws { if isDead.withLock(\.self) { throw Dead() } }

        func add(_ job: Job, idempotencyKey: IdempotencyKey?) async throws -> Job {
            try check()
            return try await base.add(job, idempotencyKey: idempotencyKey)
        }

        func update(_ job: Job) async throws {
            try check()
            try await base.update(job)
        }

        func storeRun(_ job: Job, with pictures: [Picture<RGBImage>]) async throws {
            try check()
            try await base.storeRun(job, with: pictures)
        }

        func finish(_ job: Job, with pictures: [Picture<RGBImage>]) async throws {
            try await finishes.pass()
            try check()
            try await base.finish(job, with: pictures)
        }

        func unfinishedJobs() async throws -> [Job] { try await base.unfinishedJobs() }
        func job(_ id: JobID) async throws -> Job? { try await base.job(id) }
        func jobs(in state: JobState?, before: JobID?, limit: Int) async throws -> [Job] {
            try await base.jobs(in: state, before: before, limit: limit)
        }
        func jobs(ofGrid id: JobID) async throws -> [Job] { try await base.jobs(ofGrid: id) }
    }

    private struct BrokerModels: FrontModels {
        func group(of request: JobRequest) async -> CompileGroup { FakePainter.group(of: request) }
        func validate(_ request: JobRequest) async throws {}
        func model(named name: String) async throws -> FleetModel { FleetFixtures.model }
        func settings(forModel name: String) async -> (pictures: [String: String], networks: [String: String]) { ([:], [:]) }
        func resources() async throws -> ContentHash? { nil }
    }
#endif
