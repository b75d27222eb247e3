import FoundationEssentials
import Jobs

@testable import Fleet

/// A front, workers and a broker in one thread, with passed time and everything that can go wrong. No step is taken at once: those that
/// wait are taken in any order, and are lost with the process that was to take them.
struct SimulatedFleet {
    /// Probabilities of each thing that goes wrong, for each opportunity.
    struct Faults {
        var workerDies = 0.0
        var workerPauses = 0.0
        var workerStops = 0.0
        var frontDies = 0.0
        var answerLost = 0.0
        var eventLost = 0.0
        var storeWiped = 0.0
        var disconnected = 0.0
        var cancelled = 0.0
        var modelMissing = 0.0

        static let none = Faults()
    }

    private struct Busy {
        let ticket: Ticket
        let delivery: TicketDelivery
        let group: GroupToken
        var work: TicketWork
        var stepsLeft: Int
        var signedAt: Date
    }

    private struct Worker {
        let id: WorkerID
        var choice: TicketChoice
        var busy: Busy?
        var pausedUntil = Date.distantPast
        var cancelled: Set<TicketID> = []
        var stopsNext = false
    }

    private struct Job {
        let number: Int
        let runs: Int
        var storedRuns = 0
        var ends = 0
        var wasCancelled = false
    }

    private struct Drawing {
        let jobs: [JobID]
        let run: Int
        let place: Int
    }

    var faults: Faults
    private(set) var now = FleetFixtures.start
    private(set) var broker = MemoryBroker()
    private(set) var wipes = 0
    private(set) var frontDeaths = 0
    private(set) var workerDeaths = 0
    private(set) var failures = 0
    /// Runs of jobs that workers drew to the end.
    private(set) var drawn = 0
    /// Faults of the program: none, if all is well.
    private(set) var mistakes: [String] = []

    private var random: SeededGenerator
    private var book = TicketBook(front: FleetFixtures.front())
    private var steps: [TicketBook.Step] = []
    private var jobs: [JobID: Job] = [:]
    private var waiting: [JobID] = []
    private var drawings: [TicketBook.DrawID: Drawing] = [:]
    /// Answers that are on their way to the archive.
    private var storing: [(jobs: [JobID], run: Int, place: Int)] = []
    private var workers: [Worker] = []
    private var lastWorker = 0
    private let groupCount: Int
    private let window: Int
    private var isConnected = true

    init(jobs count: Int, workers workerCount: Int, groups: Int, faults: Faults, seed: UInt64) {
        (self.faults, groupCount) = (faults, groups)
        random = SeededGenerator(seed)
        window = max(1, workerCount * 5 / 4)
        for number in 1...count {
            let id = FleetFixtures.job(number)
            jobs[id] = Job(number: number, runs: number.isMultiple(of: 5) ? 2 : 1)
            waiting.append(id)
        }
        for _ in 0..<workerCount { workers.append(newWorker()) }
    }

    var isDone: Bool { jobs.values.allSatisfy { $0.ends > 0 } && steps.isEmpty && storing.isEmpty && drawings.isEmpty }
    var endedTwice: Int { jobs.values.count { $0.ends > 1 } }
    var openDraws: Int { book.count }

    private mutating func chance(_ probability: Double) -> Bool {
        probability > 0 && Double.random(in: 0..<1, using: &random) < probability
    }

    /// Lets something happen.
    mutating func step() {
        now.addTimeInterval(.random(in: 0...0.4, using: &random))
        sign()
        if chance(faults.storeWiped) {
            broker.wipe()
            wipes += 1
        }
        if chance(faults.frontDies) { restartFront() }
        if chance(isConnected ? faults.disconnected : max(0.02, faults.disconnected)) {
            isConnected.toggle()
            book.connected(isConnected, at: now)
        }
        switch Int.random(in: 0..<6, using: &random) {
        case 0: takeFrontStep()
        case 1: fillPlaces()
        case 2: hearEnds()
        case 3: store()
        case 4:
            steps += book.tick(at: now)
            for ticket in broker.undeliverable { steps += book.undeliverable(ticket) }
            if chance(faults.cancelled), let drawing = drawings.randomElement(using: &random) { cancel(drawing.key, drawing.value) }
        default:
            if !workers.isEmpty { act(Int.random(in: 0..<workers.count, using: &random)) }
        }
    }

    // The front

    private mutating func restartFront() {
        frontDeaths += 1
        book = TicketBook(front: book.front)
        (steps, drawings, storing) = ([], [:], [])
        let unfinished = jobs.filter { $0.value.ends == 0 }
        waiting = unfinished.keys.sorted().shuffled(using: &random)
        let found = broker.released(for: book.front)
        steps += book.adopt(
            found.tickets, ends: found.ends.values.compactMap { try? TicketEnd(message: $0) },
            unfinished: unfinished.mapValues(\.storedRuns), at: now)
        isConnected = true
    }

    private mutating func fillPlaces() {
        let busy = Set(drawings.values.map(\.place) + storing.map(\.place))
        guard isConnected, let place = (0..<window).first(where: { !busy.contains($0) }), let first = waiting.first, let job = jobs[first]
        else { return }
        var batch = [first]
        // Jobs of one run can be drawn together.
        if job.runs == 1, chance(0.3), let other = waiting.dropFirst().first(where: { id in
            jobs[id].map { $0.runs == 1 && group(of: $0) == group(of: job) } ?? false
        }) { batch.append(other) }
        waiting.removeAll(where: batch.contains)
        order(batch, run: job.storedRuns, place)
    }

    private func group(of job: Job) -> Int { job.number % groupCount + 1 }

    private mutating func order(_ batch: [JobID], run: Int, _ place: Int) {
        guard let job = jobs[batch[0]] else { return }
        let plan = FleetFixtures.plan(
            batch.compactMap { jobs[$0]?.number }, run: run, group: group(of: job), urgent: job.number.isMultiple(of: 7), at: now)
        let (id, more) = book.order(plan, at: now)
        drawings[id] = Drawing(jobs: batch, run: run, place: place)
        steps += more
    }

    private mutating func takeFrontStep() {
        guard !steps.isEmpty else { return }
        // Those that were given at once are begun at once, and end in any order.
        let step = steps.remove(at: Int.random(in: 0..<min(4, steps.count), using: &random))
        switch step {
        case .release(let release):
            let place = isConnected ? try? broker.release(release, at: now) : nil
            if let place, !chance(faults.answerLost) {
                steps += book.released(release.ticket.id, at: place, now)
            } else {
                book.couldNotRelease(release.ticket.id, at: now)
            }
        case .withdraw(let ticket, let place): if isConnected { broker.withdraw(ticket, at: place) }
        case .cancel(let ticket): for index in workers.indices where !chance(faults.eventLost) { workers[index].cancelled.insert(ticket) }
        case .look(let ticket, let place):
            if isConnected { steps += book.found(ticket, isThere: broker.isReleased(ticket, at: place), at: now) }
        case .fetch(let id, let end):
            guard isConnected, !chance(faults.answerLost) else {
                steps += book.couldNotFetch(id, end.ticket, .unreachable, at: now)
                return
            }
            let isWhole = end.pictures.allSatisfy { (try? Parts.joined(broker.parts(of: $0, in: end.ticket), as: $0)) != nil }
            if isWhole {
                if drawings[id].map({ end.jobs != $0.jobs || end.ticket.run != $0.run }) ?? false { mistakes.append("another's end") }
                steps += book.fetched(id, end.ticket)
            } else {
                steps += book.couldNotFetch(id, end.ticket, .damaged, at: now)
            }
        case .answer(let id, let answer):
            guard let drawing = drawings.removeValue(forKey: id) else { return mistakes.append("a draw was answered twice") }
            switch answer {
            case .drawn: storing.append((drawing.jobs, drawing.run, drawing.place))
            case .failed where drawing.jobs.count > 1: waiting.insert(contentsOf: drawing.jobs, at: 0)
            case .failed:
                failures += 1
                end(drawing.jobs[0])
            }
        case .tell: break
        case .ack(let receipt): if isConnected, !chance(faults.answerLost) { broker.ackEnd(receipt) }
        case .discardParts(let ticket): if isConnected { broker.discardParts(of: ticket) }
        }
    }

    private mutating func hearEnds() {
        guard isConnected else { return }
        for (ticket, message, receipt) in broker.nextEnds(for: book.front, at: now) {
            guard let end = try? TicketEnd(message: message) else {
                mistakes.append("an end cannot be read")
                continue
            }
            if end.ticket != ticket { mistakes.append("an end lies under another's name") }
            steps += book.ended(end, receipt, at: now)
        }
    }

    /// The archive writes what was drawn.
    private mutating func store() {
        guard !storing.isEmpty else { return }
        let (batch, run, place) = storing.removeFirst()
        for id in batch {
            guard let job = jobs[id], job.ends == 0 else { continue }
            if job.storedRuns != run { mistakes.append("a run was stored out of turn") }
            jobs[id]?.storedRuns = run + 1
            if run + 1 < job.runs {
                steps += book.settled(id, runs: run + 1)
                order([id], run: run + 1, place)
            } else {
                end(id)
            }
        }
    }

    private mutating func end(_ id: JobID) {
        jobs[id]?.ends += 1
        steps += book.settled(id, runs: nil)
    }

    private mutating func cancel(_ id: TicketBook.DrawID, _ drawing: Drawing) {
        drawings[id] = nil
        for job in drawing.jobs {
            jobs[job]?.wasCancelled = true
            end(job)
        }
        steps += book.cancelled(id)
        // An answer that was already given goes nowhere.
        steps.removeAll { if case .answer(id, _) = $0 { true } else { false } }
    }

    // Workers

    private mutating func newWorker() -> Worker {
        lastWorker += 1
        var worker = Worker(id: FleetFixtures.worker(lastWorker), choice: TicketChoice(random: SeededGenerator(random.next())))
        for group in 1...groupCount { worker.choice.add(FleetFixtures.group(group)) }
        return worker
    }

    private mutating func act(_ index: Int) {
        if chance(faults.workerDies) {
            workerDeaths += 1
            workers[index] = newWorker()
            return
        }
        if chance(faults.workerPauses) { workers[index].pausedUntil = now.addingTimeInterval(.random(in: 1...90, using: &random)) }
        guard workers[index].pausedUntil <= now else { return }
        if chance(faults.workerStops) { workers[index].stopsNext = true }
        if workers[index].busy != nil { return work(index) }
        switch workers[index].choice.next(at: now) {
        case .wait: break
        case .pull(let consumer, _):
            guard let delivery = broker.pull(consumer.ticketClass, consumer.group, at: now) else {
                return workers[index].choice.gotNothing(consumer, at: now)
            }
            workers[index].choice.got(consumer)
            guard let ticket = try? Ticket(message: delivery.message) else { return mistakes.append("a ticket cannot be read") }
            workers[index].choice.warm = [consumer.group]
            workers[index].busy = Busy(
                ticket: ticket, delivery: delivery, group: consumer.group, work: TicketWork(deadline: ticket.deadline),
                stepsLeft: .random(in: 1...6, using: &random), signedAt: now)
        }
    }

    private mutating func tell(_ kind: TicketEvent.Kind, _ index: Int, _ ticket: TicketID) {
        guard !chance(faults.eventLost) else { return }
        steps += book.heard(TicketEvent(kind, of: ticket, by: workers[index].id), at: now)
    }

    /// Workers tell that they are at work, whatever else they do.
    private mutating func sign() {
        for index in workers.indices where workers[index].pausedUntil <= now {
            guard let busy = workers[index].busy, now.timeIntervalSince(busy.signedAt) >= 5 else { continue }
            workers[index].busy?.signedAt = now
            broker.working(busy.delivery.receipt, at: now)
            tell(.alive, index, busy.ticket.id)
        }
    }

    private mutating func work(_ index: Int) {
        guard var busy = workers[index].busy else { return }
        let isCancelled = workers[index].cancelled.contains(busy.ticket.id)
        var report: TicketWork.Report
        switch busy.work.step {
        case .lookForEnd:
            let end = broker.end(of: busy.ticket.id).flatMap { try? TicketEnd(message: $0) }
            report = chance(faults.answerLost) ? .unreachable : .found(end)
        case .prepare:
            tell(.started(delivery: busy.delivery.number), index, busy.ticket.id)
            report = isCancelled ? .cancelled : chance(faults.modelMissing) ? .cannotPrepare : .prepared
        case .draw:
            busy.stepsLeft -= 1
            if busy.stepsLeft > 0, !isCancelled, !workers[index].stopsNext {
                workers[index].busy = busy
                return tell(.denoising(done: 1, total: 2), index, busy.ticket.id)
            }
            if busy.stepsLeft <= 0 { drawn += 1 }
            report = isCancelled ? .cancelled : busy.stepsLeft > 0 ? .stopped : .drawn
        case .commit(let run):
            let end: TicketEnd = switch busy.work.ending {
            case .done: FleetFixtures.end(of: busy.ticket, run)
            case .failed(let reason): TicketEnd(of: busy.ticket, by: workers[index].id, run, failed: reason)
            case .cancelled, nil: TicketEnd(cancelled: busy.ticket, by: workers[index].id, run)
            }
            let commit = broker.commit(end, end.pictures.map { _ in [FleetFixtures.bytes[...]] }, for: busy.ticket.front, at: now)
            report = .committed(chance(faults.answerLost) ? .refused(reason: "no answer") : commit)
        case .ack:
            broker.ack(busy.delivery.receipt)
            report = chance(faults.answerLost) ? .unreachable : .acked
        case .giveBack(let delay):
            broker.nak(busy.delivery.receipt, delay: delay, at: now)
            tell(.returned, index, busy.ticket.id)
            report = .gaveBack
        case .finished: report = .gaveBack
        }
        let next = busy.work.next(after: report, at: now)
        workers[index].busy = next == .finished ? nil : busy
        if next == .finished, workers[index].stopsNext { workers[index] = newWorker() }
    }
}

/// Random numbers that are the same each time. Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.
struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
