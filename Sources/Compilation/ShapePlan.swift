public import Generation
public import Networks
import GraphIR

/// Decides what shapes a request's networks are compiled for.
public struct ShapePlan: Sendable, Hashable {
    /// The policy of each stage.
    public var policies: PerStage<ShapePolicy>
    /// Chunks that a static UNet takes at least, so that prompts may grow without a compile. Attending to empty positions costs
    /// a few per cent of a step at 4 chunks (`make bench` prints how much).
    public var contextChunks: Int

    /// Makes a plan with a policy for each stage.
    public init(policies: PerStage<ShapePolicy> = PerStage(repeating: .auto), contextChunks: Int = 4) {
        self.policies = policies
        self.contextChunks = contextChunks
    }

    /// The same policy for all.
    public init(_ policy: ShapePolicy, contextChunks: Int = 4) {
        self.init(policies: PerStage(repeating: policy), contextChunks: contextChunks)
    }

    /// The shape that a stage's network is compiled for.
    public func shape(of stage: Stage, on device: String, for need: ShapeNeed) -> InputShape {
        var shape = extents(of: stage, on: device, for: need)
        // A text encoder's is the same for all, so that one serves pictures that tile and others.
        if stage != .encode { shape.tiling = need.tiling }
        return shape
    }

    private func extents(of stage: Stage, on device: String, for need: ShapeNeed) -> InputShape {
        let (height, width) = (Extent.fixed(need.latentHeight), Extent.fixed(need.latentWidth))
        switch (stage, policies[stage].resolved(on: device)) {
        case (_, .dynamic), (_, .auto):
            return InputShape()
        case (.encode, .static), (.encode, .exact):
            // One chunk after another, so that any number of them fits.
            return InputShape(batch: 1)
        case (.denoise, .static):
            return InputShape(
                batch: .fixed(need.pictureCount * min(need.chunkCounts.count, 2)), height: height, width: width,
                tokens: .fixed(capacity(for: need) * CLIPText.positionCount), hasContextMask: true)
        case (.denoise, .exact) where !need.isSteady:
            return InputShape(height: height, width: width)
        case (.denoise, .exact):
            // Prompts of different length are asked about one after the other; see `NoisePredictor`.
            let isJoined = Set(need.chunkCounts).count == 1
            return InputShape(
                batch: .fixed(need.pictureCount * (isJoined ? need.chunkCounts.count : 1)), height: height, width: width,
                tokens: isJoined ? .fixed(need.chunkCounts[0] * CLIPText.positionCount) : .dynamic)
        case (.decode, .static), (.decode, .exact):
            return InputShape(batch: 1, height: height, width: width)
        }
    }

    /// How many pairs of a picture and a text one call of the UNet takes at most: more save no time, and cost memory.
    public static func entriesPerCall(pictureCount: Int) -> Int { max(2 * pictureCount, 8) }

    /// Chunks that a static UNet is compiled for: a power of two, so that growing prompts meet few capacities.
    private func capacity(for need: ShapeNeed) -> Int {
        var capacity = 1
        let wanted = max(contextChunks, need.chunkCounts.max() ?? 1)
        while capacity < wanted { capacity *= 2 }
        return capacity
    }
}

/// The demands of a request on the networks.
public struct ShapeNeed: Sendable, Hashable {
    /// Pictures that are drawn together.
    public var pictureCount: Int
    /// Latents: pixels divided by the VAE's scale factor.
    public var latentHeight: Int
    /// Columns of the latents.
    public var latentWidth: Int
    /// Chunks of each text that the UNet is asked about in a step: those of the prompt's parts, and the negative prompt's unless guidance
    /// is off. The most that a text has at any step, for any picture.
    public var chunkCounts: [Int]
    /// Whether a text has fewer chunks at some step or for some picture.
    public var chunkCountsVary: Bool
    /// The edges of the pictures that fit together.
    public var tiling: Tiling

    /// Whether every step is the same calls of the UNet, and they are few.
    fileprivate var isSteady: Bool {
        !chunkCountsVary && chunkCounts.count * pictureCount <= ShapePlan.entriesPerCall(pictureCount: pictureCount)
    }

    /// - Precondition: there is at least one text.
    public init(
        pictureCount: Int, latentHeight: Int, latentWidth: Int, chunkCounts: [Int], chunkCountsVary: Bool = false, tiling: Tiling = .none
    ) {
        precondition(!chunkCounts.isEmpty, "a request has a prompt")
        self.pictureCount = pictureCount
        self.latentHeight = latentHeight
        self.latentWidth = latentWidth
        self.chunkCounts = chunkCounts
        self.chunkCountsVary = chunkCountsVary
        self.tiling = tiling
    }
}
