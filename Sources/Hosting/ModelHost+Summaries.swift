import Checkpoints
import Compilation
import Diffusion
import Fidelity
import Foundation
import Generation
import Jobs
import Logging
import OpenVINO
import Prompting
public import Settings
public import WebAPI

/// Tells clients of devices, compilations and prompts.
extension ModelHost {
    public func devices() async -> DeviceSummaries {
        var summaries: DeviceSummaries
        do {
            summaries = try knownDevices ?? DeviceSummaries(of: runtime())
            knownDevices = summaries
        } catch {
            logger.warning("Devices cannot be listed", metadata: ["reason": "\(error)"])
            return DeviceSummaries(openvino: "", devices: [], problem: Self.silence(error))
        }
        let models = currentModels
        guard let model = models.first else {
            summaries.tell(problem)
            return summaries
        }
        var assignments: [DeviceSummaries.Assignment] = []
        for model in models {
            for stage in await model.monitored.status.stages {
                let assignment = DeviceSummaries.Assignment(component: stage.stage, device: stage.device, precision: stage.precision)
                if !assignments.contains(assignment) { assignments.append(assignment) }
            }
        }
        summaries.assignments = assignments
        summaries.measurements = model.precisionTables.flatMap { $0.measurements(errorBound: settings.current.autoErrorBound) }
        summaries.secondsPerStep = secondsPerStep[model.name]
        return summaries
    }

    private static func silence(_ error: any Error) -> PublicReason {
        PublicReason(error, otherwise: "OpenVINO does not tell its devices. The reason is in the server's log.")
    }

    /// Why no model is loaded; nil while one is being loaded.
    private var problem: PublicReason? {
        switch readiness {
        case .failed(_, let reason): reason
        case .loading: nil
        case .ready(let model):
            PublicReason(ErrorReason(.notReady, ["name": .text(model)]), "No model is loaded. The next picture loads \(model).")
        }
    }

    public func checkDevices(in settings: EaselSettings, keys: Set<String>) async throws {
        guard keys.contains(where: { $0.hasPrefix("openvino_devices") }) else { return }
        let found: [String]
        do {
            found = try runtime().deviceNames()
        } catch {
            throw ModelUnavailable(Self.silence(error))
        }
        do throws(DeviceChoiceError) {
            try settings.checkDevices(of: keys, found: found)
        } catch {
            throw InvalidRequest(field: error.key, error.errorReason, error.description)
        }
    }

    public func compilations() async -> CompilationSummaries {
        guard let networks else { return CompilationSummaries(ready: [], history: [], diskCacheBytes: 0) }
        let ready = await networks.readyUses.map { CompilationSummaries.Compilation(id: $0.id, record: $0.network.record, hits: $0.hits) }
        return CompilationSummaries(ready: ready, history: await networks.records.suffix(100), diskCacheBytes: diskCacheBytes)
    }

    private var diskCacheBytes: Int {
        guard let settings = try? currentOpener().settings else { return 0 }
        return DiskCache(settings, folders: folders).items().reduce(0) { $0 + $1.byteCount }
    }

    public func dropCompilations(_ id: String?) async -> Int { await networks?.releaseUnused(id) ?? 0 }
}

extension DeviceSummaries {
    /// Compiles a small graph in each mode on each device.
    fileprivate init(of core: Core) throws {
        let probe = ModeProbe(core: core)
        let devices = try core.devices()
        let advice = IntelHardware().advice(listed: devices.map(\.name))
        self.init(
            openvino: try Core.version(),
            devices: devices.map { device in
                let outcomes = probe.outcomes(on: device.name).map { ($0.key.rawValue, $0.value.text) }
                return .init(name: device.name, fullName: device.fullName, modes: Dictionary(uniqueKeysWithValues: outcomes))
            },
            advice: advice.map { $0.problem + " " + $0.steps.joined(separator: " ") })
        hints = advice.flatMap(\.hints)
    }
}

extension ModeOutcome {
    fileprivate var text: String {
        switch self {
        case .computes(let precision, _): precision
        case .refused(let reason): "refused: \(reason)"
        }
    }
}

extension PrecisionTable {
    fileprivate func measurements(errorBound: Double) -> [DeviceSummaries.Measurement] {
        let choice = choice(errorBound: errorBound)
        return rows.map { row in
            .init(
                component: stage, device: device, precision: row.precision ?? row.asked.rawValue, seconds: row.seconds?.ifFinite,
                relativeError: row.relativeError?.ifFinite, isChosen: row.asked == choice)
        }
    }
}

extension Double {
    /// nil for infinity and NaN, which JSON does not have.
    var ifFinite: Double? { isFinite ? self : nil }
}
