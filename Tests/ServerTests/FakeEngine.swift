import Foundation
import Generation
import Jobs
import Settings
import Synchronization
import TestSupport
import WebAPI

/// Has two models and those that a test adds, and draws as its painter does.
final class FakeEngine: Engine {
    let painter: FakePainter
    /// Each comparison comes by. Closed, it holds them until they are cancelled.
    let comparisons = Gate()
    let getting = FakeGetting()
    private let state = Mutex(State())

    struct State {
        var readiness = Readiness.ready(model: "demo")
        var moreModels: [String] = []
        var loads: [String] = []
        var refreshes = 0
        var hashesLookedFor: [String] = []
        var loadFailure: (any Error)?
        var reloads: [Bool] = []
        var unloads = 0
        var settingChanges = 0
        var dropped: [String?] = []
        var compared: [GenerationRequest] = []
        var cancelledComparisons = 0
        var styles = [PromptResourceSummary.Style(name: "film", prompt: "film, {prompt}", negativePrompt: "")]
        var defaults: [String: ModelDefaults] = [:]
        var explained: [PromptRequest] = []
        var blobs: [String: String] = [:]
        var fleet: FleetSummary?
    }

    init(painter: FakePainter = FakePainter()) { self.painter = painter }

    var modelGetting: (any ModelGetting)? { getting }

    var seen: State { state.withLock { $0 } }
    func change(_ change: (inout sending State) -> Void) { state.withLock { change(&$0) } }

    func group(of request: JobRequest) async -> CompileGroup { await painter.group(of: request) }
    func usefulBatchSize(of request: JobRequest) async -> Int { await painter.usefulBatchSize(of: request) }
    func validate(_ request: JobRequest) async throws { try await painter.validate(request) }
    func workers() async -> AsyncStream<[Worker]> { await painter.workers() }
    func draw(_ order: DrawOrder, onEvent: @escaping @Sendable (GenerationEvent) -> Void) async throws -> [GenerationResult] {
        try await painter.draw(order, onEvent: onEvent)
    }
    func rest(_ worker: Worker.ID) async { await painter.rest(worker) }

    var readiness: Readiness { get async { seen.readiness } }

    func fleet() async -> FleetSummary? { seen.fleet }
    func blob(_ sha256: String) async -> String? { seen.blobs[sha256] }

    func models() async -> [ModelSummary] {
        [
            ModelSummary(name: "anime", sha256: nil, file: "anime.safetensors", isLoaded: false, defaults: seen.defaults["anime"]),
            ModelSummary(
                name: "demo", sha256: String(repeating: "6c", count: 32), file: "demo", isLoaded: true, nativeSize: 128,
                defaults: seen.defaults["demo"]),
        ] + seen.moreModels.map { ModelSummary(name: $0, sha256: nil, file: $0 + ".safetensors", isLoaded: false) }
    }

    var loras: [LoRASummary] { get async { [LoRASummary(name: "film", alias: "Film", file: "style/film.safetensors", family: "sd1")] } }
    func loraPreview(_ name: String) async -> [UInt8]? { name == "film" ? [0xFF, 0xD8, 0xFF, 0xD9] : nil }
    var loraFolders: [String] { get async { ["/loras"] } }

    var upscalers: [UpscalerSummary] {
        get async {
            UpscalerSummary.builtIn + [
                UpscalerSummary(name: "4x-Sharp", path: "/secret/upscalers/4x-Sharp.pth", scale: 4),
                UpscalerSummary(name: "RealESRGAN_x4plus", path: "/secret/upscalers/RealESRGAN_x4plus.safetensors", scale: 4),
            ]
        }
    }
    var upscalerFolders: [String] { get async { ["/upscalers"] } }

    func model(withHash hash: String, preferring name: String?) async throws -> String? {
        change { $0.hashesLookedFor.append(hash) }
        return hash == "abcdef0123" ? "anime" : nil
    }

    /// Not a sentence for clients.
    struct BrokenFile: Error { let path = "/secret/models/anime.safetensors" }

    func load(_ model: String) async throws {
        let failure = state.withLock { state in
            state.loads.append(model)
            return state.loadFailure
        }
        if let failure { throw failure }
    }

    func takeUpSettings() async { change { $0.settingChanges += 1 } }
    func refresh() async { change { $0.refreshes += 1 } }
    func unload() async { change { $0.unloads += 1 } }
    func reload(keepingDiskCache: Bool) async throws { change { $0.reloads.append(keepingDiskCache) } }

    /// Has a CPU and nothing else.
    func checkDevices(in settings: EaselSettings, keys: Set<String>) async throws {
        do throws(DeviceChoiceError) {
            try settings.checkDevices(of: keys, found: ["CPU"])
        } catch {
            throw InvalidRequest(field: error.key, error.errorReason, error.description)
        }
    }

    func devices() async -> DeviceSummaries {
        DeviceSummaries(
            openvino: "2026.4.1", devices: [.init(name: "CPU", fullName: "A processor", modes: ["accuracy": "f32"])],
            assignments: [.init(component: .denoise, device: "CPU", precision: "f32")])
    }

    func workerSummaries() async -> [WorkerSummary] {
        [
            WorkerSummary(
                name: "GPU.0", jobs: ["0"],
                assignments: [.init(component: .denoise, device: "GPU.0", precision: "f16")], models: ["demo"]),
            WorkerSummary(name: "GPU.1", jobs: [], assignments: [], models: []),
        ]
    }

    func compilations() async -> CompilationSummaries {
        let record = CompileRecord(
            stage: .denoise, device: "CPU", precision: "f32", shape: "any shape", reason: .firstUse, seconds: 1.5, isFromDiskCache: false)
        return CompilationSummaries(ready: [.init(id: "unet-1", record: record, hits: 3)], history: [record], diskCacheBytes: 1000)
    }

    func dropCompilations(_ id: String?) async -> Int {
        change { $0.dropped.append(id) }
        return id == nil || id == "unet-1" ? 1 : 0
    }

    func fidelity() async -> FidelitySummary {
        FidelitySummary(
            model: "demo", isWithinBounds: true, verdict: "All within bounds.",
            components: [
                .init(
                    component: .denoise, device: "GPU.0", precision: "f16", relativeError: 0.0029, cosine: 0.999, bound: 0.01,
                    speedRatio: 3,
                    secondsSinceProbe: 60, notice: nil)
            ], events: [])
    }

    func checkFidelity() async throws -> FidelitySummary { await fidelity() }

    func compare(_ request: GenerationRequest) async throws -> ComparisonSummary {
        change { $0.compared.append(request) }
        do {
            try await comparisons.pass()
        } catch {
            change { $0.cancelledComparisons += 1 }
            throw error
        }
        let picture = "data:image/png;base64,iVBORw0KGgo="
        return ComparisonSummary(
            model: "demo", isWithinBounds: true, verdict: "Within bounds.", psnr: nil, ssim: 1, isEqual: true, amplification: 10,
            reference: picture, drawn: picture, difference: picture)
    }

    func explain(_ request: PromptRequest) async throws -> PromptSummary {
        change { $0.explained.append(request) }
        return PromptSummary(tokenCount: 2, tokenCapacity: 75, chunks: [[.init(text: request.prompt, weight: 1)]])
    }

    func promptResources() async -> PromptResourceSummary {
        PromptResourceSummary(
            styles: seen.styles, embeddings: [.init(name: "easynegative", vectorCount: 8, width: 768)], wildcards: ["weather"],
            loras: ["film"])
    }

    func saveStyle(_ style: PromptResourceSummary.Style, replaces: Bool) async throws {
        guard replaces || !seen.styles.contains(where: { $0.name == style.name }) else {
            throw APIError(.nameTaken, field: "name", "There is a style \"\(style.name)\" already.")
        }
        change { state in
            state.styles.removeAll { $0.name == style.name }
            state.styles.append(style)
        }
    }

    func saveDefaults(_ defaults: ModelDefaults?, of model: String) async throws { change { $0.defaults[model] = defaults } }
    func modelFolders() async -> [String] { ["/models"] }
}
