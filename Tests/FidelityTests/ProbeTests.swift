import Compilation
import Diffusion
import Fidelity
import FoundationEssentials
import Generation
import GraphIR
import Networks
import OpenVINO
import Synchronization
import Tensors
import TestSupport
import Testing

@Suite("Probing a compiled network")
struct ProbeTests {
    /// Counts the calls of each network, and multiplies what those with fixed shapes answer.
    private final class Calls: Sendable {
        private let counts = Mutex<[CompileKey: Int]>([:])
        private let factor: Float

        init(factor: Float = 1) { self.factor = factor }

        func answer(_ key: CompileKey, _ output: NDArray) -> NDArray {
            counts.withLock { $0[key, default: 0] += 1 }
            return key.shape == InputShape() ? output : Double(factor) * output
        }

        /// Calls since the last time that somebody asked: on the reference, and on others.
        func taken() -> (reference: Int, others: Int) {
            counts.withLock { counts in
                defer { counts = [:] }
                let all = counts.values.reduce(0, +)
                let reference = counts.filter { $0.key.shape == InputShape() }.values.reduce(0, +)
                return (reference, all - reference)
            }
        }
    }

    private let calls: Calls
    private let pipeline: DiffusionPipeline

    init() throws { (calls, pipeline) = try Self.watched(factor: 1) }

    private static func watched(factor: Float) throws -> (Calls, DiffusionPipeline) {
        let calls = Calls(factor: factor)
        let networks = CompiledNetworks(core: try Core(), fault: { calls.answer($0, $1) })
        return (calls, try DiffusionPipeline(path: Fixture.demoModel.path, placements: PerStage(repeating: .reference), networks: networks))
    }

    /// All shapes that a plan can ask for, with odd batches and capacities among them.
    private static let shapes: [(NetworkID, InputShape)] = [
        (.text(0), InputShape(batch: 1)), (.text(0), InputShape(batch: 2)), (.text(0), InputShape(batch: 5)),
        (.denoiser, InputShape(batch: 2, height: 16, width: 24, tokens: 77, hasContextMask: true)),
        (.denoiser, InputShape(batch: 1, height: 16, width: 16, tokens: 154, hasContextMask: true)),
        (.denoiser, InputShape(batch: 3, height: 16, width: 16, tokens: 308, hasContextMask: true)),
        (.denoiser, InputShape(batch: 4, height: 16, width: 16, tokens: 154)), (.denoiser, InputShape(batch: 2, height: 16, width: 16)),
        (.decoder, InputShape(batch: 1, height: 16, width: 24)),
        (.denoiser, InputShape(batch: 2, height: 16, width: 16, tiling: .x)),
    ]

    @Test("a network of any shape is asked what it takes, and agrees with the reference to rounding", arguments: shapes)
    func agreement(id: NetworkID, shape: InputShape) async throws {
        let network = try await pipeline.network(id, shape: shape)
        let long = Array(repeating: "star", count: 100).joined(separator: " ")
        let fidelity = try await Probe(pipeline).fidelity(of: network, prompt: long)
        #expect(fidelity.network == id)
        #expect(fidelity.assignment == .reference)
        // Sums in another order.
        #expect(fidelity.distance.relativeError < 1e-4)
        #expect(fidelity.distance.nonFiniteCount == 0)
    }

    @Test("an error of 5 % comes out as 5 %", arguments: [
            (.text(0), InputShape(batch: 1)), (.denoiser, InputShape(batch: 2, height: 16, width: 16)),
            (.decoder, InputShape(batch: 1, height: 16, width: 16))
    ] as [(NetworkID, InputShape)])
    func scale(id: NetworkID, shape: InputShape) async throws {
        let (_, pipeline) = try Self.watched(factor: 1.05)
        let fidelity = try await Probe(pipeline).fidelity(of: try await pipeline.network(id, shape: shape))
        #expect(abs(fidelity.distance.relativeError - 0.05) < 1e-4)
        // Embeddings of the UNet's questions come from the reference: an error of the text encoder is its own.
        #expect(fidelity.distance.cosine > 0.999_999)
    }

    @Test("a probe costs three calls of the UNet on each side; a second one only the device's")
    func cost() async throws {
        let network = try await pipeline.network(
            .denoiser, shape: InputShape(batch: 2, height: 16, width: 16, tokens: 77, hasContextMask: true))
        let probe = Probe(pipeline)
        _ = try await probe.fidelity(of: network, prompt: "a boat")
        let first = calls.taken()
        #expect(first.others == 3)
        // Two prompts to encode besides.
        #expect(first.reference == 3 + 2)
        _ = try await probe.fidelity(of: network, prompt: "a boat")
        let second = calls.taken()
        #expect(second.others == 3)
        #expect(second.reference == 0)
        _ = try await probe.fidelity(of: network, prompt: "a house")
        #expect(calls.taken().reference == 3 + 2)
    }

    @Test("networks of the reference are let go of, unless pictures use them or it is wanted otherwise")
    func references() async throws {
        let shape = InputShape(batch: 1, height: 16, width: 16)
        let network = try await pipeline.network(.decoder, shape: shape)
        _ = try await Probe(pipeline).fidelity(of: network)
        #expect(await pipeline.networks.readyKeys == [network.key])
        _ = try await Probe(pipeline, keepsReferenceNetworks: true).fidelity(of: network)
        #expect(await pipeline.networks.readyKeys.count == 2)
        _ = try await Probe(pipeline).fidelity(of: network)
        #expect(await pipeline.networks.readyKeys.count == 2)
    }

    @Test("a network that tiles is compared with a reference that tiles as well, whatever the same probe asked before")
    func tiling() async throws {
        let probe = Probe(pipeline)
        for tiling in Tiling.allCases {
            let network = try await pipeline.network(.decoder, shape: InputShape(batch: 1, height: 16, width: 16, tiling: tiling))
            #expect(try await probe.fidelity(of: network).distance.relativeError < 1e-4, "\(tiling)")
            await pipeline.networks.release(network.key)
        }
        #expect(await pipeline.networks.readyKeys.isEmpty)
    }

    @Test("a network that is the reference itself is as fast as itself")
    func itself() async throws {
        let fidelity = try await Probe(pipeline).fidelity(of: try await pipeline.network(.decoder))
        #expect(fidelity.speedRatio == 1)
        #expect(fidelity.distance.relativeError == 0)
    }

    @Test("cancelling stops a probe")
    func cancelling() async throws {
        let network = try await pipeline.network(.denoiser, shape: InputShape(batch: 2, height: 16, width: 16))
        let task = Task { [pipeline] in try await Probe(pipeline).fidelity(of: network) }
        task.cancel()
        await #expect { try await task.value } throws: { ($0 as? ProbeError)?.isCancelled == true }
    }
}
