public import Checkpoints
public import Compilation
public import Generation
import OpenVINO
import Prompting
import Sampling

/// Draws pictures with one checkpoint: encode the prompts, denoise, decode.
///
/// Safe to share: requests that run at the same time use the same compiled networks, each with buffers of its own.
public final class DiffusionPipeline: ImageGenerating {
    /// What becomes of a compiled network that a request is done with.
    public enum Retention: Sendable {
        /// It stays for the next request.
        case always
        /// Its memory goes back before the next stage needs its own: for a single request.
        case untilUsed
    }

    public let checkpoint: Checkpoint
    public let placements: PerComponent<Placement>
    let shapes: PerComponent<ShapePolicy>
    let retention: Retention
    let tokenizer: CLIPTokenizer
    let objective: Objective
    let networks: CompiledNetworks
    /// Seconds that `init` took.
    let loadSeconds: Double

    /// Opens a checkpoint and its vocabulary. Nothing is compiled yet.
    /// - Parameters:
    ///   - path: a .safetensors file or a diffusers folder.
    ///   - shapes: nil chooses what suits the device of each component when many requests are to come.
    public init(
        path: String, placements: PerComponent<Placement>, shapes: PerComponent<ShapePolicy>? = nil, retention: Retention = .always
    ) throws(DiffusionError) {
        let began = ContinuousClock.now
        do {
            checkpoint = try Checkpoint.open(path)
            tokenizer = try CLIPTokenizer(checkpoint.tokenizer)
            objective = try Objective(checkpoint.scheduler)
            networks = CompiledNetworks(checkpoint, core: try Core(), placements: placements)
        } catch {
            throw DiffusionError(error)
        }
        self.placements = placements
        self.shapes = shapes ?? placements.map { ShapePolicy(device: $0.device) }
        self.retention = retention
        loadSeconds = (ContinuousClock.now - began).seconds
    }

    public func generate(
        _ request: GenerationRequest, onEvent: @escaping @Sendable (GenerationEvent) -> Void
    ) async throws(DiffusionError) -> GenerationResult {
        do {
            try request.validate()
            var run = RequestRun(self, request, onEvent: onEvent)
            return try await run.result()
        } catch {
            throw DiffusionError(error)
        }
    }
}
