import Checkpoints
import Compilation
import Diffusion
public import Generation

extension MonitoredPipeline {
    /// Draws a picture on the reference and where the stages run now; pictures and probes wait meanwhile.
    ///
    /// What is compiled for the reference alone is let go of again.
    /// - Throws: `CancellationError`; `DiffusionError`.
    public func compare(_ request: GenerationRequest) async throws -> Comparison {
        try await withTurn {
            do {
                let expected = try await drawnOnReference(request)
                let drawn = try await pipeline.generate(request) { _ in }
                await noticeCompiles()
                return Comparison(of: expected.images[0], and: drawn.images[0])
            } catch DiffusionError.cancelled {
                throw CancellationError()
            }
        }
    }

    private func drawnOnReference(_ request: GenerationRequest) async throws(DiffusionError) -> GenerationResult {
        // With any shape, as probes have it.
        let reference = DiffusionPipeline(
            sharing: pipeline, ladders: PerStage(repeating: PlacementLadder(.reference)), shapes: ShapePlan(), retention: .always, resources: pipeline.resources)
        let networks = pipeline.networks
        let keys: [CompileKey]
        do {
            keys = try Stage.allCases.map { stage throws(InvalidRequest) in try reference.key(of: stage, for: request) }
        } catch {
            throw .request(error)
        }
        // Some of what pictures are drawn with may be the reference itself.
        let kept = await Set(networks.readyKeys + Stage.allCases.compactMap { try? pipeline.key(of: $0, for: request) })
        await networks.prepare(keys, of: pipeline.checkpoint, reason: .reference)
        let result: Result<GenerationResult, DiffusionError>
        do {
            result = .success(try await reference.generate(request) { _ in })
        } catch {
            result = .failure(error)
        }
        for key in keys where !kept.contains(key) { await networks.release(key) }
        return try result.get()
    }
}
