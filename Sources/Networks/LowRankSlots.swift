public import GraphIR

/// Places in a network where a change of low rank is an input, so that LoRAs and their strengths need no compile.
///
/// A layer with a slot computes `y + up · (strength ∘ (down · x))` beside its own `y`. Its inputs, all f32, begin with the layer's name:
/// - `NAME/lora_down`: `[rank, in]`, or `[rank, in, kernel, kernel]` for a convolution with a kernel.
/// - `NAME/lora_up`: `[out, rank]`. Where a layer is computed in parts, each part has one: `NAME/lora_up@ROW` begins at the result's
///   channel ROW.
/// - `NAME/lora_strength`: `[rank]`, the strength of each rank, with alpha / rank in it or in `lora_up`.
///
/// A rank of 0 is a slot that nothing is in. Where ranks are fixed, the rest is filled with zeros.
public struct LowRankSlots: Sendable, Hashable {
    /// The layers that have a slot.
    public enum Coverage: Sendable, Hashable {
        /// Linear layers and 1×1 convolutions of attention blocks and of text encoders.
        case linear
        /// Every linear layer and convolution.
        case all
    }

    /// The layers that have a slot.
    public var coverage: Coverage
    /// The rank of linear layers and 1×1 convolutions.
    public var rank: Extent
    /// The rank of convolutions with larger kernels, where all are covered. The CPU plugin (2026.4) cannot run those of an open rank.
    public var kernelRank: Int

    /// Makes slots.
    public init(coverage: Coverage, rank: Extent, kernelRank: Int = 0) {
        self.coverage = coverage
        self.rank = rank
        self.kernelRank = kernelRank
    }

    /// Whether a layer has a slot, if it is a linear layer or a convolution.
    /// - Parameters:
    ///   - layer: its name, as its weights have it.
    ///   - kernel: side of its kernel; 1 for linear layers.
    public func cover(_ layer: String, kernel: Int) -> Bool {
        switch coverage {
        case .linear: kernel == 1 && (layer.contains(".attentions.") || layer.hasPrefix("encoder.layers."))
        case .all: kernel == 1 || kernelRank > 0
        }
    }

    /// Whether every change that `other` takes can be put into these slots.
    public func hold(_ other: LowRankSlots) -> Bool {
        func isAtLeast(_ mine: Extent, _ its: Extent) -> Bool {
            if case (.fixed(let mine), .fixed(let its)) = (mine, its) { mine >= its } else { mine == .dynamic }
        }
        return (coverage == .all || other.coverage == .linear) && kernelRank >= other.kernelRank && isAtLeast(rank, other.rank)
    }

    /// An input of a slot.
    public struct Input: Sendable, Hashable {
        /// The meaning of an input.
        public enum Part: String, Sendable {
            case down = "lora_down"
            case up = "lora_up"
            case strength = "lora_strength"
        }

        /// The layer's name, as its weights have it.
        public let layer: String
        public let part: Part
        /// The channel that `lora_up` begins at.
        public let firstRow: Int

        init(_ part: Part, of layer: String, from firstRow: Int = 0) {
            self.layer = layer
            self.part = part
            self.firstRow = firstRow
        }

        /// The input of a name; nil for an input of another kind.
        public init?(named name: String) {
            guard let slash = name.lastIndex(of: "/") else { return nil }
            let parts = name[name.index(after: slash)...].split(separator: "@", maxSplits: 1)
            guard let first = parts.first, let part = Part(rawValue: String(first)) else { return nil }
            guard let row = parts.count > 1 ? Int(parts[1]) : 0 else { return nil }
            self.init(part, of: String(name[..<slash]), from: row)
        }

        /// The input's name in the network.
        public var name: String { firstRow == 0 ? "\(layer)/\(part.rawValue)" : "\(layer)/\(part.rawValue)@\(firstRow)" }
    }
}
