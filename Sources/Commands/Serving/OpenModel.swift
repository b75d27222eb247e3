import Checkpoints
import Diffusion
import Fidelity
import Foundation
import Generation
import Logging
import WebAPI

/// A checkpoint that a server has opened, where the settings want it, and what has been found out about it.
final class OpenModel: Sendable {
    let name: String
    let monitored: MonitoredPipeline
    /// What `auto` measured.
    let precisionTables: [PrecisionTable]
    private let hash: HashInProgress
    private let incidents: Incidents
    private let listening: Task<Void, Never>

    init(name: String, _ monitored: MonitoredPipeline, precisionTables: [PrecisionTable], hashFolder: URL, logger: Logger) {
        self.name = name
        self.monitored = monitored
        self.precisionTables = precisionTables
        let checkpoint = monitored.pipeline.checkpoint
        hash = HashInProgress { await checkpoint.contentHash(rememberedIn: hashFolder) }
        let incidents = Incidents()
        self.incidents = incidents
        let events = monitored.events
        listening = Task {
            for await event in events {
                await incidents.add(event)
                logger.log(level: event.isAlarming ? .warning : .info, "fidelity", metadata: ["model": "\(name)", "finding": "\(event)"])
            }
        }
    }

    deinit {
        listening.cancel()
    }

    var pipeline: DiffusionPipeline { monitored.pipeline }
    /// SHA-256 as model sites list it, once it is known; nil when the file cannot be read any more.
    var contentHash: String? { get async { await hash.value } }
    /// The same; nil until it is known.
    var knownHash: String? { hash.known }
    /// Oldest first; the last hundred.
    var fidelityEvents: [FidelitySummary.Event] { get async { await incidents.events } }
}

/// What a model's monitor has told, with its time.
private actor Incidents {
    private(set) var events: [FidelitySummary.Event] = []

    func add(_ event: FidelityEvent) {
        events = events.suffix(99) + [FidelitySummary.Event(
            time: .now, component: event.component, finding: event.finding.name, response: event.response.name,
            relativeError: event.distance.flatMap { $0.relativeError.isFinite ? $0.relativeError : nil }, text: event.description)]
    }
}

extension FidelityEvent {
    fileprivate var isAlarming: Bool {
        if case .drift = finding { true } else { false }
    }
}
