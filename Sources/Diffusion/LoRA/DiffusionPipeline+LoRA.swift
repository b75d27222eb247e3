import Checkpoints
import Generation
import Synchronization

extension DiffusionPipeline {
    /// Draws pictures that take different LoRAs: those with the same ones together, one group after another.
    func drawnByLoRAs(
        _ plan: RequestPlan, previews: PreviewSchedule, onEvent: @escaping @Sendable (GenerationEvent) -> Void
    ) async throws -> DrawnRequests {
        let singles = plan.requests.flatMap(\.singles)
        var groups: [(loras: [LoRASet], pictures: [Int])] = []
        for index in singles.indices {
            let loras = plan.passes.map { plan.joined.pictures[$0.pictures.lowerBound + index].loras }
            if let known = groups.firstIndex(where: { $0.loras == loras }) {
                groups[known].pictures.append(index)
            } else {
                groups.append((loras, [index]))
            }
        }
        var results: [[GenerationResult?]] = []
        var decoded = [RGBImage?](repeating: nil, count: singles.count)
        var networks: [DrawnRequests.NetworkUse] = []
        var done = 0
        for group in groups {
            let before = done
            let groupPlan = try self.plan(for: group.pictures.map { singles[$0] })
            var run = RequestRun(self, groupPlan, previews: previews) { event in
                switch event {
                case .denoising(let calls, let total):
                    // A group counts by its pictures.
                    let share = group.pictures.count
                    onEvent(.denoising(done: before * total + share * calls, total: singles.count * total))
                case .decoding(let index, _, let tile):
                    onEvent(.decoding(index: before + index, total: singles.count, tile: tile))
                default: onEvent(event)
                }
            }
            let drawn = try await run.drawn()
            var own = [GenerationResult?](repeating: nil, count: singles.count)
            for (place, picture) in group.pictures.enumerated() {
                own[picture] = drawn.results[place]
                decoded[picture] = drawn.decoded[place]
            }
            results.append(own)
            networks += drawn.networks.filter { !networks.contains($0) }
            done += group.pictures.count
        }
        var next = 0
        let joined = plan.requests.compactMap { request in
            let range = next..<next + request.batchSize
            next = range.upperBound
            // Times and compiles are those of a whole group: each group's first result tells them.
            let ofGroups = results.compactMap { $0[range].lazy.compactMap(\.self).first }
            var whole = ofGroups.dropFirst().reduce(ofGroups.first) { $0?.joined(with: $1) }
            let own = range.compactMap { index in results.lazy.compactMap { $0[index] }.first }
            whole?.pictures = own.flatMap(\.pictures)
            whole?.warnings = own.flatMap(\.warnings).withoutRepetitions
            whole?.ignored = own.flatMap(\.ignored).withoutRepetitions
            return whole
        }
        return DrawnRequests(results: joined, decoded: decoded.compactMap(\.self), networks: networks)
    }
}

/// The changes of LoRAs in one checkpoint, matched once for each file.
final class MatchedLoRAs: Sendable {
    private let checkpoint: Checkpoint
    private let known = Mutex<[(file: String, changes: LoRAChanges)]>([])
    /// Files whose changes are kept.
    private static let limit = 32

    init(_ checkpoint: Checkpoint) { self.checkpoint = checkpoint }

    /// The changes of a file.
    func changes(of file: LoRAFile) -> LoRAChanges {
        let identity = file.identity
        if let found = known.withLock({ $0.first { $0.file == identity } }) { return found.changes }
        let changes = file.changes(of: checkpoint)
        known.withLock { $0 = $0.suffix(Self.limit - 1) + [(identity, changes)] }
        return changes
    }
}

extension GenerationRequest {
    /// Requests for the pictures of the batch one by one.
    var singles: [GenerationRequest] {
        let variations = variationSeeds
        return seeds.enumerated().map { index, seed in
            var single = self
            single.batchSize = 1
            single.sourcePictures = sourcePicture(at: index).map { [$0] } ?? []
            single.seed = seed
            if let variations { single.variationSeed = variations[index] }
            return single
        }
    }
}
