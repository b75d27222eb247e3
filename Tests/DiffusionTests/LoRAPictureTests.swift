import Checkpoints
import Compilation
import Foundation
import Generation
import GraphIR
import Networks
import OpenVINO
import Prompting
import Sampling
import Tensors
import TestSupport
import Testing

@testable import Diffusion

/// Pictures with LoRAs, on a tiny model with two text encoders.
@Suite("LoRAs in pictures")
struct LoRAPictureTests {
    /// One for all tests: CLIP's whole vocabulary takes seconds to write.
    private static let shared = Result {
        let folder = try TemporaryFolder()
        let tiny = TinyCheckpoint.sdxl()
        let path = try tiny.writeSingleFile(in: folder)
        _ = try TinyLoRA(for: tiny).write(in: folder, name: "linear")
        _ = try TinyLoRA(for: tiny).write(in: folder, name: "whole", as: .difference)
        _ = try TinyLoRA(for: tiny, .convolutions).write(in: folder, name: "kernels", metadata: ["ss_output_name": "Round"])
        _ = try TinyLoRA(for: .sd1()).write(in: folder, name: "other")
        let resources = PromptResources(loras: LoRALibrary(folders: [folder.path]))
        return (folder: folder, pipeline: try DiffusionPipeline(path: path, placements: .cpu, resources: resources))
    }

    private let pipeline: DiffusionPipeline
    private let reference: LatentReference

    init() throws {
        pipeline = try Self.shared.get().pipeline
        reference = try LatentReference("lora_pictures")
    }

    private func request(_ tags: String) -> GenerationRequest {
        var request = GenerationRequest(prompt: reference.prompt + tags)
        request.negativePrompt = reference.negative
        (request.width, request.height, request.steps, request.seed) = (96, 64, 4, 5)
        return request
    }

    /// A pipeline with nothing compiled.
    private func fresh() throws -> DiffusionPipeline {
        DiffusionPipeline(
            pipeline.opened, fallbacks: pipeline.fallbacks, networks: CompiledNetworks(core: try Core()), resources: pipeline.resources)
    }

    @Test("they are diffusers' own, for changes beside the weights and for changes merged into them", arguments: [
        ("UNet", "<lora:linear:0:0.3>"), ("text encoders", "<lora:linear:0.4:0>"), ("both", "<lora:linear:0.3>"),
        ("two files", "<lora:linear:0.3><lora:Round:-0.2>"), ("by step", "<lora:linear:te=0:unet=0.5@0,0@1>"),
        ("UNet", "<lora:whole:0:0.3>"), ("text encoders", "<lora:whole:0.4:0>"), ("both", "<lora:whole:0.3>"),
        ("two files", "<lora:whole:0.3><lora:kernels:-0.2>"), ("both", "<lora:linear:0.1><lora:linear:0.2>"),
    ])
    func pictures(name: String, tags: String) async throws {
        let expected = try #require(reference.cases.first { $0.name == name })
        let result = try await pipeline.generate(request(tags)) { _ in }
        var decoder = try LatentDecoder(await pipeline.network(.decoder))
        let drawn = try #require(RGBImage(planes: try await decoder.decode(expected.latents)))
        // The bar of the specification is 50 dB; the sums are the same, in another order.
        #expect(result.images[0].peakSignalToNoiseRatio(to: drawn) > 55)
        #expect(result.warnings.contains { $0.name == .loraMerged } == tags.contains("whole"))
        let plain = try await pipeline.generate(request("")) { _ in }.images[0]
        #expect(result.images[0].peakSignalToNoiseRatio(to: plain) < 40, "the changes show")
    }

    @Test("strengths and files of the same layers need no compile; a picture without LoRAs is the one from before, bit for bit")
    func compiles() async throws {
        let fresh = try fresh()
        func draw(_ tags: String) async throws -> GenerationResult { try await fresh.generate(request(tags)) { _ in } }
        let before = try await draw("")
        let first = try await draw("<lora:linear:0.3>")
        #expect(first.compiles.map(\.reason) == [.lora, .lora, .lora])
        #expect(first.images != before.images)
        let again = try await draw("<lora:linear:0.3>")
        #expect(again.images == first.images && again.compiles.isEmpty)
        #expect(try await draw("<lora:linear:-0.7:0.1>").compiles.isEmpty)
        #expect(try await draw("<lora:linear:0.3:0.2@0,0.4@1>").compiles.isEmpty)
        let kernels = try await draw("<lora:linear:0.3><lora:kernels:0.2>")
        #expect(kernels.compiles.map(\.stage) == [.denoise] && kernels.compiles.map(\.reason) == [.lora])
        #expect(try await draw("<lora:kernels:0.5>").compiles.isEmpty)
        let after = try await draw("")
        #expect(after.images == before.images && after.compiles.isEmpty)
        #expect(try await draw("<lora:linear:0.3>").images == first.images)
        // Strengths of 0 are no change.
        let none = try await draw("<lora:linear:0>")
        #expect(none.images == before.images && none.compiles.isEmpty)
        // Merged weights are compiled for each strength, and let go of.
        let merged = try await draw("<lora:whole:0:0.3>")
        #expect(merged.compiles.map(\.stage) == [.denoise] && merged.compiles.map(\.reason) == [.lora])
        #expect(try await draw("<lora:whole:0:0.3>").compiles.isEmpty)
        #expect(try await draw("<lora:whole:0:0.4>").compiles.count == 1)
        #expect(await fresh.networks.readyKeys.count { !$0.patches.isEmpty } == 1)
        await fresh.releaseNetworks()
        #expect(await fresh.networks.readyKeys.isEmpty)
    }

    @Test("the disk cache keeps networks with merged weights for the same files and strengths, whatever else is asked for in between")
    func diskCache() async throws {
        let folder = try TemporaryFolder()
        let path = try #require(Self.shared.get().folder.path)
        let file = "\(path)/own.safetensors"
        defer { try? FileManager.default.removeItem(atPath: file) }
        try FileManager.default.copyItem(atPath: "\(path)/whole.safetensors", toPath: file)
        let cache = DiskCache(in: folder.url, byteLimit: 1 << 40, form: .full)
        /// Compiles of the UNet in a process of its own.
        func compiles(_ tags: String) async throws -> [Bool] {
            let pipeline = DiffusionPipeline(
                pipeline.opened, fallbacks: pipeline.fallbacks, networks: CompiledNetworks(core: try Core(), diskCache: cache),
                resources: PromptResources(loras: LoRALibrary(folders: [path])))
            let result = try await pipeline.generate(request(tags)) { _ in }
            return result.compiles.filter { $0.stage == .denoise }.map(\.isFromDiskCache)
        }
        #expect(try await compiles("<lora:own:0:0.3>") == [false])
        #expect(try await compiles("<lora:own:0:0.4>") == [false])
        #expect(try await compiles("<lora:own:0:0.3>") == [true])
        // Another file under the same name.
        var bytes = try Data(contentsOf: URL(filePath: file))
        bytes[bytes.count - 4] ^= 1
        try bytes.write(to: URL(filePath: file))
        #expect(try await compiles("<lora:own:0:0.3>") == [false])
        #expect(try await compiles("") == [false])
        // Merged networks, one for each strength, make room first.
        let plain = try #require(cache.items().first { $0.key?.component == "UNet" })
        let merged = cache.items().filter { $0.key?.component == "UNet with LoRAs" }
        #expect(merged.count == 3)
        cache.prune(to: cache.items().reduce(0) { $0 + $1.byteCount } - 1)
        #expect(cache.items().contains { $0.name == plain.name })
        #expect(cache.items().count { $0.key?.component == "UNet with LoRAs" } == 2)
        cache.removeAll(weights: try #require(plain.key?.weights))
        #expect(cache.items().allSatisfy { $0.key?.component.hasPrefix("UNet") != true })
    }

    @Test("pictures of one batch may name different LoRAs, and are those that each draws alone")
    func batch() async throws {
        let requests = ["<lora:linear:0.3>", "", "<lora:linear:0.3>", "<lora:kernels:0.3>"].map(request)
        let together = try await pipeline.generate(requests) { _ in }
        #expect(together.count == 4 && together.allSatisfy { $0.pictures.count == 1 })
        for (request, result) in zip(requests, together) {
            let alone = try await pipeline.generate(request) { _ in }
            #expect(result.pictures[0].prompt == request.prompt)
            #expect(result.images[0].peakSignalToNoiseRatio(to: alone.images[0]) > 60)
            #expect(result.pictures[0].loras == alone.pictures[0].loras)
        }
        #expect(together[0].pictures[0].loras.map(\.name) == ["linear"] && together[1].pictures[0].loras.isEmpty)
        #expect(together[0].pictures[0].loras[0].hash.count == 12)
    }

    @Test("the second pass of hires fix has the LoRAs of its own prompt")
    func hires() async throws {
        var request = request("<lora:linear:0.3>")
        request.hires.isOn = true
        request.hires.scale = 1.5
        let same = try await pipeline.generate(request) { _ in }.images[0]
        request.hires.prompt = reference.prompt
        let other = try await pipeline.generate(request) { _ in }.images[0]
        #expect(same != other)
        request.hires.prompt = reference.prompt + "<lora:linear:0.3>"
        #expect(try await pipeline.generate(request) { _ in }.images[0] == same)
    }

    @Test("what is not applied is told", arguments: [
        ("<lora:nothing:1>", Notice.Name.loraMissing, true), ("<lora:other:1>", .loraUnfit, true),
        ("<lora:linear:much>", .loraArguments, false), ("<lora:linear:0.1:0.1:4:5>", .loraArguments, false),
        ("<lora:linear:0.1:weight=3>", .loraArguments, false), ("<lora:linear:0.1> <lora:linear:0.2>", .loraRepeated, false),
        ("<lora:whole:0:0.5@0,0@1>", .loraScheduleUnused, false), ("<lora:whole:0:0.5:start=2>", .loraScheduleUnused, false),
        ("<lora:linear:te=0.5@0,0@1>", .loraTextSchedule, false), ("<lora:linear:0.1:lbw=SOME>", .loraArguments, false),
        ("<lora:linear:0.1:lbw=1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1>", .loraBlocks, false),
    ])
    func notices(tags: String, name: Notice.Name, isIgnored: Bool) async throws {
        let result = try await pipeline.generate(request(tags)) { _ in }
        #expect(result.warnings.contains { $0.name == name })
        #expect(result.ignored.isEmpty != isIgnored)
    }

    @Test("block weights and steps are strengths: nothing is compiled, and pictures are those of the strengths that they come to")
    func blocks() async throws {
        let fresh = try fresh()
        func draw(_ tags: String) async throws -> GenerationResult { try await fresh.generate(request(tags)) { _ in } }
        let (plain, whole) = (try await draw(""), try await draw("<lora:linear:0.3>"))
        for (tags, same) in [
            ("<lora:linear:0.3:lbw=ALL>", "<lora:linear:0.3>"), ("<lora:linear:0.6:lbw=ALL0.5>", "<lora:linear:0.3>"),
            ("<lora:linear:0.3:lbw=M00>", "<lora:linear:te=0:in=0:mid=0.3:out=0:unet=0>"),
            ("<lora:linear:0.3:lbw=1,0,0,0,0,0,0,0,0,0,0,0>", "<lora:linear:0.3:0>"),
            ("<lora:linear:0.3:start=2:stop=4>", "<lora:linear:0.3:0@0.1,0.3@0.9,0.3@2,0@2.1>"),
        ] {
            let (result, expected) = (try await draw(tags), try await draw(same))
            #expect(result.compiles.isEmpty && result.warnings.isEmpty, "\(result.warnings)")
            #expect(result.images == expected.images)
            #expect((result.images == whole.images) == (same == "<lora:linear:0.3>") && result.images != plain.images, "\(tags)")
        }
        // A file that is named twice, with blocks of its own each time.
        let split = try await draw("<lora:linear:0.3:lbw=BASE><lora:linear:te=0:unet=0.3>")
        #expect(split.images[0].peakSignalToNoiseRatio(to: whole.images[0]) > 60)
        #expect(split.warnings.map(\.name) == [.loraRepeated])
    }

    @Test("a LoRA with a scope acts on its own AND part: picture and text are those that the parts have by themselves")
    func scopes() async throws {
        let fresh = try fresh()
        var request = request("")
        func draw(_ prompt: String) async throws -> GenerationResult {
            request.prompt = prompt
            return try await fresh.generate(request) { _ in }
        }
        _ = try await draw("a cat AND a dog<lora:linear:0.3>")
        _ = try await draw("a cat AND a dog")
        // The same text in two parts, one of them with a LoRA.
        let plan = try fresh.plan(for: [{ var own = request; own.prompt = "a cat AND a cat<lora:linear:0.3:scope=part>"; return own }()])
        #expect(plan.joined.texts.count == 3 && plan.joined.textParts == [nil, nil, 1])
        // A part without weight leaves the picture of the other one.
        request.negativePrompt = ""
        let (with, without) = (try await draw("a dog<lora:linear:0.3:scope=part>"), try await draw("a cat"))
        for (prompt, same, isAlone) in [
            ("a cat :0 AND a dog<lora:linear:0.3:scope=part>", with, true),
            ("a cat AND a dog<lora:linear:0.3:scope=part> :0", without, true),
            ("a cat AND a dog<lora:linear:0.3:scope=part>", with, false), ("a cat AND a dog<lora:linear:0.3>", with, false),
        ] {
            let result = try await draw(prompt)
            #expect(result.compiles.isEmpty && result.warnings.isEmpty, "\(result.warnings)")
            #expect((result.images[0].peakSignalToNoiseRatio(to: same.images[0]) > 60) == isAlone, "\(prompt)")
        }
        // Without AND, all but the negative prompt.
        #expect(try await draw("a dog<lora:linear:0.3>").images != with.images)
        // With nothing but the prompt, its own part is the whole picture; in the UNet too.
        request.cfgScale = 1
        let prompts = ["<lora:linear:te=0:unet=0.3:scope=part>", "<lora:linear:te=0:unet=0.3>", ""].map { "a dog" + $0 }
        var alone: [RGBImage] = []
        for prompt in prompts { alone.append(try await draw(prompt).images[0]) }
        #expect(alone[0].peakSignalToNoiseRatio(to: alone[1]) > 60 && alone[0].peakSignalToNoiseRatio(to: alone[2]) < 60)
        request.cfgScale = 7
        // Merged weights serve all parts.
        let merged = try await draw("a cat AND a dog<lora:whole:0:0.3:scope=part>")
        #expect(merged.warnings.map(\.name) == [.loraMerged, .loraScopeUnused])
        #expect(merged.images == (try await draw("a cat AND a dog<lora:whole:0:0.3>")).images)
    }

    @Test("the forecast of memory counts factors in slots and merged weights")
    func memory() throws {
        func forecast(_ tags: String) -> MemoryForecast { pipeline.memoryForecast(for: request(tags)) }
        let plain = forecast("")
        #expect(plain.changes == PerStage(repeating: 0))
        let (one, kernels) = (forecast("<lora:linear:1>"), forecast("<lora:kernels:1>"))
        let two = forecast("<lora:linear:1><lora:linear:1:dyn=2>")
        #expect(one.changes.encode > 0 && one.changes.denoise > 0 && one.changes.decode == 0 && kernels.changes.encode == 0)
        // Rank 4, then 4 and 2.
        #expect(two.changes.denoise == one.changes.denoise * 3 / 2 && two.work.denoise > one.work.denoise)
        #expect(one.work.denoise > plain.work.denoise && one.weights == plain.weights)
        #expect(one.peakOfOnePicture > plain.peakOfOnePicture)
        #expect(one.peakOfServing > plain.peakOfServing + plain.weights.denoise)
        // A slot of every layer takes its input and its output; merged weights the whole layer.
        let set = try pipeline.plan(for: [request("<lora:linear:1>")]).loras
        let weights = pipeline.checkpoint.unet.weights
        let shapes = try #require(set.members[0].changes.layers[.denoiser]).keys.compactMap { weights["\($0).weight"]?.shape }
        #expect(one.changes.denoise == 8 * 4 * shapes.reduce(0) { $0 + $1[0] + $1.dropFirst().reduce(1, *) })
        let merged = forecast("<lora:whole:0:1>")
        #expect(merged.changes.denoise == 4 * shapes.reduce(0) { $0 + $1.reduce(1, *) } && merged.changes.encode == 0)
        #expect(merged.work == plain.work)
        // A negative strength takes as much, none nothing.
        #expect(forecast("<lora:linear:-1>").changes == one.changes && forecast("<lora:linear:0>").changes == plain.changes)
    }

    @Test("a LoRA in the negative prompt is left out, and told")
    func negativePrompt() async throws {
        var request = request("")
        let plain = try await pipeline.generate(request) { _ in }.images[0]
        request.negativePrompt += "<lora:linear:1>"
        let result = try await pipeline.generate(request) { _ in }
        #expect(result.images[0] == plain)
        #expect(result.warnings.map(\.name) == [.loraInNegativePrompt] && result.ignored == ["<lora:linear:1>"])
    }

    /// Devices other than CPUs have slots of fixed ranks.
    @Test("slots of fixed ranks give what slots of any rank give, and empty slots what the plain network gives", arguments: [16, 64])
    func fixedRanks(rank: Int) async throws {
        let set = try pipeline.plan(for: [request("<lora:linear:0.3><lora:kernels:0.2>")]).passes[0].loras
        let factors = try #require(await pipeline.patcher.patch(of: .denoiser, by: set).factors)
        let gpu = factors.slots(on: "GPU")
        #expect(gpu == LowRankSlots(coverage: .all, rank: .fixed(16), kernelRank: 16))
        var slots = factors.slots(on: "CPU")
        let open = try await pipeline.network(.denoiser, shape: .init(slots: slots))
        slots = LowRankSlots(coverage: .all, rank: .fixed(rank), kernelRank: rank)
        let fixed = try await pipeline.network(.denoiser, shape: .init(slots: slots))
        let plain = try await pipeline.network(.denoiser)
        let changed = try await answer(of: fixed, factors)
        #expect(changed.isClose(to: try await answer(of: open, factors)))
        #expect(!changed.isClose(to: try await answer(of: plain, nil)))
        #expect(try await answer(of: fixed, nil).isClose(to: try await answer(of: plain, nil)))
        #expect(try await answer(of: open, nil).isClose(to: try await answer(of: plain, nil)))
    }

    @Test("factors for a norm, which has no slot, are merged")
    func norms() async throws {
        let folder = try TemporaryFolder()
        let norm = "lora_unet_mid_block_attentions_0_norm"
        func tensor(_ part: String, _ shape: [Int]) -> RawTensor {
            let values = [Float](repeating: 0.5, count: shape.reduce(1, *))
            return RawTensor(key: "\(norm).\(part)", elementType: .f32, shape: shape, bytes: values.withUnsafeBytes(Array.init))
        }
        let channels = try #require(pipeline.checkpoint.unet.weights["mid_block.attentions.0.norm.weight"]).shape[0]
        let file = SafetensorsWriter.file([tensor("lora_down.weight", [1, 1]), tensor("lora_up.weight", [channels, 1])])
        try folder.write(file, to: "norm.safetensors")
        let tag = try #require(LoRATag(Prompt("<lora:norm:1>").tags[0]))
        let set = LoRASet([tag], in: LoRALibrary(folders: [folder.path]), pipeline.matchedLoRAs)
        #expect(set.members.count == 1 && set.notices.isEmpty)
        guard case .merged = try await pipeline.patcher.patch(of: .denoiser, by: set) else {
            Issue.record("a norm's change is not merged")
            return
        }
    }

    private func answer(of network: CompiledNetwork, _ factors: SlotFactors?) async throws -> NDArray {
        var predictor = try NoisePredictor(
            network, pictureCount: 1, guidance: Guidance(scale: 7), extraChannels: nil, factors: factors)
        let latents = NaturalLatents.make(shape: [4, 8, 12], seed: 1)
        let text = Conditioning(
            context: NaturalLatents.make(shape: [1, 77, 192], seed: 2).withShape([1, 77, 192]),
            vectors: ["vector": NDArray(repeating: 0.1, shape: [1, 128 + 6 * 256])])
        return try await predictor.predict(.init(latents: latents, timestep: 500), for: [text])[0]
    }
}

extension NDArray {
    fileprivate func withShape(_ shape: [Int]) -> NDArray { NDArray(shape: shape, values: values) }

    /// Equal but for the order of sums.
    fileprivate func isClose(to other: NDArray) -> Bool {
        let largest = other.values.map(abs).max() ?? 0
        return zip(values, other.values).allSatisfy { abs($0 - $1) < 2e-4 * largest }
    }
}
