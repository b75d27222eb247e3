import Checkpoints
import Compilation
import Generation
import GraphIR
import Networks
import OpenVINO
import Prompting
import Tensors

/// The changes of one network by all its LoRAs, as factors for its slots.
struct SlotFactors: Sendable {
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
    let varies: Bool

    /// - Parameters:
    ///   - weights: the network's own.
    ///   - factors: those of a member's changes; nil where they are not of low rank.
    /// - Returns: nil when slots cannot hold the changes.
    init?(
        _ members: [LoRASet.Member], of id: NetworkID, weights: ComponentWeights,
        factors: (LoRASet.Member) -> [String: LowRankFactors]?
    ) {
        var layers: [String: LayerFactors] = [:]
        for (index, member) in members.enumerated() {
            guard let factors = factors(member) else { return nil }
            for (layer, factors) in factors { layers[layer, default: LayerFactors()].parts.append((index, factors)) }
        }
        var needed = LowRankSlots(coverage: .linear, rank: .fixed(0))
        var rank = 0
        for (layer, own) in layers {
            guard let shape = weights["\(layer).weight"]?.shape, !id.isText || layer.hasPrefix("encoder.layers.") else { return nil }
            for (_, factors) in own.parts {
                // The first convolution of an inpainting UNet has more inputs than its LoRAs know.
                guard factors.up.shape[0] == shape[0],
                    factors.down.shape.dropFirst().reduce(1, *) == shape.dropFirst().reduce(1, *), factors.bias == nil
                else { return nil }
            }
            let kernel = shape.count == 4 ? shape[2] : 1
            if kernel > 1 { needed.kernelRank = max(needed.kernelRank, own.rank) } else { rank = max(rank, own.rank) }
            if !needed.cover(layer, kernel: kernel) { needed.coverage = .all }
        }
        guard max(rank, needed.kernelRank) <= Self.highestRank else { return nil }
        needed.rank = .fixed(rank)
        self.id = id
        self.layers = layers
        self.needed = needed
        tags = members.map(\.tag)
        varies = !id.isText && members.contains { !$0.tag.isConstant }
    }

    /// The rank of all files together that slots are made for at most.
    private static let highestRank = 256

    /// The slots to compile for a device. The CPU plugin takes any rank; others are given a few to choose from.
    func slots(on device: String) -> LowRankSlots {
        func capacity(_ rank: Int) -> Int { [16, 32, 64, 128].first { rank <= $0 } ?? Self.highestRank }
        var slots = needed
        if slots.kernelRank > 0 { slots.kernelRank = capacity(slots.kernelRank) }
        if device == "CPU" {
            slots.rank = .dynamic
        } else if case .fixed(let rank) = needed.rank {
            slots.rank = .fixed(capacity(rank))
        }
        return slots
    }

    /// The inputs `lora_down` and `lora_up` of a slot.
    /// - Parameter capacity: the rank of the slot; nil for any.
    fileprivate func factors(of layer: String, capacity: Int?) -> (down: NDArray, up: NDArray)? {
        guard let own = layers[layer], let first = own.parts.first else { return nil }
        let rank = capacity ?? own.rank
        let inner = Array(first.factors.down.shape.dropFirst()), outer = first.factors.up.shape[0]
        var down: [Float] = []
        down.reserveCapacity(inner.reduce(rank, *))
        for part in own.parts { down += part.factors.down.values }
        down += [Float](repeating: 0, count: inner.reduce(rank, *) - down.count)
        if own.parts.count == 1, rank == own.rank { return (NDArray(shape: [rank] + inner, values: down), first.factors.up) }
        var up = [Float](repeating: 0, count: outer * rank)
        var start = 0
        for part in own.parts {
            let width = part.factors.rank
            for row in 0..<outer {
                for column in 0..<width { up[row * rank + start + column] = part.factors.up.values[row * width + column] }
            }
            start += width
        }
        return (NDArray(shape: [rank] + inner, values: down), NDArray(shape: [outer, rank], values: up))
    }

    /// The input `lora_strength` of a slot.
    fileprivate func strengths(of layer: String, capacity: Int?, atStep step: Double, of count: Int) -> NDArray? {
        guard let own = layers[layer] else { return nil }
        var values = own.parts.flatMap { part in
            [Float](repeating: tags[part.member].strength(of: layer, in: id, atStep: step, of: count), count: part.factors.rank)
        }
        values += [Float](repeating: 0, count: (capacity ?? values.count) - values.count)
        return NDArray(shape: [values.count], values: values)
    }
}

extension NetworkCall {
    /// Puts changes into the network's slots; slots without a change are emptied. Does nothing for a network without slots.
    /// - Parameter factors: nil for no change at all.
    mutating func fillSlots(with factors: SlotFactors?) throws(OpenVINOError) {
        guard network.key.shape.slots != nil else { return }
        for port in network.model.inputs {
            guard let layer = LowRankSlots.layer(ofInput: port.name, .down), let extents = port.shape?.extents else { continue }
            let capacity = extents[0]
            if let (down, up) = factors?.factors(of: layer, capacity: capacity) {
                try setInput(port.name, to: down)
                try setInput(LowRankSlots.input(.up, of: layer), to: up)
            } else {
                let rank = capacity ?? 0
                try setInput(port.name, to: NDArray(repeating: 0, shape: [rank] + extents.dropFirst().map { $0 ?? 1 }))
                let upName = LowRankSlots.input(.up, of: layer)
                let outer = network.model.inputs.first { $0.name == upName }?.shape?.extents[0] ?? 1
                try setInput(upName, to: NDArray(repeating: 0, shape: [outer, rank]))
                try setInput(LowRankSlots.input(.strength, of: layer), to: NDArray(repeating: 0, shape: [rank]))
            }
        }
        if let factors { try setStrengths(of: factors, atStep: 0, of: 1) }
    }

    /// Sets the strengths of the changes in the network's slots.
    /// - Parameters:
    ///   - step: from 0.
    ///   - count: of all steps.
    mutating func setStrengths(of factors: SlotFactors, atStep step: Double, of count: Int) throws(OpenVINOError) {
        for port in network.model.inputs {
            guard let layer = LowRankSlots.layer(ofInput: port.name, .strength), let extents = port.shape?.extents,
                let strengths = factors.strengths(of: layer, capacity: extents[0], atStep: step, of: count)
            else { continue }
            try setInput(port.name, to: strengths)
        }
    }
}
