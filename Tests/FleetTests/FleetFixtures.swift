import FoundationEssentials
import Generation
import TestSupport

@testable import Fleet
@testable import Jobs

/// Values that several tests use.
enum FleetFixtures {
    static let start = Date(timeIntervalSince1970: 1_795_000_000)
    static let model = FleetModel(sha256: ContentHash(of: "a model".utf8), bytes: 2_132_625_894)

    static func front(_ number: Int = 1) -> FrontID { FrontID("f" + digits(number, 12)) ?? FrontID() }
    static func worker(_ number: Int) -> WorkerID { WorkerID("w" + digits(number, 12)) ?? WorkerID() }
    static func run(_ number: Int) -> RunID { RunID("r" + digits(number, 24)) ?? RunID() }
    static func group(_ number: Int) -> GroupToken {
        GroupToken(digits(number, 16)) ?? GroupToken(model: model.sha256, settings: [:], shape: "")
    }

    static func job(_ number: Int) -> JobID { JobID(digits(number, 32)) ?? JobID() }

    private static func digits(_ number: Int, _ count: Int) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: max(0, count - text.count)) + text
    }

    static func request(_ seed: UInt64) -> GenerationRequest {
        var request = GenerationRequest(prompt: "a lighthouse, 灯台")
        request.seed = seed
        (request.width, request.height, request.steps) = (64, 64, 2)
        return request
    }

    static func ticket(_ jobs: [Int] = [1], run: Int = 0, release: Int = 1) -> Ticket {
        Ticket(
            id: TicketID(job(jobs[0]), run: run, release: release), front: front(), jobs: jobs.map(job),
            requests: jobs.map { request(UInt64($0)) }, model: model, settings: ["openvino_accuracy": "f32"],
            deadline: start.addingTimeInterval(3600), previews: PreviewSchedule(everySteps: 5))
    }

    static func plan(_ jobs: [Int] = [1], run: Int = 0, group: Int = 1, urgent: Bool = false, at now: Date = start) -> TicketBook.Plan {
        TicketBook.Plan(
            jobs: jobs.map(job), run: run, requests: jobs.map { request(UInt64($0)) }, model: model, group: self.group(group),
            ticketClass: urgent ? .urgent : .normal, oldest: now, timeLimit: .seconds(86_400))
    }

    /// An end with a picture of three bytes for each request.
    static func end(of ticket: Ticket, by number: Int = 1, _ run: RunID = RunID()) -> TicketEnd {
        var next = 0
        let results = ticket.requests.map { request in
            DrawnResult(FakePainter.painted(request, model: "tiny"), files: (0..<request.batchSize).map { _ in
                next += 1
                return PictureFile(number: next - 1, sha256: ContentHash(of: bytes), bytes: bytes.count, parts: 1, format: .png)
            })
        }
        return TicketEnd(of: ticket, by: worker(number), run, results: results)
    }

    static let bytes: [UInt8] = [1, 2, 3]
}
