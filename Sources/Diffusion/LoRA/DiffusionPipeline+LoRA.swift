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
        var drawn = [(group: Int, result: GenerationResult, decoded: RGBImage)?](repeating: nil, count: singles.count)
        var networks: [DrawnRequests.NetworkUse] = []
        var done = 0
        for (number, group) in groups.enumerated() {
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
            let together = try await run.drawn()
            for (place, picture) in group.pictures.enumerated() {
                drawn[picture] = (number, together.results[place], together.decoded[place])
            }
            networks += together.networks.filter { !networks.contains($0) }
            done += group.pictures.count
        }
        var rest = drawn.compactMap(\.self)[...]
        let results = plan.requests.compactMap { request in
            let own = rest.prefix(request.batchSize)
            rest = rest.dropFirst(request.batchSize)
            // Times and compiles are those of a whole group: each group's first result tells them.
            var seen: Set<Int> = []
            let firsts = own.filter { seen.insert($0.group).inserted }.map(\.result)
            var whole = firsts.dropFirst().reduce(firsts.first) { $0?.joined(with: $1) }
            whole?.pictures = own.flatMap(\.result.pictures)
            whole?.warnings = own.flatMap(\.result.warnings).withoutRepetitions
            whole?.ignored = own.flatMap(\.result.ignored).withoutRepetitions
            return whole
        }
        return DrawnRequests(results: results, decoded: drawn.compactMap { $0?.decoded }, networks: networks)
    }
}

/// The changes of LoRAs in one checkpoint, matched once for each file.
final class MatchedLoRAs: Sendable {
    private let checkpoint: Checkpoint
    private let known = Mutex<[(file: String, changes: LoRAChanges)]>([])
    /// Files whose changes are kept.
    private static let limit = 32

    init(_ checkpoint: Checkpoint) { self.checkpoint = checkpoint }

    /// Whether the UNet is a graph of another program, whose weights have no names.
    var runsGraph: Bool { checkpoint.graphs[.denoiser] != nil }

    /// Levels of the UNet.
    var levelCount: Int { checkpoint.unet.configuration.blocks.count }

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
