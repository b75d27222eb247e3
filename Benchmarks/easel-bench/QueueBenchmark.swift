import ArgumentParser
import Foundation
import Generation
import Jobs

/// What the order of jobs saves on a mixed load.
struct QueueBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue",
        abstract: "Works off a mixed load in simulated time, in Easel's order and first come, first served.",
        discussion: "Clients come at random, and ask for one of several models and sizes. Nothing is drawn; a device is a handful of times."
    )

    @Option(help: "Jobs in all.") var jobs = 600
    @Option(help: "Clients; the first sends a third of the jobs.") var clients = 12
    @Option(help: "Models that jobs ask for, the second half as often as the first, and so on.") var models = 2
    @Option(help: "Sizes that jobs ask for.") var sizes = 3
    @Option(help: "Seconds between two jobs, on average.") var interval = 7.0
    @Option(help: "Seconds that a compile takes.") var compile = 20.0
    @Option(help: "Seconds that a picture takes.") var picture = 6.0
    @Option(help: "Seconds that each further picture takes which is drawn with it.") var further = 5.0
    @Option(help: "Pictures that are drawn together at most.") var batch = 4
    @Option(help: "Models in as many sizes as stay compiled at a time.") var ready = 2
    @Option(help: "Jobs that may go before one whose turn it is.") var patienceJobs = 8
    @Option(help: "Minutes that a job may wait past its turn.") var patienceMinutes = 5.0
    @Option(help: "Seed of the load.") var seed: UInt64 = 1

    func run() {
        let load = load()
        let simulation = QueueSimulation(
            costs: .init(compile: compile, picture: picture, furtherPicture: further, usefulBatchSize: batch, readyGroups: ready),
            group: { CompileGroup(model: $0.model, shape: "\($0.generation.width)×\($0.generation.height)") })
        var settings = QueueSettings(patienceJobs: patienceJobs, patience: .seconds(60 * patienceMinutes), batchSize: batch)
        print("| order | compiles | draws | all done, min | mean wait, s | 95 % wait less than | longest |\n|---|---|---|---|---|---|---|")
        show("first come, first served", simulation.runFirstComeFirstServed(load))
        settings.batchSize = 1
        show("Easel's, each by itself", simulation.run(load, settings))
        settings.batchSize = batch
        show("Easel's", simulation.run(load, settings))
        print("\nTaking one of 3,000 jobs that wait: \(rounded(secondsToTake(of: 3000) * 1e6, to: 1)) µs on average until none is left.")
    }

    private func load() -> [QueueSimulation.Arrival] {
        var random = Xorshift(state: seed)
        var time = 0.0
        return (0..<jobs).map { _ in
            // Intervals between independent arrivals are exponentially distributed.
            time += -interval * log(Double.random(in: .ulpOfOne..<1, using: &random))
            var generation = GenerationRequest(prompt: "")
            generation.width = 512 + 128 * Int.random(in: 0..<max(1, sizes), using: &random)
            var model = 0
            while model < models - 1, Bool.random(using: &random) { model += 1 }
            let client = Int.random(in: 0..<3, using: &random) == 0 ? 0 : Int.random(in: 0..<max(1, clients), using: &random)
            return .init(time: time, request: JobRequest(model: "model \(model)", generation: generation, client: "client \(client)"))
        }
    }

    private func secondsToTake(of count: Int) -> Double {
        var random = Xorshift(state: seed)
        var queue = JobQueue()
        var worker = Worker("worker")
        for index in 0..<count {
            var generation = GenerationRequest(prompt: "picture \(index)")
            generation.width = 512 + 64 * Int.random(in: 0..<6, using: &random)
            let request = JobRequest(model: "model", generation: generation, client: "\(Int.random(in: 0..<300, using: &random))")
            queue.submit(Job(request), group: CompileGroup(model: "model", shape: "\(generation.width)"))
        }
        let clock = ContinuousClock()
        let duration = clock.measure {
            while queue.waitingCount > 0 {
                for job in queue.take(for: &worker, at: .now, QueueSettings()) { _ = queue.end(job.id, as: .cancelled, at: .now) }
            }
        }
        return duration.seconds / Double(count)
    }

    private func show(_ name: String, _ outcome: QueueSimulation.Outcome) {
        print(
            "| \(name) | \(outcome.compiles) | \(outcome.draws) | \(rounded(outcome.makespan / 60, to: 1)) | "
                + "\(rounded(outcome.meanWait, to: 0)) "
                + "| \(rounded(outcome.wait(ofShare: 0.95), to: 0)) | \(rounded(outcome.longestWait, to: 0)) |")
    }

    private func rounded(_ number: Double, to digits: Int) -> String { String(format: "%.\(digits)f", number) }
}

/// Marsaglia's generator: the same load for the same seed.
private struct Xorshift: RandomNumberGenerator {
    var state: UInt64

    init(state: UInt64) { self.state = state | 1 << 63 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        // The low bits of neighbours are alike without this.
        return state &* 0x2545_F491_4F6C_DD1D
    }
}
