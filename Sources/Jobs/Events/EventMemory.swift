/// The latest events of all jobs, without previews, and without the progress of downloads: soon there is another.
struct EventMemory: Sendable {
    static let capacity = 4096

    /// In order of their numbers, but for where the oldest stands.
    private var ring: [NumberedJobEvent] = []
    private var oldest = 0

    mutating func add(_ event: NumberedJobEvent) {
        switch event.event {
        case .preview: return
        case .download(let download) where !download.state.isFinal: return
        default: break
        }
        if ring.count < Self.capacity {
            ring.append(event)
        } else {
            ring[oldest] = event
            oldest = (oldest + 1) % Self.capacity
        }
    }

    func events(of job: JobID?, after: UInt64?) -> [NumberedJobEvent] {
        if job == nil, after == nil { return [] }
        return [ring[oldest...], ring[..<oldest]].flatMap { part in
            part.filter { $0.number > after ?? 0 && (job == nil || $0.job == job) }
        }
    }
}
