import Foundation
import TestSupport
import Testing

@testable import Fleet
@testable import Jobs

#if Fleet
    import Bus
    import JetStream

    @Suite(
        "A fleet over a NATS server", .serialized,
        .enabled(if: NATSServer.program != nil, "`make fleet-server` gets a NATS server"))
    struct BrokerTests {
        @Test("jobs of twelve groups are drawn once each, by the first delivery, and nothing stays at the server", .timeLimit(.minutes(1)))
        func burst() async throws {
            let fleet = try await BrokerFleet()
            let front = try await fleet.front()
            var workers: [BrokerWorker] = []
            for number in 1...4 { workers.append(try await fleet.worker(number, painter: BrokerPainter(time: 1...20))) }
            try await fleet.drawJobs(90, groups: 12, front)
            #expect(fleet.log.pulls.count == 90 && fleet.log.pulls.allSatisfy { $0.delivery == 1 })
            #expect(fleet.log.commits == Array(repeating: .committed, count: 90))
            await fleet.until { try await front.jetStream.info(ofStream: BrokerNames.tickets).state.messages == 0 }
            await fleet.until { try await front.jetStream.all("ez1.result.*.*.*.*", ofStream: BrokerNames.results).isEmpty }
            #expect(try await front.jetStream.all("ez1.result.*.*.end", ofStream: BrokerNames.results, atOnce: 7).count == 90)
            let consumer = BrokerNames.consumer(of: FleetFixtures.front())
            await fleet.until {
                try await front.jetStream.info(ofConsumer: consumer, ofStream: BrokerNames.results).num_ack_pending == 0
            }
            // A worker that leaves is not waited for.
            for worker in workers { await worker.stop() }
            let places = await front.painter.workers()
            for await told in places where told.isEmpty { break }
            await front.stop()
        }

        @Test("a worker that dies is replaced: its ticket goes to another one once the lease is over", .timeLimit(.minutes(1)))
        func deaths() async throws {
            let fleet = try await BrokerFleet()
            let front = try await fleet.front()
            let held = BrokerPainter(drawings: Gate(isOpen: false))
            let mortal = try await fleet.worker(1, painter: held)
            let others = [try await fleet.worker(2), try await fleet.worker(3)]
            try await fleet.drawJobs(60, front) {
                await held.drawings.arrivals(reach: 1)
                let death = await mortal.die()
                let ticket = try #require(fleet.log.pulls.last { $0.worker == mortal.id }?.ticket)
                await fleet.until { fleet.log.pulls.contains { $0.ticket == ticket && $0.delivery == 2 } }
                let again = try #require(fleet.log.pulls.first { $0.ticket == ticket && $0.delivery == 2 })
                print("A dead worker's ticket came to another one after \(again.at.timeIntervalSince(death)) s; the lease has 1 s.")
            }
            #expect(fleet.log.commits.count { $0 == .committed } == 60)
            for worker in others { await worker.stop() }
            await front.stop()
        }

        @Test("the end of a worker that stood still past its lease is refused: another one has drawn its ticket", .timeLimit(.minutes(1)))
        func pauses() async throws {
            let fleet = try await BrokerFleet()
            let front = try await fleet.front()
            let held = BrokerPainter(drawings: Gate(isOpen: false))
            let sleepy = try await fleet.worker(1, painter: held)
            let other = try await fleet.worker(2)
            try await fleet.drawJobs(60, front) {
                await held.drawings.arrivals(reach: 1)
                sleepy.dispatch.isPaused = true
                held.drawings.open()
                let ticket = try #require(fleet.log.pulls.last { $0.worker == sleepy.id }?.ticket)
                let commits = fleet.log.commits.count
                await fleet.until { fleet.log.pulls.contains { $0.ticket == ticket && $0.worker == other.id } }
                await fleet.until { fleet.log.commits.count > commits + 1 }
                sleepy.dispatch.isPaused = false
                await fleet.until { fleet.log.commits.contains(.lost) }
            }
            #expect(fleet.log.commits.count { $0 == .committed } == 60)
            for worker in [sleepy, other] { await worker.stop() }
            await front.stop()
        }

        @Test("a server that is killed twice costs time and nothing else", .timeLimit(.minutes(1)))
        func kills() async throws {
            let fleet = try await BrokerFleet()
            let front = try await fleet.front()
            let workers = [try await fleet.worker(1), try await fleet.worker(2), try await fleet.worker(3)]
            try await fleet.drawJobs(60, front) {
                for _ in 1...2 {
                    let archived = await fleet.archivedCount()
                    await fleet.server.kill()
                    try await fleet.server.restart()
                    await fleet.until { await fleet.archivedCount() > archived + 8 }
                }
            }
            for worker in workers { await worker.stop() }
            await front.stop()
        }

        @Test("when the store is lost, the front makes it anew, and releases again what was in it", .timeLimit(.minutes(1)))
        func wipe() async throws {
            let fleet = try await BrokerFleet()
            let front = try await fleet.front()
            let workers = [try await fleet.worker(1), try await fleet.worker(2), try await fleet.worker(3)]
            try await fleet.drawJobs(60, front) {
                await fleet.server.kill()
                try fleet.server.wipe()
                try await fleet.server.restart()
            }
            // Workers of the time after it know the groups.
            #expect(try await KeyValues(BrokerNames.groups, of: front.jetStream).all().count == 2)
            for worker in workers { await worker.stop() }
            await front.stop()
        }

        @Test("a front that dies before it has archived what it fetched is followed by one that fetches it again", .timeLimit(.minutes(1)))
        func frontDeaths() async throws {
            let fleet = try await BrokerFleet()
            let first = try await fleet.front()
            let workers = [try await fleet.worker(1), try await fleet.worker(2)]
            for number in 1...60 { _ = try await first.service.submit(BrokerFleet.request(number, group: number % 2)) }
            await first.archive.finishes.arrivals(reach: 10)
            first.archive.finishes.close()
            await first.archive.finishes.arrivals(reach: 13)
            await first.die()
            let archived = await fleet.archivedCount()
            #expect(archived < 60)
            let second = try await fleet.front()
            await fleet.until { await fleet.archivedCount() == 60 }
            await fleet.checkArchive(60)
            // Nothing was drawn again.
            #expect(fleet.log.commits == Array(repeating: .committed, count: 60))
            for worker in workers { await worker.stop() }
            await second.stop()
        }

        @Test("a job that is cancelled leaves the server, whether its ticket waits or is being drawn", .timeLimit(.minutes(1)))
        func cancelling() async throws {
            let fleet = try await BrokerFleet()
            let front = try await fleet.front()
            let held = BrokerPainter(drawings: Gate(isOpen: false))
            let worker = try await fleet.worker(1, painter: held)
            var jobs: [JobID] = []
            for number in 1...3 { jobs.append(try await front.service.submit(BrokerFleet.request(number)).id) }
            await held.drawings.arrivals(reach: 1)
            func tickets() async throws -> Set<JobID> {
                Set(try await front.jetStream.all(Subjects.tickets, ofStream: BrokerNames.tickets).compactMap { message in
                    message.headers[BrokerNames.idHeader].flatMap { TicketID($0)?.job }
                })
            }
            // Five quarters of a slot: two tickets, of which any may be the one that is leased.
            await fleet.until { try await tickets() == Set(jobs[0...1]) }
            let leased = try #require(fleet.log.pulls.first.flatMap { TicketID($0.ticket)?.job })
            let waiting = leased == jobs[0] ? jobs[1] : jobs[0]
            _ = try await front.service.cancel(waiting)
            await fleet.until { try await tickets() == [leased, jobs[2]] }
            _ = try await front.service.cancel(leased)
            await fleet.until { fleet.log.commits == [.committed] }
            let ends = try await front.jetStream.all("ez1.result.*.*.end", ofStream: BrokerNames.results)
            let end = try TicketEnd(message: #require(ends.first).body)
            #expect(end.outcome == .cancelled && end.jobs == [leased])
            held.drawings.open()
            await fleet.until { await fleet.archivedCount() == 1 }
            await fleet.until { try await tickets().isEmpty }
            for job in jobs[0...1] { #expect(try await fleet.archive.job(job)?.state == .cancelled) }
            await worker.stop()
            await front.stop()
        }

        @Test("a ticket that three workers died of is given up", .timeLimit(.minutes(1)))
        func poison() async throws {
            let fleet = try await BrokerFleet()
            let front = try await fleet.front()
            let job = try await front.service.submit(BrokerFleet.request(1)).id
            for number in 1...3 {
                let held = BrokerPainter(drawings: Gate(isOpen: false))
                let worker = try await fleet.worker(number, painter: held)
                await held.drawings.arrivals(reach: 1)
                await worker.die()
            }
            await fleet.until { try await fleet.archive.job(job)?.state.isFinal == true }
            let reason = try #require(await reason(of: job, fleet))
            #expect(reason.contains("3 times"), "\(reason)")
            await fleet.until { try await front.jetStream.info(ofStream: BrokerNames.tickets).state.messages == 0 }
            await front.stop()
        }

        @Test("a ticket that was delivered as often as it may be is given up, and removed", .timeLimit(.minutes(1)))
        func undeliverable() async throws {
            let fleet = try await BrokerFleet()
            var limits = BrokerFleet.limits
            limits.mostDeliveries = 1
            let front = try await fleet.front(limits)
            let job = try await front.service.submit(BrokerFleet.request(1)).id
            let held = BrokerPainter(drawings: Gate(isOpen: false))
            let mortal = try await fleet.worker(1, painter: held)
            await held.drawings.arrivals(reach: 1)
            await mortal.die()
            let other = try await fleet.worker(2)
            await fleet.until { try await fleet.archive.job(job)?.state.isFinal == true }
            #expect(try #require(await reason(of: job, fleet)).contains("lost"))
            await fleet.until { try await front.jetStream.info(ofStream: BrokerNames.tickets).state.messages == 0 }
            // The advisory is done with.
            let undertaker = BrokerNames.undertaker(of: FleetFixtures.front())
            await fleet.until {
                let info = try await front.jetStream.info(ofConsumer: undertaker, ofStream: BrokerNames.lost)
                return info.num_pending == 0 && info.num_ack_pending == 0
            }
            #expect(fleet.log.pulls.count == 1)
            await other.stop()
            await front.stop()
        }

        @Test("a ticket of another version is left to workers that know it", .timeLimit(.minutes(1)))
        func versions() async throws {
            let fleet = try await BrokerFleet()
            let front = try await fleet.front()
            let worker = try await fleet.worker(1)
            try await fleet.drawJobs(2, groups: 1, front)
            let groups = try await KeyValues(BrokerNames.groups, of: front.jetStream).all()
            let group = try #require(groups.first.flatMap { GroupToken($0.key) })
            let message = BusMessage(
                Subjects.ticket(.normal, group, from: FleetFixtures.front()), headers: [BrokerNames.oldestHeader: "1"], text: #"{"v": 2}"#)
            try await front.jetStream.publish(message)
            await fleet.until { fleet.log.pulls.last?.ticket == "?" }
            await worker.stop()
            let again = try await front.jetStream.pull(
                PullRequest(waiting: .upTo(.seconds(15))), from: BrokerNames.consumer(of: .normal, group), ofStream: BrokerNames.tickets)
            #expect(again.first?.message.body == message.body)
            #expect(again.first?.delivery == 2)
            await front.stop()
        }

        private func reason(of job: JobID, _ fleet: BrokerFleet) async throws -> String? {
            guard let job = try await fleet.archive.job(job), job.state == .failed else { return nil }
            return job.failure
        }
    }
#else
    @Test("A fleet over a NATS server", .enabled(if: false, "needs the trait Fleet: `make test-fleet`"))
    func needsTrait() {}
#endif
