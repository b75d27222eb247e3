public import Generation

/// The place of each stage, its error at the latest probe, and the events so far: for a page or a client to show.
public struct FidelityStatus: Sendable {
    /// A stage, its place, and its latest probe.
    public struct Row: Sendable {
        /// The stage that the row is about.
        public let stage: Stage
        /// OpenVINO's name of the device: `CPU`, `GPU.0`.
        public let device: String
        /// As read back after compiling; what was asked for before the first compile.
        public let precision: String
        /// The distance of the latest probe; nil before the first.
        public let distance: Distance?
        /// How many times as fast as the reference it was then.
        public let speedRatio: Double?
        /// Seconds since the latest probe; nil before the first.
        public let secondsSinceProbe: Double?
        /// The reason of the latest remedy, or why none is left.
        public let notice: Notice?
    }

    /// A row for each stage, in the order text encoder, UNet, VAE.
    public let stages: [Row]
    /// Oldest first.
    public let events: [FidelityEvent]
}

extension MonitoredPipeline {
    /// The latest probes of all stages; nil before the first.
    public var latestReport: FidelityReport? {
        let stages = Stage.allCases.compactMap { latest[$0]?.fidelity }
        return stages.isEmpty ? nil : FidelityReport(stages: stages, bounds: bounds)
    }

    /// How things stand now.
    public var status: FidelityStatus {
        let time = now()
        let rows = Stage.allCases.map { stage in
            let (monitor, last) = (monitors[stage], latest[stage])
            return FidelityStatus.Row(
                stage: stage, device: monitor.assignment.device, precision: monitor.assignment.precision,
                distance: last?.fidelity.distance, speedRatio: last?.fidelity.speedRatio,
                secondsSinceProbe: last.map { (time - $0.time).seconds }, notice: notices[stage]?.notice)
        }
        return FidelityStatus(stages: rows, events: history.map(\.event))
    }
}
