import Generation
import GraphIR
import Networks
import Testing

@testable import Compilation

@Suite("What networks are compiled for")
struct ShapePlanTests {
    private static func need(_ chunkCounts: [Int], pictures: Int = 1) -> ShapeNeed {
        ShapeNeed(pictureCount: pictures, latentHeight: 64, latentWidth: 96, chunkCounts: chunkCounts)
    }

    @Test("the device decides where nobody else does: the CPU takes any shape, others are compiled for a size")
    func byDevice() {
        let plan = ShapePlan()
        for stage in Stage.allCases {
            #expect(plan.shape(of: stage, on: "CPU", for: Self.need([1])) == InputShape())
            #expect(plan.shape(of: stage, on: "GPU.0", for: Self.need([1])).batch != .dynamic)
            #expect(plan.shape(of: stage, on: "NPU", for: Self.need([1])).batch != .dynamic)
        }
        #expect(ShapePlan(.static).shape(of: .decode, on: "CPU", for: Self.need([1])) == InputShape(batch: 1, height: 64, width: 96))
    }

    @Test("a static UNet holds prompts up to a power of two of chunks, at least as many as asked for", arguments: [
        (1, [1, 1], 1), (4, [1, 1], 4), (4, [4, 2], 4), (4, [1, 5], 8), (3, [1, 1], 4), (1, [2, 1], 2), (8, [1, 1], 8), (2, [9, 1], 16),
    ])
    func capacity(least: Int, chunks: [Int], expected: Int) {
        let shape = ShapePlan(.static, contextChunks: least).shape(of: .denoise, on: "CPU", for: Self.need(chunks))
        #expect(shape.tokens == .fixed(expected * 77))
        #expect(shape.hasContextMask)
    }

    @Test("every length of prompt and negative prompt up to the capacity has the same shape")
    func lengthDoesNotMatter() {
        let plan = ShapePlan(.static)
        let shapes = (1...4).flatMap { a in (1...4).map { b in plan.shape(of: .denoise, on: "GPU", for: Self.need([a, b])) } }
        #expect(Set(shapes).count == 1)
        #expect(shapes[0].batch == 2)
        let encoders = (1...4).map { plan.shape(of: .encode, on: "GPU", for: Self.need([$0])) }
        #expect(Set(encoders) == [InputShape(batch: 1)])
    }

    @Test("edges that fit together concern the UNet and the VAE, and no text encoder", arguments: ShapePolicy.allCases)
    func tiling(_ policy: ShapePolicy) {
        let plan = ShapePlan(policy)
        var tiled = Self.need([1, 1])
        tiled.tiling = .x
        for stage in Stage.allCases {
            var expected = plan.shape(of: stage, on: "GPU", for: Self.need([1, 1]))
            #expect(expected.tiling == .none)
            if stage != .encode { expected.tiling = .x }
            #expect(plan.shape(of: stage, on: "GPU", for: tiled) == expected)
        }
    }

    @Test("the batch counts pictures and, with guidance, the negative prompt", arguments: [([1], 1, 1), ([1, 1], 1, 2), ([1, 3], 3, 6)])
    func batch(chunks: [Int], pictures: Int, expected: Int) {
        #expect(ShapePlan(.static).shape(of: .denoise, on: "GPU", for: Self.need(chunks, pictures: pictures)).batch == .fixed(expected))
    }
}

@Suite("Which compiled network may stand in for another")
struct CompileKeyTests {
    private static func key(
        _ shape: InputShape, _ network: NetworkID = .denoiser, device: String = "GPU", precision: Precision = .f16, checkpoint: String = "a"
    ) -> CompileKey {
        CompileKey(checkpoint: checkpoint, network: network, placement: Placement(device: device, precision: precision), shape: shape)
    }

    private static let fourChunks = InputShape(batch: 2, height: 64, width: 64, tokens: 308, hasContextMask: true)

    @Test("one of any shape, or for longer prompts; never one of another size, precision, device or checkpoint")
    func serves() {
        var eightChunks = Self.fourChunks
        eightChunks.tokens = 616
        var wide = Self.fourChunks
        wide.width = 96
        let wanted = Self.key(Self.fourChunks)
        #expect(wanted.serves(wanted))
        #expect(Self.key(InputShape()).serves(wanted))
        #expect(Self.key(eightChunks).serves(wanted))
        #expect(!wanted.serves(Self.key(eightChunks)))
        #expect(!wanted.serves(Self.key(InputShape())))
        #expect(!Self.key(wide).serves(wanted))
        #expect(!Self.key(InputShape(), precision: .f32).serves(wanted))
        #expect(!Self.key(InputShape(), device: "CPU").serves(wanted))
        #expect(!Self.key(InputShape(), checkpoint: "b").serves(wanted))
        #expect(!Self.key(InputShape(), .decoder).serves(wanted))
    }

    @Test(
        "none whose edges fit together for others, nor the other way round, nor for other edges",
        arguments: Tiling.allCases, Tiling.allCases)
    func tiling(mine: Tiling, its: Tiling) {
        var wanted = Self.fourChunks
        wanted.tiling = its
        let (any, exact) = (Self.key(InputShape(tiling: mine)), Self.key(wanted))
        #expect(any.serves(exact) == (mine == its))
        #expect((any.id == Self.key(InputShape(tiling: its)).id) == (mine == its))
    }

    @Test("a UNet without a mask serves prompts of just its own length, and none that are padded")
    func withoutMask() {
        var exact = Self.fourChunks
        exact.hasContextMask = false
        #expect(!Self.key(exact).serves(Self.key(Self.fourChunks)))
        #expect(Self.key(exact).serves(Self.key(exact)))
    }

    @Test("a compile says why it is needed")
    func reasons() {
        let first = Self.key(Self.fourChunks)
        var other = Self.fourChunks
        #expect(first.reason(after: []) == .firstUse)
        #expect(first.reason(after: [Self.key(Self.fourChunks, precision: .f32)]) == .firstUse)
        #expect(first.reason(after: [first]) == .noLongerInMemory)
        other.height = 96
        #expect(Self.key(other).reason(after: [first]) == .newSize)
        other = Self.fourChunks
        other.batch = 4
        #expect(Self.key(other).reason(after: [first]) == .newBatch)
        other = Self.fourChunks
        other.tokens = 616
        #expect(Self.key(other).reason(after: [first]) == .longerPrompt)
        other = Self.fourChunks
        other.tiling = .both
        let tiled = Self.key(other)
        #expect(tiled.reason(after: [first]) == .firstUse)
        other.width = 96
        #expect(Self.key(other).reason(after: [tiled, first]) == .newSize)
        other = Self.fourChunks
        other.slots = LowRankSlots(coverage: .linear, rank: .dynamic)
        let slotted = Self.key(other)
        #expect(slotted.reason(after: []) == .firstUse)
        #expect(slotted.reason(after: [first]) == .lora)
        #expect(first.reason(after: [slotted]) == .firstUse)
        other.height = 96
        #expect(Self.key(other).reason(after: [slotted, first]) == .newSize)
        other.slots?.coverage = .all
        #expect(Self.key(other).reason(after: [slotted]) == .lora)
    }

    @Test("the shape is told in words")
    func words() {
        #expect(Self.fourChunks.summary(of: .denoiser) == "batch 2, latents 64×64, up to 4 chunks")
        #expect(InputShape().summary(of: .decoder) == "any shape")
        #expect(InputShape(tiling: .both).summary(of: .decoder) == "any shape, tiled")
        var tiled = Self.fourChunks
        tiled.tiling = .x
        #expect(tiled.summary(of: .denoiser) == "batch 2, latents 64×64, up to 4 chunks, tiled along x")
    }
}
