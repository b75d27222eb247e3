import Checkpoints
import Compilation
import Generation
import GraphIR
import Networks
import OpenVINO
import Prompting
import Tensors

/// The changes of one network by all its LoRAs, as factors for its slots.
public struct SlotFactors: Sendable {
    /// The factors of one layer, those of its files one after another.
    private struct LayerFactors: Sendable {
        var parts: [(member: Int, factors: LowRankFactors)] = []
        var rank: Int { parts.reduce(0) { $0 + $1.factors.rank } }
    }

    private let id: NetworkID
    private let tags: [LoRATag]
    private let layers: [String: LayerFactors]
    /// The slots that hold the changes, with the least ranks.
    private let needed: LowRankSlots

    /// Whether strengths differ from step to step.
    public let varies: Bool
    /// Members that do not act.
    private var silent: Set<Int> = []

    /// - Parameters:
    ///   - weights: the network's own.
    ///   - factors: those of a member's changes; nil where they are not of low rank.
    /// - Returns: nil when slots cannot hold the changes.
    init?(
        _ members: [LoRASet.Member], of id: NetworkID, weights: ComponentWeights,
        factors: (LoRASet.Member) -> [String: LowRankFactors]?
    ) {
        guard let need = SlotNeed(members, of: id, weights: weights) else { return nil }
        var layers: [String: LayerFactors] = [:]
        for (index, member) in members.enumerated() {
            guard let factors = factors(member) else { return nil }
            for (layer, factors) in factors { layers[layer, default: LayerFactors()].parts.append((index, factors)) }
        }
        self.id = id
        self.layers = layers
        needed = need.slots
        tags = members.map(\.tag)
        varies = !id.isText && members.contains { !$0.tag.isConstant }
    }

    /// Whether some LoRAs act on one AND part only.
    var differByPart: Bool { tags.contains { $0.part != nil } }

    /// The same factors, with the strengths of an AND part or of the negative prompt.
    /// - Parameter part: as for `LoRASet.acting`.
    func acting(on part: Int?) -> SlotFactors {
        var factors = self
        factors.silent = Set(tags.indices.filter { tags[$0].part != nil && tags[$0].part != part })
        return factors
    }

    /// The slots to compile for a device. The CPU plugin takes any rank; others are given a few to choose from.
    func slots(on device: String) -> LowRankSlots {
        func capacity(_ rank: Int) -> Int { [16, 32, 64, 128].first { rank <= $0 } ?? SlotNeed.highestRank }
        var slots = needed
        if slots.kernelRank > 0 { slots.kernelRank = capacity(slots.kernelRank) }
        if device == "CPU" {
            slots.rank = .dynamic
        } else if case .fixed(let rank) = needed.rank {
            slots.rank = .fixed(capacity(rank))
        }
        return slots
    }

    /// The input `lora_down` of a slot; nil where nothing changes.
    /// - Parameter capacity: the rank of the slot; nil for any.
    fileprivate func down(of layer: String, capacity: Int?) -> NDArray? {
        guard let own = layers[layer], let first = own.parts.first else { return nil }
        let shape = [capacity ?? own.rank] + first.factors.down.shape.dropFirst()
        let values = own.parts.flatMap(\.factors.down.values)
        return NDArray(shape: shape, values: values + .init(repeating: 0, count: shape.reduce(1, *) - values.count))
    }

    /// The input `lora_up` of a slot; nil where nothing changes.
    /// - Parameter rows: the channels of the result.
    fileprivate func up(of layer: String, rows: Range<Int>, capacity: Int?) -> NDArray? {
        guard let own = layers[layer] else { return nil }
        let rank = capacity ?? own.rank
        if own.parts.count == 1, rank == own.rank { return own.parts[0].factors.up.slice(rows) }
        var up = [Float](repeating: 0, count: rows.count * rank)
        var start = 0
        for part in own.parts {
            let width = part.factors.rank
            for (place, row) in rows.enumerated() {
                for column in 0..<width { up[place * rank + start + column] = part.factors.up.values[row * width + column] }
            }
            start += width
        }
        return NDArray(shape: [rows.count, rank], values: up)
    }

    /// The input `lora_strength` of a slot; nil where nothing changes.
    fileprivate func strengths(of layer: String, capacity: Int?, atStep step: Double, of count: Int) -> NDArray? {
        guard let own = layers[layer] else { return nil }
        var values = own.parts.flatMap { part in
            let strength = silent.contains(part.member) ? 0 : tags[part.member].strength(of: layer, in: id, atStep: step, of: count)
            return [Float](repeating: strength, count: part.factors.rank)
        }
        values += [Float](repeating: 0, count: (capacity ?? values.count) - values.count)
        return NDArray(shape: [values.count], values: values)
    }
}

/// The slots that LoRAs take in a network, as the headers of their files tell.
struct SlotNeed {
    /// The slots that hold the changes, with the least ranks.
    let slots: LowRankSlots
    /// The rank of each layer that changes.
    let ranks: [String: Int]

    /// - Parameter weights: the network's own.
    /// - Returns: nil when slots cannot hold the changes.
    init?(_ members: [LoRASet.Member], of id: NetworkID, weights: ComponentWeights) {
        var ranks: [String: Int] = [:]
        for member in members {
            for (layer, change) in member.changes.layers[id] ?? [:] {
                guard !change.changesBias, let rank = change.rank(rankLimit: member.tag.rankLimit) else { return nil }
                ranks[layer, default: 0] += rank
            }
        }
        var slots = LowRankSlots(coverage: .linear, rank: .fixed(0))
        var highest = 0
        for (layer, rank) in ranks {
            // Norms have no slot, nor has what a text encoder has beside its layers.
            guard let shape = weights["\(layer).weight"]?.shape, shape.count > 1, !id.isText || layer.hasPrefix("encoder.layers.") else {
                return nil
            }
            let kernel = shape.count == 4 ? shape[2] : 1
            if kernel > 1 { slots.kernelRank = max(slots.kernelRank, rank) } else { highest = max(highest, rank) }
            if !slots.cover(layer, kernel: kernel) { slots.coverage = .all }
        }
        guard max(highest, slots.kernelRank) <= Self.highestRank else { return nil }
        slots.rank = .fixed(highest)
        (self.slots, self.ranks) = (slots, ranks)
    }

    /// The rank of all files together that slots are made for at most.
    static let highestRank = 256
}

extension NetworkCall {
    /// Puts changes into the network's slots; slots without a change are emptied. Does nothing for a network without slots.
    /// - Parameter factors: nil for no change at all.
    mutating func fillSlots(with factors: SlotFactors?) throws(OpenVINOError) {
        try setSlots { input, extents in
            let array = switch input.part {
            case .down: factors?.down(of: input.layer, capacity: extents[0])
            case .up: extents[0].flatMap { count in
                factors?.up(of: input.layer, rows: input.firstRow..<input.firstRow + count, capacity: extents[1])
            }
            case .strength: factors?.strengths(of: input.layer, capacity: extents[0], atStep: 0, of: 1)
            }
            // A rank that is open may be 0.
            return array ?? NDArray(repeating: 0, shape: extents.map { $0 ?? 0 })
        }
    }

    /// Sets the strengths of the changes in the network's slots.
    /// - Parameters:
    ///   - step: from 0.
    ///   - count: of all steps.
    mutating func setStrengths(of factors: SlotFactors, atStep step: Double, of count: Int) throws(OpenVINOError) {
        try setSlots { input, extents in
            input.part == .strength ? factors.strengths(of: input.layer, capacity: extents[0], atStep: step, of: count) : nil
        }
    }

    /// - Parameter array: the numbers of an input, from the extents that it has; nil leaves it.
    private mutating func setSlots(_ array: (LowRankSlots.Input, [Int?]) -> NDArray?) throws(OpenVINOError) {
        guard network.key.shape.slots != nil else { return }
        for port in network.model.inputs {
            guard let input = LowRankSlots.Input(named: port.name), let extents = port.shape?.extents,
                let array = array(input, extents)
            else { continue }
            try setInput(port.name, to: array)
        }
    }
}
