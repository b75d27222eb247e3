import Compilation
import Diffusion
import Foundation
import Generation
import TestSupport
import Testing

@testable import Fidelity

@Suite("Choosing a precision by measurement")
struct PrecisionTableTests {
    typealias Figures = PrecisionTable.Measurement

    /// - Parameter figures: by the precision that is asked for; what is missing is refused.
    private static func table(_ figures: [Precision: Figures]) async throws -> PrecisionTable {
        try await .measured(.denoise, on: "GPU") { placement in
            guard case .exactly(let precision) = placement.arithmetic, let figures = figures[precision] else {
                throw InvalidRequest(field: "", "Not supported.")
            }
            return figures
        }
    }

    private static func figures(_ precision: String, _ seconds: Double, _ error: Double) -> Figures {
        Figures(precision: precision, seconds: seconds, relativeError: error)
    }

    @Test("the fastest within the bound is taken, and f32 where none is", arguments: [
        // A GPU: f16 is twice as fast and good enough, or not.
        (f32: 1.0, f16: 0.5, error: 0.003, bound: 0.01, Precision.f16),
        (f32: 1.0, f16: 0.5, error: 0.003, bound: 0.001, .f32),
        // A CPU without f16: slower and less exact.
        (f32: 1.4, f16: 2.2, error: 0.003, bound: 0.01, .f32),
        // Within the noise of timing, the more exact one.
        (f32: 1.0, f16: 0.97, error: 0.003, bound: 0.01, .f32),
        (f32: 1.0, f16: 0.5, error: .infinity, bound: 0.01, .f32),
        (f32: 1.0, f16: 0.5, error: .nan, bound: 0.01, .f32),
        (f32: 1.0, f16: 0.5, error: 0.01, bound: 0.01, .f16),
    ])
    func choice(f32: Double, f16: Double, error: Double, bound: Double, expected: Precision) async throws {
        let table = try await Self.table([.f32: Self.figures("f32", f32, 1e-6), .f16: Self.figures("f16", f16, error)])
        #expect(table.choice(errorBound: bound) == expected)
    }

    @Test("a checkpoint that changes meanwhile ends the measurement, and no precision is taken for refused", arguments: [
        DiffusionError.checkpointChanged("\"a.safetensors\" was changed.") as any Error,
        ProbeError.candidate(.checkpointChanged("\"a.safetensors\" was changed.")),
        ProbeError.reference(.checkpointChanged("\"a.safetensors\" was changed.")),
    ])
    func changedCheckpoint(error: any Error) async {
        await #expect(throws: (any Error).self) { try await PrecisionTable.measured(.denoise, on: "GPU") { _ in throw error } }
    }

    @Test("even f32 may be over the bound on a faulty device: it is taken, for nothing is more exact")
    func nothingWithin() async throws {
        let table = try await Self.table([.f32: Self.figures("f32", 1, 0.5), .f16: Self.figures("f16", 0.5, 0.5)])
        #expect(table.choice(errorBound: 0.01) == .f32)
    }

    @Test("what comes out as the same precision stands once; what is refused stands with its reason")
    func rows() async throws {
        let table = try await Self.table([
            .f32: Self.figures("f32", 1, 0), .f16: Self.figures("bf16", 2, 0.03), .bf16: Self.figures("bf16", 2, 0.03)
        ])
        #expect(table.rows.map(\.precision) == ["f32", "bf16"])
        let refused = try await Self.table([.f32: Self.figures("f32", 1, 0)])
        #expect(refused.rows.map(\.asked) == [.f32, .f16, .bf16])
        #expect(refused.rows[1].refusal == "Not supported.")
        #expect(refused.choice(errorBound: 1) == .f32)
        let broken = try await Self.table([.f32: Self.figures("f32", 1, .nan)])
        #expect(broken.rows[0].refusal == "Its numbers are not finite.")
        #expect(try await Self.table([:]).choice(errorBound: 1) == .f32)
    }

    @Test("a table is remembered for its checkpoint, component, device and version, and for no other")
    func memory() async throws {
        let folder = try TemporaryFolder()
        let memory = PrecisionMemory(folder: folder.url.appending(path: "easel"))
        let table = try await Self.table([.f32: Self.figures("f32", 1, 0), .f16: Self.figures("f16", 0.5, 0.003)])
        let key = PrecisionMemory.Key(fingerprint: "ab12", stage: .denoise, deviceName: "Arc A770", runtimeVersion: "2026.4.1")
        #expect(memory[key] == nil)
        memory.remember(table, for: key)
        #expect(PrecisionMemory(folder: folder.url.appending(path: "easel"))[key] == table)
        for change in [\PrecisionMemory.Key.fingerprint, \.deviceName, \.runtimeVersion] {
            var other = key
            other[keyPath: change] = "another"
            #expect(memory[other] == nil)
        }
        var vae = key
        vae.stage = .decode
        #expect(memory[vae] == nil)
    }

    @Test("a damaged file counts as empty, and is replaced")
    func damagedMemory() async throws {
        let folder = try TemporaryFolder()
        try Data("{\"x\": 1".utf8).write(to: folder.url.appending(path: "precisions.json"))
        let memory = PrecisionMemory(folder: folder.url)
        let key = PrecisionMemory.Key(fingerprint: "ab12", stage: .denoise, deviceName: "CPU", runtimeVersion: "2026.4.1")
        #expect(memory[key] == nil)
        let table = try await Self.table([.f32: Self.figures("f32", 1, 0)])
        memory.remember(table, for: key)
        #expect(memory[key] == table)
    }
}
