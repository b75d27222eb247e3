/// Workers on other machines, in numbers, as `GET /metrics` tells of them.
public struct FleetSummary: Sendable, Equatable {
    /// Workers that take jobs and draw, that take jobs and do not draw, and that take no more.
    public var busyWorkers, idleWorkers, leavingWorkers: Int
    /// Jobs or batches that workers draw, and that they could draw besides. Several may be drawn side by side by one worker.
    public var busySlots, freeSlots: Int
    /// Tickets of this server that workers draw, or will draw next.
    public var releasedTickets: Int

    public init(
        busyWorkers: Int = 0, idleWorkers: Int = 0, leavingWorkers: Int = 0, busySlots: Int = 0, freeSlots: Int = 0,
        releasedTickets: Int = 0
    ) {
        (self.busyWorkers, self.idleWorkers, self.leavingWorkers) = (busyWorkers, idleWorkers, leavingWorkers)
        (self.busySlots, self.freeSlots, self.releasedTickets) = (busySlots, freeSlots, releasedTickets)
    }
}
