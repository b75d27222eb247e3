import FoundationEssentials
import Generation
import Jobs

/// Decides what a worker does with a ticket that it got. A plain value: no clock, no tasks, no broker.
///
/// Its owner takes one step after another, and tells how each ended. A worker may die between any two: the ticket comes to another one,
/// which finds the end or draws it again. The end and its pictures are stored together, before the ticket is acknowledged.
struct TicketWork: Sendable {
    /// Something that the owner is to do.
    enum Step: Sendable, Hashable {
        /// Look for an end of the ticket.
        case lookForEnd
        /// Tell the front that the ticket is begun, and get the model.
        case prepare
        /// Draw, and make files of the pictures.
        case draw
        /// Store the end with its pictures.
        case commit(RunID)
        case ack
        /// Give the ticket back, and tell the front.
        case giveBack(delay: Duration)
        /// There is nothing more to do.
        case finished
    }

    /// End of a step.
    enum Report: Sendable {
        /// The end that is stored; nil without one.
        case found(TicketEnd?)
        /// The broker did not answer.
        case unreachable
        case prepared
        /// The model cannot be had here. Another worker may have it.
        case cannotPrepare
        /// The model is not what its name says, wherever it is fetched.
        case failed(PublicReason)
        case drawn
        /// A client cancelled it.
        case cancelled
        /// The worker is to stop.
        case stopped
        case committed(Commit)
        case acked
        case gaveBack
    }

    /// End of the ticket, as far as it is known.
    enum Ending: Sendable, Hashable {
        case done
        case failed(PublicReason)
        case cancelled
    }

    /// Pause before a ticket that cannot be drawn here goes to another worker.
    static let handOver = Duration.seconds(5)
    /// Tries of an acknowledgement. One that is lost costs a delivery, which finds the end.
    static let mostAcks = 2

    let deadline: Date
    private(set) var step = Step.lookForEnd
    /// nil until the ticket is drawn, or cannot be.
    private(set) var ending: Ending?
    private var acks = 0

    init(deadline: Date) { self.deadline = deadline }

    /// Whether somebody may draw it still.
    private func isLate(at now: Date) -> Bool { now >= deadline }

    /// Tells how the present step ended.
    /// - Parameter newRun: a name that was never used.
    mutating func next(after report: Report, at now: Date, newRun: RunID = RunID()) -> Step {
        step = following(report, at: now, newRun)
        return step
    }

    private mutating func following(_ report: Report, at now: Date, _ newRun: RunID) -> Step {
        switch (step, report) {
        case (.lookForEnd, .found(.some)):
            // The end of this run, or of another one: the work is done.
            return .ack
        case (.lookForEnd, .found(nil)):
            if ending != nil { return .commit(newRun) }
            if isLate(at: now) {
                ending = .failed(Self.tooLate)
                return .commit(newRun)
            }
            return .prepare
        case (.lookForEnd, .unreachable): return isLate(at: now) ? .giveBack(delay: .zero) : .lookForEnd
        case (.prepare, .prepared): return .draw
        case (.prepare, .cannotPrepare), (.prepare, .unreachable): return .giveBack(delay: Self.handOver)
        case (.draw, .drawn):
            ending = .done
            return .commit(newRun)
        case (.prepare, .failed(let reason)), (.draw, .failed(let reason)):
            ending = .failed(reason)
            return .commit(newRun)
        case (.prepare, .cancelled), (.draw, .cancelled):
            ending = .cancelled
            return .commit(newRun)
        case (.commit, .committed(.committed)): return .ack
        case (.commit, .committed(.lost)): return .ack
        case (.commit, .committed(.refused)):
            // It may have been stored all the same.
            return isLate(at: now) ? .giveBack(delay: .zero) : .lookForEnd
        case (.ack, .acked): return .finished
        case (.ack, .unreachable):
            acks += 1
            return acks < Self.mostAcks ? .ack : .finished
        case (.giveBack, _): return .finished
        case (.finished, _): return .finished
        case (.lookForEnd, .stopped), (.prepare, .stopped), (.draw, .stopped), (.commit, .stopped): return .giveBack(delay: .zero)
        default: return step
        }
    }

    private static let tooLate = PublicReason(
        ErrorReason(.failed),
        "Its time was over before a machine was free to draw it. Try again later, or raise the limit (setting job_minutes).")
}
