import Checkpoints
import Diffusion
import Fidelity
import Foundation
import Generation
import Jobs
import Logging

/// A checkpoint that a server has opened where the settings want it, with the findings about it.
final class OpenModel: Sendable {
    let name: String
    let monitored: MonitoredPipeline
    /// The measurements of `auto`.
    let precisionTables: [PrecisionTable]
    private let hash: HashInProgress
    private let listening: Task<Void, Never>

    /// - Parameter onNotice: told of each finding of the monitor.
    init(
        name: String, _ monitored: MonitoredPipeline, precisionTables: [PrecisionTable], hashFolder: URL, logger: Logger,
        onNotice: @escaping @Sendable (FidelityNotice) -> Void
    ) {
        self.name = name
        self.monitored = monitored
        self.precisionTables = precisionTables
        let checkpoint = monitored.pipeline.checkpoint
        hash = HashInProgress { await checkpoint.publishedHash(rememberedIn: hashFolder) }
        let (events, bounds) = (monitored.events, monitored.bounds)
        listening = Task {
            for await record in events {
                onNotice(FidelityNotice(record, model: name, bounds: bounds))
                let event = record.event
                logger.log(level: event.isAlarming ? .warning : .info, "fidelity", metadata: ["model": "\(name)", "finding": "\(event)"])
            }
        }
    }

    deinit {
        listening.cancel()
    }

    var pipeline: DiffusionPipeline { monitored.pipeline }
    /// SHA-256 as model sites list it, once it is known; nil when the file cannot be read any more.
    var publishedHash: String? { get async { await hash.value } }
    /// The same; nil until it is known.
    var knownHash: String? { hash.known }
    /// The last hundred findings of the monitor, oldest first.
    var fidelityNotices: [FidelityNotice] {
        get async { await monitored.history.map { FidelityNotice($0, model: name, bounds: monitored.bounds) } }
    }
}

extension FidelityNotice {
    fileprivate init(_ record: FidelityRecord, model: String, bounds: FidelityBounds) {
        let event = record.event
        self.init(
            time: record.time, model: model, component: event.stage, device: event.assignment.device, precision: event.assignment.precision,
            finding: event.finding.name, response: event.responseName,
            relativeError: event.distance.flatMap { $0.relativeError.isFinite ? $0.relativeError : nil },
            bound: bounds.relativeError[event.stage], notice: event.notice)
    }
}

extension FidelityEvent {
    fileprivate var isAlarming: Bool {
        if case .drift = finding { true } else { false }
    }
}
