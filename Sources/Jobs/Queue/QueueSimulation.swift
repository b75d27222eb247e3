import FoundationEssentials

/// How a load would be worked off, in simulated time: what compiles and waiting an order of jobs costs.
public struct QueueSimulation: Sendable {
    public struct Arrival: Sendable {
        /// Seconds after the start.
        public var time: Double
        public var request: JobRequest

        public init(time: Double, request: JobRequest) {
            self.time = time
            self.request = request
        }
    }

    /// What a device takes, in seconds.
    public struct Costs: Sendable {
        /// For making a group ready that is not.
        public var compile: Double
        /// For a picture that is drawn by itself.
        public var picture: Double
        /// For each further one that is drawn with it.
        public var furtherPicture: Double
        /// Pictures that are drawn together at most.
        public var usefulBatchSize: Int
        /// Groups that stay ready at a time; the one that was used longest ago makes room.
        public var readyGroups: Int

        public init(compile: Double, picture: Double, furtherPicture: Double, usefulBatchSize: Int, readyGroups: Int) {
            self.compile = compile
            self.picture = picture
            self.furtherPicture = furtherPicture
            self.usefulBatchSize = usefulBatchSize
            self.readyGroups = readyGroups
        }
    }

    public struct Outcome: Sendable, Equatable {
        public var compiles = 0
        /// Calls of the painter.
        public var draws = 0
        /// Seconds from the first arrival until the last job is done.
        public var makespan = 0.0
        /// Seconds from its arrival until a job was begun, in rising order.
        public var waits: [Double] = []

        public init() {}

        public var meanWait: Double { waits.isEmpty ? 0 : waits.reduce(0, +) / Double(waits.count) }
        public var longestWait: Double { waits.last ?? 0 }

        /// The wait that a share of the jobs, 0…1, does not exceed.
        public func wait(ofShare share: Double) -> Double {
            waits.isEmpty ? 0 : waits[min(waits.count - 1, Int((Double(waits.count) * share).rounded(.up)) - 1)]
        }
    }

    public var costs: Costs
    /// What must be compiled for a request.
    public var group: @Sendable (JobRequest) -> CompileGroup

    public init(costs: Costs, group: @escaping @Sendable (JobRequest) -> CompileGroup) {
        self.costs = costs
        self.group = group
    }

    /// - Parameter arrivals: in order of their times.
    public func run(_ arrivals: [Arrival], _ settings: QueueSettings) -> Outcome {
        var queue = JobQueue()
        var outcome = Outcome()
        var ready: [CompileGroup] = []
        var coming = arrivals[...]
        var clock = arrivals.first?.time ?? 0
        let start = clock

        while !coming.isEmpty || queue.waitingCount > 0 {
            if queue.waitingCount == 0, let next = coming.first { clock = max(clock, next.time) }
            while let next = coming.first, next.time <= clock {
                coming.removeFirst()
                let job = Job(id: JobID(at: Date(timeIntervalSince1970: next.time)), next.request, submittedAt: Date(timeIntervalSince1970: next.time))
                // Nothing is refused, so that all orders work off the same load.
                try? queue.submit(job, group: group(job.request), capacity: .max)
            }
            let now = Date(timeIntervalSince1970: clock)
            let jobs = queue.take(at: now, settings, pictureCount: costs.usefulBatchSize)
            guard let first = jobs.first else { continue }
            outcome.waits += jobs.map { now.timeIntervalSince($0.submittedAt) }
            outcome.draws += 1

            let group = group(first.request)
            if let index = ready.firstIndex(of: group) {
                ready.remove(at: index)
            } else {
                outcome.compiles += 1
                clock += costs.compile
            }
            ready = [group] + ready.prefix(max(0, costs.readyGroups - 1))
            let pictures = jobs.reduce(0) { $0 + $1.request.pictureCount }
            clock += costs.picture + Double(pictures - 1) * costs.furtherPicture
            for job in jobs { _ = queue.end(job.id, as: .done([]), at: Date(timeIntervalSince1970: clock)) }
        }
        outcome.makespan = clock - start
        outcome.waits.sort()
        return outcome
    }

    /// First come, first served: each job by itself, whoever's it is.
    public func runFirstComeFirstServed(_ arrivals: [Arrival]) -> Outcome {
        let alike = arrivals.map { arrival in
            var arrival = arrival
            arrival.request.client = ""
            arrival.request.priority = 0
            return arrival
        }
        return run(alike, QueueSettings(patienceJobs: 0, batchSize: 1))
    }
}
