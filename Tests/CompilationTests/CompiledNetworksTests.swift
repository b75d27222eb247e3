import Checkpoints
import Generation
import GraphIR
import Networks
import OpenVINO
import Synchronization
import TestSupport
import Testing

@testable import Compilation

@Suite("The store of compiled networks")
struct CompiledNetworksTests {
    private let folder: TemporaryFolder
    private let checkpoint: Checkpoint
    private let core: Core

    init() throws {
        folder = try TemporaryFolder()
        checkpoint = try Checkpoint.open(TinyCheckpoint.sd1(vocabularySize: 8).writeSingleFile(in: folder))
        core = try Core()
    }

    private func key(_ network: NetworkID = .decoder, _ shape: InputShape = InputShape()) -> CompileKey {
        CompileKey(checkpoint: checkpoint.identity, network: network, placement: .reference, shape: shape)
    }

    private func size(_ side: Int) -> CompileKey { key(.decoder, InputShape(batch: 1, height: .fixed(side), width: .fixed(side))) }

    @Test("whoever asks while a network is being compiled gets that one")
    func once() async throws {
        let networks = CompiledNetworks(core: core)
        async let first = networks.network(key(), of: checkpoint)
        async let second = networks.network(key(), of: checkpoint)
        #expect(try await first === second)
        #expect(await networks.compileCounts.decode == 1)
        #expect(await networks.prepare([key()], of: checkpoint).isEmpty)
    }

    @Test("over the budget, what was not used for longest makes room; what is in use stays")
    func budget() async throws {
        let one = try await CompiledNetworks(core: core).network(size(4), of: checkpoint).byteCount
        let networks = CompiledNetworks(core: core, memoryBudget: 2 * one)
        _ = try await networks.network(size(4), of: checkpoint)
        _ = try await networks.network(size(5), of: checkpoint)
        _ = try await networks.network(size(4), of: checkpoint)
        _ = try await networks.network(size(6), of: checkpoint)
        #expect(await networks.readyKeys == [size(4), size(6)])

        let held = try await networks.network(size(4), of: checkpoint)
        _ = try await networks.network(size(6), of: checkpoint)
        _ = try await networks.network(size(7), of: checkpoint)
        #expect(await networks.readyKeys == [size(4), size(7)])
        withExtendedLifetime(held) {}

        // Compiled again, and it says why.
        _ = try await networks.network(size(5), of: checkpoint)
        #expect(await networks.records.last?.reason == .noLongerInMemory)
    }

    @Test("a network larger than the budget is kept until the next one comes")
    func larger() async throws {
        let networks = CompiledNetworks(core: core, memoryBudget: 0)
        _ = try await networks.network(size(4), of: checkpoint)
        #expect(await networks.readyKeys == [size(4)])
        _ = try await networks.network(size(5), of: checkpoint)
        #expect(await networks.readyKeys == [size(5)])
    }

    @Test("something that is ready and gives the same is found")
    func substitute() async throws {
        let networks = CompiledNetworks(core: core)
        #expect(await networks.readyNetwork(serving: size(4)) == nil)
        let dynamic = try await networks.network(key(), of: checkpoint)
        #expect(await networks.readyNetwork(serving: size(4)) === dynamic)
        let exact = try await networks.network(size(4), of: checkpoint)
        #expect(await networks.readyNetwork(serving: size(4)) === exact)
        #expect(await networks.readyNetwork(serving: key()) === dynamic)
    }

    @Test("each compile is told once, with what, where and why")
    func records() async throws {
        let told = Mutex<[CompileRecord]>([])
        let networks = CompiledNetworks(core: core, onCompile: { record in told.withLock { $0.append(record) } })
        _ = try await networks.network(size(4), of: checkpoint)
        _ = try await networks.network(size(6), of: checkpoint)
        _ = try await networks.network(size(6), of: checkpoint)
        _ = try await networks.network(key(.denoiser), of: checkpoint, reason: .preparation)
        let records = told.withLock { $0 }
        #expect(records == (await networks.records))
        #expect(records.map(\.reason) == [.firstUse, .newSize, .preparation])
        #expect(records.map(\.stage) == [.decode, .decode, .denoise])
        #expect(records.map(\.shape) == ["batch 1, latents 4×4", "batch 1, latents 6×6", "any shape"])
        #expect(records.allSatisfy { $0.device == "CPU" && $0.precision == "f32" && $0.seconds > 0 && !$0.isFromDiskCache })
    }

    @Test("letting go of a checkpoint lets go of all its networks, and of a compile that goes on")
    func releaseCheckpoint() async throws {
        let networks = CompiledNetworks(core: core)
        _ = try await networks.network(size(4), of: checkpoint)
        await networks.prepare([size(5)], of: checkpoint)
        await networks.release(checkpoint: checkpoint.identity)
        #expect(await networks.readyKeys.isEmpty)
        _ = try await networks.network(size(5), of: checkpoint)
        #expect(await networks.readyKeys == [size(5)])
        #expect(await networks.records.last?.reason == .firstUse)
    }

    @Test("a failed compile is told to everyone who waits, and tried again by the next")
    func failure() async throws {
        let networks = CompiledNetworks(core: core)
        let nowhere = CompileKey(checkpoint: checkpoint.identity, network: .decoder, placement: Placement(device: "GPU.7", precision: .f16))
        for _ in 0..<2 {
            await #expect(throws: CompilationError.self) { try await networks.network(nowhere, of: checkpoint) }
        }
        #expect(await networks.records.isEmpty)
        #expect(await networks.readyKeys.isEmpty)
    }

    @Test("what a device computes in is read back after compiling", arguments: [
        (Arithmetic.exactly(.f32), ["f32"]), (.performance, ["f32", "bf16", "f16"]), (.deviceDefault, ["f32", "bf16", "f16"]),
    ])
    func arithmetic(_ arithmetic: Arithmetic, allowed: [String]) async throws {
        let compiler = NetworkCompiler(core: core, source: checkpoint)
        let network = try await compiler.compile(.decoder, at: Placement(device: "CPU", arithmetic: arithmetic))
        #expect(allowed.contains(network.precision))
        if arithmetic == .exactly(.f32) {
            #expect(try network.model.value(of: .dynamicQuantizationGroupSize) == 0)
        }
    }
}
