import Files
public import Generation
public import Networks
import Crypto
import FoundationEssentials
import GraphIR

/// All that a compiled network depends on.
public struct CompileKey: Sendable, Hashable {
    /// `NetworkSource.identity`, mostly of a checkpoint: changes with its files.
    public let checkpoint: String
    /// `NetworkSource.patches`: the changes that are merged into the weights; empty for none.
    public let patches: String
    /// The network within these files.
    public let network: NetworkID
    /// The device, and the arithmetic that it is asked for.
    public let placement: Placement
    /// The inputs that are fixed at the compile, all others may have any size; and the edges that fit together.
    public let shape: InputShape

    /// Makes a key; without `shape`, of a network that takes any size.
    public init(
        checkpoint: String, patches: String = "", network: NetworkID, placement: Placement, shape: InputShape = InputShape()
    ) {
        self.checkpoint = checkpoint
        self.patches = patches
        self.network = network
        self.placement = placement
        self.shape = shape
    }

    /// The stage that runs the network.
    public var stage: Stage { network.stage }

    /// Whether a network compiled for this key gives what one compiled for `other` gives.
    public func serves(_ other: CompileKey) -> Bool {
        checkpoint == other.checkpoint && patches == other.patches && network == other.network && placement == other.placement
            && shape.accommodates(other.shape)
    }

    /// Twelve hexadecimal digits that hardly any two keys share: for lists that people choose from.
    var id: String {
        SHA256.hash(data: Data("\(checkpoint) \(patches) \(self)".utf8)).prefix(6).hexadecimal
    }

    /// Why a network is compiled for this key when those of `earlier` have been compiled.
    func reason(after earlier: [CompileKey]) -> CompileReason {
        if earlier.contains(self) { return .noLongerInMemory }
        let others = earlier.filter {
            $0.checkpoint == checkpoint && $0.network == network && $0.placement == placement && $0.shape.tiling == shape.tiling
        }
        guard let before = others.last(where: { $0.shape.slots == shape.slots && $0.patches == patches }) else {
            return patches.isEmpty && (others.isEmpty || shape.slots == nil) ? .firstUse : .lora
        }
        if (shape.height, shape.width) != (before.shape.height, before.shape.width) { return .newSize }
        return shape.batch != before.shape.batch ? .newBatch : .longerPrompt
    }
}

extension InputShape {
    /// Whether every input of the shape `other` can be given to a network of this shape, and gives the same answer.
    fileprivate func accommodates(_ other: InputShape) -> Bool {
        guard tiling == other.tiling else { return false }
        // Without slots the numbers are others in their last digits.
        switch (slots, other.slots) {
        case (nil, nil): break
        case (let mine?, let its?): guard mine.hold(its) else { return false }
        default: return false
        }
        for (mine, its) in [(batch, other.batch), (height, other.height), (width, other.width)] where mine != .dynamic && mine != its {
            return false
        }
        return switch (tokens, other.tokens) {
        case (.dynamic, _): true
        case (.fixed(let mine), .fixed(let its)): hasContextMask ? mine >= its : mine == its && !other.hasContextMask
        case (.fixed, .dynamic): false
        }
    }
}

extension CompileKey: CustomStringConvertible {
    /// `UNet, CPU in f32, batch 2, latents 64×64, up to 4 chunks`.
    public var description: String { "\(network), \(placement), \(shape.summary(of: network))" }
}

extension InputShape {
    /// The fixed inputs in words: `batch 2, latents 96×64 (width × height), up to 4 chunks`; `any shape`; `any shape, tiled along x`.
    public func summary(of network: NetworkID) -> String {
        var parts: [String] = []
        if case .fixed(let batch) = batch { parts.append("batch \(batch)") }
        if case .fixed(let height) = height, case .fixed(let width) = width {
            parts.append("\(network.takesPicture ? "picture" : "latents") \(width)×\(height)")
        }
        if case .fixed(let tokens) = tokens {
            let chunks = tokens / CLIPText.positionCount
            parts.append((hasContextMask ? "up to " : "") + (chunks == 1 ? "1 chunk" : "\(chunks) chunks"))
        }
        if parts.isEmpty { parts.append("any shape") }
        if tiling != .none { parts.append(tiling == .both ? "tiled" : "tiled along \(tiling.rawValue)") }
        if let slots { parts.append(slots.summary) }
        return parts.joined(separator: ", ")
    }
}

extension LowRankSlots {
    /// `LoRAs`; `LoRAs in all layers`; with a rank that is fixed: `LoRAs up to rank 64`.
    fileprivate var summary: String {
        var parts = ["LoRAs"]
        if coverage == .all { parts.append("in all layers") }
        var ranks = kernelRank > 0 ? [kernelRank] : []
        if case .fixed(let rank) = rank { ranks.append(rank) }
        if let most = ranks.max() { parts.append("up to rank \(most)") }
        return parts.joined(separator: " ")
    }
}
