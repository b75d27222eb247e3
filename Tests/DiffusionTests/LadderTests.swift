import Compilation
import Diffusion
import FoundationEssentials
import Generation
import OpenVINO
import Synchronization
import Tensors
import TestSupport
import Testing

@Suite("A component that fails goes on elsewhere")
struct LadderTests {
    private static let half = Placement(device: "CPU", precision: .f16)
    private static let nowhere = Placement(device: "GPU.7", precision: .f16)

    /// - Parameters:
    ///   - stage: has `first` before the CPU in f32; the others have the CPU only.
    ///   - fault: of every network that is not in f32.
    private static func pipeline(
        _ stage: Stage, first: Placement = half, fault: @escaping @Sendable (NDArray) -> NDArray = { $0 }
    ) throws -> DiffusionPipeline {
        var fallbacks = PerStage(repeating: Fallbacks(.reference))
        fallbacks[stage] = Fallbacks(first, then: [.reference])
        let networks = CompiledNetworks(core: try Core(), fault: { key, output in
            key.placement == .reference ? output : fault(output)
        })
        return try DiffusionPipeline(OpenCheckpoint(path: Fixture.demoModel.path), fallbacks: fallbacks, networks: networks)
    }

    private static func spoiled(_ output: NDArray) -> NDArray {
        var output = output
        output.values[3] = .nan
        return output
    }

    @Test("numbers that are not finite: its part is done again one rung up, and the picture is that of f32", arguments: Stage.allCases)
    func nonFinite(_ stage: Stage) async throws {
        let expected = try await #require(Demo.pipeline).pictures(Demo.request())
        let pipeline = try Self.pipeline(stage, fault: Self.spoiled)
        let (result, events) = try await pipeline.recorded(Demo.request())
        // The same arithmetic, but other networks ran beside it.
        #expect(result.images[0].peakSignalToNoiseRatio(to: expected[0]) > 60)
        #expect(result.moves.map(\.stage) == [stage])
        #expect(result.moves.map(\.to) == [.reference])
        #expect(events.contains(.moved(result.moves[0])))
        #expect(result.places[stage].precision == "f32")
        // One strange request does not move the others.
        #expect(pipeline.placements[stage] == Self.half)
    }

    @Test("a VAE that fails does not cost the steps again")
    func decodeOnly() async throws {
        let steps = Mutex(0)
        let fallbacks = PerStage(
            encode: Fallbacks(.reference), denoise: Fallbacks(.reference), decode: Fallbacks(Self.half, then: [.reference]))
        let networks = CompiledNetworks(core: try Core(), fault: { key, output in
            if key.stage == .denoise { steps.withLock { $0 += 1 } }
            return key.placement == Self.half ? Self.spoiled(output) : output
        })
        let pipeline = try DiffusionPipeline(OpenCheckpoint(path: Fixture.demoModel.path), fallbacks: fallbacks, networks: networks)
        let result = try await pipeline.generate(Demo.request { $0.batchSize = 2 }) { _ in }
        #expect(result.images.count == 2)
        #expect(steps.withLock { $0 } == 2)
    }

    @Test("NaN after some steps redoes the steps, and only then")
    func late() async throws {
        let calls = Mutex(0)
        let pipeline = try Self.pipeline(.denoise) { output in
            calls.withLock { $0 += 1; return $0 } < 2 ? output : Self.spoiled(output)
        }
        let (result, events) = try await pipeline.recorded(Demo.request())
        #expect(result.moves.count == 1)
        #expect(events.filter { $0 == .denoising(done: 0, total: 2) }.count == 2)
        #expect(result.timings.steps.count == 2)
    }

    @Test("a device that cannot be had: the next one takes over for all later requests too")
    func lostDevice() async throws {
        let pipeline = try Self.pipeline(.denoise, first: Self.nowhere)
        let result = try await pipeline.generate(Demo.request()) { _ in }
        #expect(result.places.denoise.device == "CPU")
        #expect(result.moves.count == 1)
        #expect(result.moves[0].reason.contains("GPU.7"))
        #expect(pipeline.placements.denoise == .reference)
        #expect(try await pipeline.generate(Demo.request()) { _ in }.moves.isEmpty)
    }

    @Test("where no rung is left there is an error, never a picture", arguments: Stage.allCases)
    func lastRung(_ stage: Stage) async throws {
        let networks = CompiledNetworks(core: try Core(), fault: { key, output in key.stage == stage ? Self.spoiled(output) : output })
        let pipeline = try DiffusionPipeline(
            OpenCheckpoint(path: Fixture.demoModel.path), fallbacks: PerStage(repeating: Fallbacks(Self.half, then: [.reference])),
            networks: networks)
        await #expect(throws: DiffusionError.self) { try await pipeline.pictures(Demo.request()) }.map { error in
            #expect("\(error)".contains("\(stage.label) on CPU in f32"))
            #expect("\(error)".contains("not finite"))
        }
    }
}
