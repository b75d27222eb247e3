public import Generation

/// What runs where, how exact it was when it was last probed, and what has happened: for a page or a client to show.
public struct FidelityStatus: Sendable, Encodable {
    public struct Row: Sendable, Encodable {
        public let component: Component
        public let device: String
        /// As read back after compiling; what was asked for before the first compile.
        public let precision: String
        /// Of the latest probe; nil before the first.
        public let distance: Distance?
        /// How many times as fast as the reference it was then.
        public let speedRatio: Double?
        public let secondsSinceProbe: Double?
        /// What a rung was climbed for, or why there is none left.
        public let notice: String?

        private enum CodingKeys: String, CodingKey {
            case component, device, precision, distance, notice
            case speedRatio = "speed_ratio"
            case secondsSinceProbe = "seconds_since_probe"
        }
    }

    public let components: [Row]
    /// Oldest first.
    public let events: [FidelityEvent]
}

extension MonitoredPipeline {
    /// What the latest probes of all components found; nil before the first.
    public var latestReport: FidelityReport? {
        let components = Component.allCases.compactMap { latest[$0]?.fidelity }
        return components.isEmpty ? nil : FidelityReport(components: components, bounds: bounds)
    }

    /// How things stand now.
    public var status: FidelityStatus {
        let time = now()
        let rows = Component.allCases.map { component in
            let (monitor, last) = (monitors[component], latest[component])
            return FidelityStatus.Row(
                component: component, device: monitor.assignment.device, precision: monitor.assignment.precision,
                distance: last?.fidelity.distance, speedRatio: last?.fidelity.speedRatio,
                secondsSinceProbe: last.map { (time - $0.time).seconds }, notice: notices[component]?.description)
        }
        return FidelityStatus(components: rows, events: history.map(\.event))
    }
}
