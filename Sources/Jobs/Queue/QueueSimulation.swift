import FoundationEssentials
import Generation

/// Works off a load in simulated time, to see how many compiles and how much waiting an order of jobs costs.
public struct QueueSimulation: Sendable {
    /// A job that comes.
    public struct Arrival: Sendable {
        /// Seconds after the start.
        public var time: Double
        /// Pictures that it asks for.
        public var request: JobRequest

        public init(time: Double, request: JobRequest) {
            self.time = time
            self.request = request
        }
    }

    /// Times that a device takes, in seconds.
    public struct Costs: Sendable {
        /// Time to make a group ready that is not.
        public var compile: Double
        /// Time for a picture that is drawn by itself.
        public var picture: Double
        /// Time for each further one that is drawn with it.
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

    /// Course of a load that was worked off.
    public struct Outcome: Sendable, Equatable {
        /// Number of times that a group was made ready.
        public var compiles = 0
        /// Number of orders that were drawn.
        public var draws = 0
        /// Seconds from the first arrival until the last job is done.
        public var makespan = 0.0
        /// Seconds from its arrival until a job was begun, in rising order.
        public var waits: [Double] = []

        public init() {}

        /// Average of `waits`, in seconds; 0 without jobs.
        public var meanWait: Double { waits.isEmpty ? 0 : waits.reduce(0, +) / Double(waits.count) }
        /// Largest of `waits`, in seconds; 0 without jobs.
        public var longestWait: Double { waits.last ?? 0 }

        /// The wait in seconds that a share of the jobs, 0…1, does not exceed.
        public func wait(ofShare share: Double) -> Double {
            waits.isEmpty ? 0 : waits[min(waits.count - 1, Int((Double(waits.count) * share).rounded(.up)) - 1)]
        }
    }

    /// Times that each device takes.
    public var costs: Costs
    /// Names the compile group of a request.
    public var group: @Sendable (JobRequest) -> CompileGroup

    public init(costs: Costs, group: @escaping @Sendable (JobRequest) -> CompileGroup) {
        self.costs = costs
        self.group = group
    }

    /// Works the load off with a `Dispatcher`, as the service does.
    /// - Parameters:
    ///   - arrivals: in order of their times.
    ///   - workerCount: devices that draw side by side, each with the same costs.
    public func run(_ arrivals: [Arrival], _ settings: QueueSettings, workerCount: Int = 1) -> Outcome {
        var run = Run(simulation: self, settings, arrivals: arrivals)
        run.workOff(workerCount: workerCount)
        return run.outcome
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

/// A load that is being worked off: the dispatcher's steps take place in simulated time.
private struct Run {
    /// End of a step.
    enum Event {
        case rested(Worker.ID)
        case asked(Worker.ID)
        case drawn(DrawOrder)
        case written(Job)
        case stored(Job)
    }

    let simulation: QueueSimulation
    var dispatcher: Dispatcher
    var coming: ArraySlice<QueueSimulation.Arrival>
    var clock: Double
    let start: Double
    /// Events that take no time, in their order.
    var due: [Event] = []
    var drawing: [(end: Double, order: DrawOrder)] = []
    /// Groups that are compiled on each worker, those used last first.
    var ready: [Worker.ID: [CompileGroup]] = [:]
    var outcome = QueueSimulation.Outcome()

    init(simulation: QueueSimulation, _ settings: QueueSettings, arrivals: [QueueSimulation.Arrival]) {
        self.simulation = simulation
        dispatcher = Dispatcher(settings: settings)
        coming = arrivals[...]
        start = arrivals.first?.time ?? 0
        clock = start
    }

    var now: Date { Date(timeIntervalSince1970: clock) }

    mutating func workOff(workerCount: Int) {
        dispatcher.start()
        take(dispatcher.setWorkers((1...max(1, workerCount)).map { Worker("\($0)") }, at: now))
        while true {
            // All that come at a time have come before anything is chosen.
            while let next = coming.first, next.time <= clock {
                coming.removeFirst()
                let time = Date(timeIntervalSince1970: next.time)
                // Nothing is refused, so that all orders work off the same load.
                take(dispatcher.submit(Job(id: JobID(at: time), next.request, submittedAt: time), group: simulation.group(next.request)))
            }
            if !due.isEmpty {
                end(due.removeFirst())
            } else if let index = drawing.firstIndex(where: { $0.end <= clock }) {
                end(.drawn(drawing.remove(at: index).order))
            } else if let next = (drawing.map(\.end) + coming.prefix(1).map(\.time)).min() {
                clock = next
            } else {
                break
            }
        }
        outcome.waits.sort()
    }

    private mutating func end(_ event: Event) {
        switch event {
        case .rested(let worker): take(dispatcher.restEnded(worker, at: now))
        case .asked(let worker): take(dispatcher.canDraw(simulation.costs.usefulBatchSize, together: worker, at: now))
        case .written(let job): take(dispatcher.wrote(job, isWritten: true, at: now))
        case .stored(let job):
            outcome.makespan = clock - start
            take(dispatcher.stored(job, at: now))
        case .drawn(let order):
            take(dispatcher.drew(order, order.requests.map { DrawnRequest(pictureCount: $0.batchSize) }, at: now))
        }
    }

    private mutating func take(_ steps: [Dispatcher.Step]) {
        for step in steps {
            switch step {
            case .write(let job): due.append(.written(job))
            case .store(let job, _): due.append(.stored(job))
            case .ask(let worker, _): due.append(.asked(worker))
            // A rest that somebody waits for is over at once.
            case .rest(let worker, let limit): if limit != nil { due.append(.rested(worker)) }
            case .endRest(let worker): due.append(.rested(worker))
            case .draw(let order): draw(order)
            // Stored with the end of the job, if ever.
            case .storeRun: break
            case .tell, .tellPosition, .tellQueue, .release, .measure, .cancel, .limit, .complete, .clear, .grace, .finish: break
            }
        }
    }

    private mutating func draw(_ order: DrawOrder) {
        guard let first = order.jobs.first else { return }
        outcome.draws += 1
        if order.run == 0 { outcome.waits += order.jobs.map { now.timeIntervalSince($0.submittedAt) } }
        let costs = simulation.costs
        let group = simulation.group(first.request)
        var groups = ready[order.worker] ?? []
        var end = clock
        if let index = groups.firstIndex(of: group) {
            groups.remove(at: index)
        } else {
            outcome.compiles += 1
            end += costs.compile
        }
        ready[order.worker] = [group] + groups.prefix(max(0, costs.readyGroups - 1))
        let pictures = order.requests.reduce(0) { $0 + $1.batchSize }
        drawing.append((end + costs.picture + Double(pictures - 1) * costs.furtherPicture, order))
    }
}
