import Compilation
import Diffusion
import Foundation
import Generation
import TestSupport
import Testing

@testable import Fidelity

@Suite("How many pictures are best drawn together")
struct BatchTableTests {
    /// - Parameter seconds: of a step with one, two, four and eight pictures; sizes beyond are refused.
    private static func table(_ seconds: [Double]) async throws -> BatchTable {
        try await .measured { batchSize in
            guard let index = BatchTable.batchSizes.firstIndex(of: batchSize), index < seconds.count else {
                throw InvalidRequest(field: "", "Out of memory.")
            }
            return seconds[index]
        }
    }

    @Test("a larger batch is taken as long as each picture gains 5 %, and nothing beyond is tried", arguments: [
        // A GPU with time to spare, one that is full at four, a CPU.
        (seconds: [1, 1.1, 1.3, 2], useful: 8, tried: 4),
        ([1, 1.2, 2, 4], 4, 4),
        ([1, 2, 4, 8], 1, 2),
        ([1, 1.91, 0.1, 0.1], 1, 2),
        ([1, 1.89, 3.9, 0.1], 2, 3),
        ([1, 1.2], 2, 2),
        ([1], 1, 1),
    ] as [(seconds: [Double], useful: Int, tried: Int)])
    func useful(seconds: [Double], useful: Int, tried: Int) async throws {
        let table = try await Self.table(seconds)
        #expect(table.usefulBatchSize == useful)
        #expect(table.rows.map(\.batchSize) == Array(BatchTable.batchSizes.prefix(tried)))
        #expect(table.rows.map(\.secondsPerPicture) == zip(seconds, [1, 2, 4, 8]).prefix(tried).map { $0 / $1 })
    }

    @Test("a checkpoint that changes meanwhile ends the measurement, and no size is taken for too large")
    func changedCheckpoint() async {
        let changed = DiffusionError.checkpointChanged("\"a.safetensors\" was changed.")
        await #expect(throws: DiffusionError.self) {
            try await BatchTable.measured { if $0 == 1 { 1.0 } else { throw changed } }
        }
    }

    @Test("where not even one picture can be drawn, that is an error")
    func refused() async {
        await #expect(throws: InvalidRequest.self) { try await Self.table([]) }
    }

    private static let key = BatchMemory.Key(
        fingerprint: "ab12", deviceName: "Arc A770", precision: "f16", width: 512, height: 512, runtimeVersion: "2026.4.1")

    @Test("sizes of about as many pixels share a measurement", arguments: [
            (512, 512, 18), (8, 8, 6), (1, 1, 0), (768, 512, 19), (640, 512, 18), (704, 512, 18), (728, 512, 19), (512, 360, 17),
            (512, 376, 18), (1024, 1024, 20),
        (4096, 4096, 24),
    ])
    func sizeClasses(width: Int, height: Int, sizeClass: Int) {
        let key = BatchMemory.Key(fingerprint: "", deviceName: "", precision: "", width: width, height: height, runtimeVersion: "")
        #expect(key.sizeClass == sizeClass)
    }

    @Test("a table is remembered for its checkpoint, device, precision, size and version, beside precisions")
    func memory() async throws {
        let folder = try TemporaryFolder()
        let memory = BatchMemory(folder: folder.url.appending(path: "easel"))
        #expect(memory[Self.key] == nil)
        let table = try await Self.table([1, 1.2, 2])
        memory.remember(table, for: Self.key)
        #expect(BatchMemory(folder: folder.url.appending(path: "easel"))[Self.key] == table)
        for change in [\BatchMemory.Key.fingerprint, \.deviceName, \.precision, \.runtimeVersion] {
            var other = Self.key
            other[keyPath: change] = "another"
            #expect(memory[other] == nil)
        }
        var other = Self.key
        other.sizeClass = 20
        #expect(memory[other] == nil)
    }

    @Test("a pipeline is measured with the shapes that it draws with, and keeps only what it will use")
    func measured() async throws {
        let watching = try Watching()
        let table = try await watching.monitored.measureBatches(for: Watching.request("a cat"))
        #expect(table.rows.first?.batchSize == 1)
        #expect(table.rows.allSatisfy { $0.secondsPerPicture > 0 })
        // Shapes are static there: one compile for each size, of which one stays.
        #expect(await watching.pipeline.networks.compileCounts.denoise == table.rows.count)
        let ready = await watching.pipeline.networks.readyKeys
        var request = Watching.request("a cat")
        request.batchSize = table.usefulBatchSize
        #expect(ready == [watching.pipeline.key(of: .denoiser, for: watching.pipeline.need(forShortPromptsOf: request))])
    }
}
