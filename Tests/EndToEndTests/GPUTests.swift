import Foundation
import Generation
import ImageCodecs
import TestSupport
import Testing

/// What `make test-gpu` has prepared: the environment in which `easel` finds a GPU. nil without it.
private let gpuEnvironment = ProcessInfo.processInfo.environment["EASEL_GPU_ON_CPU"].map { ["LD_PRELOAD": $0] }

/// OpenVINO's GPU plugin on a machine without a GPU; see Tests/GPUOnCPU. Numbers are those of its kernels, times are not a GPU's.
@Suite(
    "On OpenVINO's GPU plugin",
    .enabled(if: gpuEnvironment != nil, "`make test-gpu` gets what is needed and names it in EASEL_GPU_ON_CPU"))
struct GPUTests {
    private let easel: Easel
    private let model: String
    private let environment: [String: String]

    init() throws {
        easel = try Easel()
        model = try TinyCheckpoint.sd1().writeSingleFile(in: easel.folder)
        environment = try #require(gpuEnvironment)
    }

    @Test("easel devices lists the GPU and what precision each mode leads to there")
    func devices() async throws {
        let run = try await easel("devices", environment: environment)
        #expect(run.exitCode == 0, "\(run.errors)")
        #expect(run.output.contains("\nGPU "))
    }

    @Test(
        "prompts of 20, 90 and 160 tokens need one compile, which a restart finds on disk unless it or the checkpoint has changed")
    func diskCache() async throws {
        var pictures: [[UInt8]] = []
        for (index, tokens) in [20, 90, 160].enumerated() {
            let report = try await generate(words: tokens)
            #expect(report.tokens >= tokens)
            #expect(report.device == ["text_encoder": "CPU", "unet": "GPU", "vae": "GPU"])
            #expect(report.precision == ["text_encoder": "f32", "unet": "f32", "vae": "f32"])
            let isServed = Dictionary(uniqueKeysWithValues: report.compiles.map { ($0.component, $0.from_disk_cache) })
            #expect(isServed == ["text_encoder": false, "unet": index > 0, "vae": index > 0])
            pictures.append(try easel.contents(of: report.images[0]))
        }
        #expect(try await cachedComponents() == ["UNet", "VAE"])

        for blob in try easel.cachedFiles(endingIn: ".blob") {
            // In the middle, where OpenVINO itself would not notice.
            let file = try FileHandle(forUpdating: blob)
            try file.seek(toOffset: file.seekToEnd() / 2)
            try file.write(contentsOf: Data(repeating: 0x55, count: 64))
            try file.close()
        }
        let afterDamage = try await generate(words: 20)
        #expect(afterDamage.compiles.allSatisfy { !$0.from_disk_cache })
        #expect(try easel.contents(of: afterDamage.images[0]) == pictures[0])
        #expect(try await cachedComponents() == ["UNet", "VAE"])

        var other = TinyCheckpoint.sd1()
        other.seed = 1
        #expect(try other.writeSingleFile(in: easel.folder) == model)
        #expect(try await generate(words: 20).compiles.allSatisfy { !$0.from_disk_cache })
    }

    @Test("a precision that the device refuses is an error that says so and what to do, or the next rung's work")
    func refusal() async throws {
        let refused = try await easel(
            "generate", "a star", "--model", model, "--device", "GPU", "--precision", "bf16", "--width", "128", "--height", "128",
            "--steps", "1",
            environment: environment.merging(["EASEL_FIDELITY_LAST_RUNG": "none"]) { $1 })
        #expect(refused.exitCode == 69)
        #expect(refused.errors.contains("GPU could not compile the UNet in bf16."))
        #expect(refused.errors.contains("--device CPU"))

        let report = try await generate(words: 5, "--device", "GPU,CPU", "--precision", "bf16")
        #expect(report.moves.first?.component == "unet")
        #expect(report.images.count == 1)
    }

    @Test("easel verify: f32 agrees with the CPU, f16 shows a larger error", arguments: [
        ("accuracy", 1e-4, TinyCheckpoint.sd1()), ("performance", 5e-2, .sd1()), ("accuracy", 1e-4, .sdxl()),
    ])
    func verify(precision: String, bound: Double, checkpoint: TinyCheckpoint) async throws {
        let run = try await easel(
            "verify", "--model", checkpoint.writeSingleFile(in: easel.folder), "--device", "GPU", "--precision", precision,
            "--size", "128", "--steps", "2", "--json", environment: environment)
        let report = try JSONDecoder().decode(Verification.self, from: Data(run.lastLine.utf8))
        let unet = try #require(report.components.first { $0.component == "unet" })
        #expect(unet.device == "GPU")
        if precision == "accuracy" {
            #expect(run.exitCode == 0, "\(run.errors)")
            #expect(unet.distance.relative_error < 1e-4)
            #expect(report.picture?.psnr_db ?? 0 >= 60)
        } else {
            #expect(unet.precision == "f16")
            // Of these kernels' half-precision sums; smaller would mean that it ran in f32.
            #expect((1e-4..<bound).contains(unet.distance.relative_error))
        }
    }

    @Test("a LoRA's pictures are the CPU's, and other strengths and files of its kind need no compile")
    func loras() async throws {
        let tiny = TinyCheckpoint.sd1()
        _ = try TinyLoRA(for: tiny).write(in: easel.folder, name: "linear")
        _ = try TinyLoRA(for: tiny, .convolutions).write(in: easel.folder, name: "kernels")
        func draw(_ tags: String, on device: String) async throws -> (report: Generation, picture: RGBImage) {
            let report = try await generate(
                words: 5, tags: tags, "--device", device, "--precision", "f32", "--loras", easel.folder.path)
            return (report, try DecodedImage(decoding: easel.contents(of: report.images[0])).image)
        }
        for (index, tags) in ["<lora:linear:0.3><lora:kernels:0.2>", "<lora:linear:-0.2><lora:kernels:0.3>"].enumerated() {
            let gpu = try await draw(tags, on: "GPU"), cpu = try await draw(tags, on: "CPU")
            #expect(gpu.report.device["unet"] == "GPU" && gpu.report.moves.isEmpty)
            #expect(gpu.report.compiles.first { $0.component == "unet" }?.from_disk_cache == (index > 0))
            // 50 dB: a mean square difference of 0.65.
            let squares = zip(gpu.picture.pixels, cpu.picture.pixels).map { pow(Double($0) - Double($1), 2) }
            #expect(squares.reduce(0, +) / Double(squares.count) < 0.65)
        }
    }

    // MARK: What the commands print

    private struct Generation: Decodable {
        struct Compile: Decodable {
            let component: String
            let from_disk_cache: Bool
        }
        struct Move: Decodable { let component: String }

        let tokens: Int
        let images: [String]
        let device, precision: [String: String]
        let compiles: [Compile]
        let moves: [Move]
    }

    private struct Verification: Decodable {
        struct Row: Decodable {
            struct Distance: Decodable { let relative_error: Double }
            let component, device, precision: String
            let distance: Distance
        }
        struct Picture: Decodable { let psnr_db: Double? }
        let components: [Row]
        let picture: Picture?
    }

    private func generate(words: Int, tags: String = "", _ options: String...) async throws -> Generation {
        let prompt = Array(repeating: "star", count: words).joined(separator: " ") + tags
        let placement = options.isEmpty ? ["--device", "GPU", "--precision", "f32"] : options
        let run = try await easel.start(
            ["generate", prompt, "--model", model, "--shapes", "static", "--width", "128", "--height", "128", "--steps", "1", "--seed", "1",
             "--output", "\(UUID()).png", "--json"] + placement, environment: environment
        ).outcome()
        #expect(run.exitCode == 0, "\(run.errors)")
        return try JSONDecoder().decode(Generation.self, from: Data(run.lastLine.utf8))
    }

    private func cachedComponents() async throws -> [String] {
        struct Entry: Decodable { let component: String? }
        struct List: Decodable { let entries: [Entry] }
        let list = try await easel("cache", "list", "--json", environment: environment)
        return try JSONDecoder().decode(List.self, from: Data(list.lastLine.utf8)).entries.map { $0.component ?? "?" }.sorted()
    }
}

extension Easel {
    fileprivate func cachedFiles(endingIn ending: String) throws -> [URL] {
        let compiled = folder.url.appending(path: ".cache/easel/compiled")
        return try FileManager.default.subpathsOfDirectory(atPath: compiled.path).filter { $0.hasSuffix(ending) }.map {
            compiled.appending(path: $0)
        }
    }
}
