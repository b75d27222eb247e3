import Checkpoints
import Compilation
import Diffusion
public import Generation

extension MonitoredPipeline {
    /// Draws a picture on the reference and where the stages run now; pictures and probes wait meanwhile.
    ///
    /// Networks that were compiled for the reference alone are let go of again.
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
        let networks = pipeline.networks
        let reference = pipeline.onReference()
        let plan: RequestPlan
        do { plan = try reference.plan(for: [request]) } catch { throw .request(error) }
        let needed = try await reference.keys(for: plan.need, under: plan.loras)
        // Some networks that pictures are drawn with may be the reference itself.
        let own = try await pipeline.keys(for: plan.need, under: plan.loras).map(\.key)
        let kept = await Set(networks.readyKeys + own)
        await reference.prepare(needed, reason: .reference)
        let result: Result<DrawnRequests, DiffusionError>
        do {
            result = .success(try await reference.draw(plan) { _ in })
        } catch {
            result = .failure(error)
        }
        let used = (try? result.get().networks.map(\.key)) ?? []
        for key in Set(needed.map(\.key) + used) where !kept.contains(key) { await networks.release(key) }
        return try result.get().results[0]
    }
}
