import Checkpoints
import Foundation
import Generation
import GraphIR
import Networks
import OpenVINO
import Tensors
import TestSupport
import Testing

@testable import Compilation

/// On the CPU, told to keep everything there; what a GPU keeps goes the same way.
@Suite("Compiled networks go through the disk cache")
struct DiskCacheUseTests {
    private let folder: TemporaryFolder
    private let path: String
    private let core: Core

    init() throws {
        folder = try TemporaryFolder()
        path = try TinyCheckpoint.sd1(vocabularySize: 8).writeSingleFile(in: folder)
        core = try Core()
    }

    private func cache() -> DiskCache {
        DiskCache(in: folder.url.appending(path: "cache"), byteLimit: 1 << 40, form: .full)
    }

    /// Compiles as a new process would.
    private func compile(
        _ cache: DiskCache, side: Int = 8, tiling: Tiling = .none, precision: Precision = .f32, path: String? = nil,
        reason: CompileReason? = nil
    ) async throws -> CompileRecord {
        let checkpoint = try Checkpoint.open(path ?? self.path)
        let key = CompileKey(
            checkpoint: checkpoint.identity, network: .decoder, placement: Placement(device: "CPU", precision: precision),
            shape: InputShape(batch: 1, height: .fixed(side), width: .fixed(side), tiling: tiling))
        return try await CompiledNetworks(core: core, diskCache: cache).network(key, of: checkpoint, reason: reason).record
    }

    /// All files of an entry but its manifest.
    private func blobs(_ cache: DiskCache) throws -> [URL] {
        try #require(cache.folder.files.first).files.filter { $0.lastPathComponent != CacheManifest.fileName }
    }

    @Test("what one process compiled, the next one loads, and it gives the same numbers")
    func loads() async throws {
        let checkpoint = try Checkpoint.open(path)
        let key = CompileKey(
            checkpoint: checkpoint.identity, network: .decoder, placement: .reference, shape: InputShape(batch: 1, height: 8, width: 8))
        var images: [[Float]] = []
        for isLoaded in [false, true] {
            let network = try await CompiledNetworks(core: core, diskCache: cache()).network(key, of: checkpoint)
            #expect(network.isFromDiskCache == isLoaded)
            var call = try NetworkCall(network)
            try call.setInput("latents", to: .init(shape: [1, 4, 8, 8], values: (0..<256).map { Float($0 % 17) / 8 - 1 }))
            images.append(try await call.run("image").values)
        }
        #expect(images[0] == images[1])
        #expect(cache().items().count == 1)
        #expect(cache().items()[0].byteCount > 1000)
    }

    @Test("another size, tiling or precision never meets an old entry")
    func keys() async throws {
        _ = try await compile(cache())
        #expect(try await !compile(cache(), side: 16).isFromDiskCache)
        #expect(try await !compile(cache(), precision: .bf16).isFromDiskCache)
        #expect(try await !compile(cache(), tiling: .both).isFromDiskCache)
        #expect(try await !compile(cache(), tiling: .x).isFromDiskCache)
        #expect(cache().items().count == 5)
        #expect(try await compile(cache()).isFromDiskCache)
    }

    @Test("one number changed in the checkpoint's file is another checkpoint; a copy of the file is the same one")
    func content() async throws {
        _ = try await compile(cache())
        let elsewhere = try TemporaryFolder()
        let copy = elsewhere.url.appending(path: URL(filePath: path).lastPathComponent)
        try FileManager.default.copyItem(atPath: path, toPath: copy.path)
        #expect(try await compile(cache(), path: copy.path).isFromDiskCache)
        var bytes = try Data(contentsOf: copy)
        bytes[bytes.count - 1] ^= 1
        try bytes.write(to: copy)
        #expect(try await !compile(cache(), path: copy.path).isFromDiskCache)
    }

    @Test("what DiskCacheTests calls damaged is compiled anew, and so is a repair, whatever is there")
    func anew() async throws {
        _ = try await compile(cache())
        let blob = try #require(blobs(cache()).max { $0.byteCount < $1.byteCount })
        var bytes = try Data(contentsOf: blob)
        bytes[bytes.count / 2] ^= 0x10
        try bytes.write(to: blob)
        #expect(try await !compile(cache()).isFromDiskCache)
        #expect(try await compile(cache()).isFromDiskCache)
        #expect(try await !compile(cache(), reason: .repair).isFromDiskCache)
        #expect(try await compile(cache()).isFromDiskCache)
    }

    @Test("where nothing may be kept, networks are compiled all the same", arguments: ["file", "form"])
    func none(_ kind: String) async throws {
        let place = folder.url.appending(path: "cache")
        var cache = cache()
        switch kind {
        // Not even root can make a folder below a file.
        case "file": try Data().write(to: place)
        default: cache = DiskCache(in: place, byteLimit: 1 << 40)
        }
        for _ in 0..<2 { #expect(try await !compile(cache).isFromDiskCache) }
        #expect(cache.items().isEmpty)
    }
}

extension URL {
    fileprivate var files: [URL] {
        get throws { try FileManager.default.contentsOfDirectory(at: self, includingPropertiesForKeys: nil) }
    }

    fileprivate var byteCount: Int { (try? Data(contentsOf: self).count) ?? 0 }
}
