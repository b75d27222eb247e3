import FoundationEssentials
import Generation

/// A worker, and what it is at.
struct WorkerState: Sendable {
    var worker: Worker
    var activity: Activity
    /// Jobs that it has drawn since it last came to the end of a rest.
    var jobsWithoutRest = 0
    /// True when it gets nothing more, and goes once it is free.
    var isLeaving = false

    enum Activity: Sendable {
        /// It has nothing to draw, and may rest until a job comes.
        case idle
        /// A job came, or the service stops: its rest was told to end, and has not ended yet.
        case waking
        /// It looks after its devices although jobs wait, for a limited time.
        case resting
        /// It has been asked how many pictures it draws together for this job, and will get that job or whichever comes first by then.
        case choosing(JobID)
        /// The archive is being told that the jobs are running.
        case beginning(Batch)
        case drawing(Batch)
        /// The pictures are drawn, and on the way to the archive.
        case storing(Batch)
        /// The service stops, and the worker is given nothing more.
        case stopped
    }
}

extension WorkerState.Activity {
    /// The jobs that the worker has. Setting it changes nothing about how far they are.
    var batch: Batch? {
        get {
            switch self {
            case .beginning(let batch), .drawing(let batch), .storing(let batch): batch
            case .idle, .waking, .resting, .choosing, .stopped: nil
            }
        }
        set {
            guard let newValue else { return }
            switch self {
            case .beginning: self = .beginning(newValue)
            case .drawing: self = .drawing(newValue)
            case .storing: self = .storing(newValue)
            case .idle, .waking, .resting, .choosing, .stopped: break
            }
        }
    }
}

/// Jobs that a worker has taken, and how far they are.
struct Batch: Sendable {
    /// A job, as it was when it was begun, and what has been drawn for it.
    struct Member: Sendable {
        let job: Job
        /// Pictures that are drawn, those of earlier attempts first.
        var pictures: [PictureID]
        /// Each once, in the order in which they came.
        var warnings: [Notice]
        /// False once the job is over or waits again.
        var isWanted = true

        init(_ job: Job) {
            self.job = job
            pictures = job.pictures
            warnings = job.warnings
        }
    }

    /// Number of the batch; changes when its jobs are drawn again, each by itself.
    var number: UInt64
    /// Jobs that are drawn together now.
    var members: [Member]
    /// Jobs that could not be drawn together, and are yet to be drawn each by itself.
    var alone: [Job] = []
    /// Run that is drawn, from 0.
    var run: Int
    /// Runs that somebody has skipped.
    var skippedRuns: [Int] = []
    /// True when the present run is to be given up.
    var isSkipping = false
    /// True while the worker draws and has not said how that ended.
    var isOrdered = false
    /// Jobs that the archive is being told are running.
    var unwritten: Set<JobID>
    /// Job whose pictures are being stored, one after another.
    var storing: JobID?
    /// Time at which the jobs were taken, and their number.
    let beganAt: Date
    let jobCount: Int

    init(number: UInt64, _ jobs: [Job], at time: Date) {
        self.number = number
        members = jobs.map(Member.init)
        run = jobs.first?.firstRun ?? 0
        unwritten = Set(jobs.map(\.id))
        beganAt = time
        jobCount = jobs.count
    }

    /// Members that are not over.
    var wanted: [Member] { members.filter(\.isWanted) }

    /// Jobs that are not over, drawn now or later.
    var jobs: [JobID] { wanted.map(\.job.id) + alone.map(\.id) }

    var runCount: Int { members.first?.job.request.runs ?? 1 }

    /// Warnings for a job's client.
    func warnings(for member: Member) -> [Notice] {
        member.warnings + skippedRuns.map {
            Notice(.runSkipped, ["run": .init($0 + 1), "runs": .init(runCount)], "Run \($0 + 1) of \(runCount) was skipped.")
        }
    }

    /// - Returns: what was drawn for the job by now; nil when it is not one of those that are drawn now.
    mutating func leave(_ id: JobID) -> Member? {
        alone.removeAll { $0.id == id }
        guard let index = members.firstIndex(where: { $0.job.id == id }) else { return nil }
        members[index].isWanted = false
        return members[index]
    }

    mutating func take(_ results: [DrawnRequest]) {
        for (index, result) in zip(members.indices, results) {
            let job = members[index].job
            members[index].pictures += job.request.places(ofRun: run).prefix(result.pictureCount).map { PictureID(job.id, $0) }
            for warning in result.warnings where !members[index].warnings.contains(warning) { members[index].warnings.append(warning) }
        }
        isSkipping = false
    }
}

extension Job {
    /// Run to begin with, from 0: those that are finished are not drawn again.
    var firstRun: Int { min(max(0, finishedRuns), max(1, request.runs) - 1) }
}
