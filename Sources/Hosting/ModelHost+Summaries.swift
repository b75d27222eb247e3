import Checkpoints
import Compilation
import Diffusion
import Fidelity
import Foundation
import Generation
import OpenVINO
import Prompting
import Settings
public import WebAPI

/// Tells clients of devices, compilations and prompts.
extension ModelHost {
    public func devices() async throws -> DeviceSummaries {
        let opener = try currentOpener()
        var summaries = try knownDevices ?? DeviceSummaries(of: opener.core)
        knownDevices = summaries
        guard let model = currentModel else { return summaries }
        let status = await model.monitored.status
        summaries.assignments = status.stages.map { .init(component: $0.stage, device: $0.device, precision: $0.precision) }
        summaries.measurements = model.precisionTables.flatMap { $0.measurements(errorBound: opener.settings.autoErrorBound) }
        return summaries
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

    public func explain(_ request: PromptRequest) async throws -> PromptSummary {
        let pipeline = currentModel?.pipeline
        let chunker = PromptChunker(
            tokenizer: pipeline?.opened.tokenizer ?? .bundled,
            paddingToken: pipeline?.opened.paddingToken ?? CLIPTokenizer.bundled.endToken)
        return PromptSummary(request, chunker: chunker)
    }

    public func promptResources() async -> PromptResourceSummary {
        let resources = resources.current
        return PromptResourceSummary(
            styles: resources.styles.styles.map { .init(name: $0.name, prompt: $0.prompt, negativePrompt: $0.negativePrompt) },
            embeddings: (resources.embeddings?.names ?? []).compactMap { name in
                guard let inversion = try? resources.embeddings?.inversion(named: name) else { return nil }
                return .init(name: name, vectorCount: inversion.vectorCount, width: inversion.width)
            },
            wildcards: resources.wildcards.folder?.names ?? [])
    }
}

extension DeviceSummaries {
    /// Compiles a small graph in each mode on each device.
    fileprivate init(of core: Core) throws {
        let probe = ModeProbe(core: core)
        let devices = try core.devices()
        self.init(
            openvino: try Core.version(),
            devices: devices.map { device in
                let outcomes = probe.outcomes(on: device.name).map { ($0.key.rawValue, $0.value.text) }
                return .init(name: device.name, fullName: device.fullName, modes: Dictionary(uniqueKeysWithValues: outcomes))
            },
            assignments: [], measurements: [],
            advice: IntelHardware().advice(listed: devices.map(\.name)).map { $0.problem + " " + $0.steps.joined(separator: " ") })
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

extension PromptSummary {
    /// Counts the longest text that the prompt comes to, as A1111 does.
    fileprivate init(_ request: PromptRequest, chunker: PromptChunker) {
        let report = PromptReport(
            Prompt(request.prompt), steps: request.steps, sampler: request.sampler, counting: request.scheduleCounting, chunker: chunker)
        let texts = report.parts.flatMap { $0.schedule.texts.map(chunker.chunks(of:)) }
        let longest = texts.max { ($0.chunks.count, $0.tokenCount) < ($1.chunks.count, $1.tokenCount) }
        let chunks = longest?.chunks ?? []
        self.init(
            tokenCount: longest?.tokenCount ?? 0, tokenCapacity: max(1, chunks.count) * PromptChunk.capacity,
            chunks: chunks.map { chunk in
                (0..<chunk.tokenCount).map {
                    .init(text: chunker.tokenizer.decode([chunk.tokens[$0 + 1]]), weight: Double(chunk.weights[$0 + 1]))
                }
            },
            schedules: report.parts.map { part in
                part.schedule.entries.map { .init(until: $0.until, text: part.schedule.texts[$0.text]) }
            },
            warnings: report.tags.map { "\($0) has no effect in this version." })
    }
}
