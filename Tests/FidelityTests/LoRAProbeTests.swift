import Checkpoints
import Compilation
import Diffusion
import Fidelity
import Foundation
import Generation
import GraphIR
import Networks
import OpenVINO
import Synchronization
import Tensors
import TestSupport
import Testing

/// Networks with LoRAs in their slots, or merged into their weights, against a reference with the same ones.
@Suite("Probing networks with LoRAs")
struct LoRAProbeTests {
    /// One for all tests: CLIP's whole vocabulary takes seconds to write.
    private static let shared = Result {
        let folder = try TemporaryFolder()
        let tiny = TinyCheckpoint.sd1()
        let path = try tiny.writeSingleFile(in: folder)
        for name in ["linear", "copy"] { _ = try TinyLoRA(for: tiny).write(in: folder, name: name) }
        _ = try TinyLoRA(for: tiny).write(in: folder, name: "whole", as: .difference)
        return (folder: folder, opened: try OpenCheckpoint(path: path))
    }

    private let folder: TemporaryFolder
    private let opened: OpenCheckpoint
    private let resources: PromptResources

    init() throws {
        (folder, opened) = try Self.shared.get()
        resources = PromptResources(loras: LoRALibrary(folders: [folder.path]))
    }

    private static func prompt(_ tags: String) -> String { "red apple" + tags }

    // Probes

    /// The answers of each network.
    private final class Answers: Sendable {
        private let arrays = Mutex<[CompileKey: [NDArray]]>([:])

        func add(_ key: CompileKey, _ output: NDArray) -> NDArray {
            arrays.withLock { $0[key, default: []].append(output) }
            return output
        }

        /// The answers since the last time that somebody asked.
        func taken() -> [CompileKey: [NDArray]] {
            arrays.withLock { arrays in
                defer { arrays = [:] }
                return arrays
            }
        }
    }

    @Test("the reference has the same files and strengths, in slots and merged, also by step", arguments: [
        ("<lora:linear:0.8>", "<lora:linear:0.4>"), ("<lora:whole:0.8>", "<lora:whole:0.4>"),
        ("<lora:linear:te=0:unet=0@0,1@1>", "<lora:linear:te=0:unet=0@0,0.5@1>"),
    ])
    func agreement(tags: String, other: String) async throws {
        let answers = Answers()
        let pipeline = DiffusionPipeline(
            opened, fallbacks: PerStage(repeating: Fallbacks(.reference)), shapes: Watching.shapes,
            networks: CompiledNetworks(core: try Core(), fault: { answers.add($0, $1) }), resources: resources)
        var answered: [[NDArray]] = []
        for tags in [tags, other] {
            let plan = try pipeline.plan(for: [Watching.request(Self.prompt(tags))])
            #expect(plan.firstText == Self.prompt(""))
            for (key, patch) in try await pipeline.keys(for: plan.need, under: plan.loras) where key.network != .decoder {
                let network = try await pipeline.network(key, with: patch)
                let probe = Probe(pipeline)
                #expect(try await probe.fidelity(of: network, prompt: plan.firstText, loras: plan.loras).distance.relativeError < 1e-4)
                let own = answers.taken()[key] ?? []
                // A second probe about the same asks the device alone.
                _ = try await probe.fidelity(of: network, prompt: plan.firstText, loras: plan.loras)
                #expect(answers.taken().keys.allSatisfy { $0 == key })
                if key.network == .denoiser { answered.append(own) }
                // The networks of the reference are let go of.
                #expect(await pipeline.networks.readyKeys.allSatisfy { $0.network != .denoiser || $0 == key || !$0.isOfAnyShape })
            }
        }
        #expect(answered[0].count == 3 && answered[0] != answered[1], "strengths show")
    }

    // The monitor

    @Test("a verdict holds for the checkpoint with its LoRAs: other files are probed, other strengths in slots are not")
    func verdicts() async throws {
        let watching = try Watching(of: opened, resources)
        func stagesProbed(after tags: String) async throws -> [Stage] {
            try await watching.draw(Self.prompt(tags))
            let events = try await watching.monitored.checkIfDue()
            #expect(events.allSatisfy { $0.finding == .baseline && $0.response == .none })
            #expect(events.allSatisfy { ($0.distance?.relativeError ?? 1) < 1e-4 })
            return events.map(\.stage)
        }
        #expect(try await stagesProbed(after: "<lora:linear:0.8>") == [.encode, .denoise, .decode])
        #expect(try await stagesProbed(after: "<lora:linear:0.4>") == [])
        let compiles = await watching.pipeline.networks.compileCounts
        #expect(try await stagesProbed(after: "<lora:linear:0.4><lora:copy:0.1>") == [.encode, .denoise])
        #expect(try await stagesProbed(after: "<lora:linear:0.7>") == [])
        // Probes compile the UNet of the reference only; pictures with other files compile nothing.
        #expect(await watching.pipeline.networks.compileCounts == compiles.adding(1, to: .denoise))
        #expect(try await stagesProbed(after: "") == [.encode, .denoise])
        // Merged weights are a network of their own for each strength.
        #expect(try await stagesProbed(after: "<lora:whole:0:0.8>") == [.denoise])
        #expect(try await stagesProbed(after: "<lora:whole:0:0.4>") == [.denoise])
        #expect(try await stagesProbed(after: "") == [])
        #expect(try await watching.monitored.check().verdict.isWithinBounds)
    }

    @Test("a network with LoRAs that drifts is mended with its LoRAs", arguments: ["<lora:linear:0.8>", "<lora:whole:0:0.8>"])
    func mending(tags: String) async throws {
        let watching = try Watching(
            denoise: Watching.other,
            fault: Fault({ output, _ in 1.05 * output }, in: { key, compiles in
                key.network == .denoiser && !key.isOfAnyShape && key.placement == Watching.other
            }), of: opened, resources)
        let before = try await watching.draw(Self.prompt(tags))
        try await watching.monitored.checkIfDue()
        watching.fault.begin()
        #expect(try await watching.monitored.check().verdict.isWithinBounds)
        let events = await watching.monitored.status.events.filter { $0.stage == .denoise }
        #expect(events.map(\.response) == [.none, .mend(.recompile), .mend(.move(.reference)), .none])
        #expect(await watching.pipeline.networks.records.filter { $0.reason == .repair }.map(\.stage) == [.denoise, .denoise])
        let after = try await watching.draw(Self.prompt(tags))
        #expect(after.compiles.isEmpty && after.warnings == before.warnings)
        #expect(Comparison(of: before.images[0], and: after.images[0]).report().picture?.psnr ?? 0 > 50)
    }

    @Test("a LoRA's file that is gone ends its probes; pictures, checks and reloads go on")
    func gone() async throws {
        let own = try TemporaryFolder()
        try FileManager.default.copyItem(atPath: folder.path + "/linear.safetensors", toPath: own.path + "/own.safetensors")
        let watching = try Watching(of: opened, PromptResources(loras: LoRALibrary(folders: [own.path])))
        try await watching.draw(Self.prompt("<lora:own:0.8>"))
        try Data("{}".utf8).write(to: URL(filePath: own.path + "/own.safetensors"))
        #expect(try await watching.monitored.checkIfDue().map(\.stage) == [.decode])
        #expect(try await watching.monitored.check().verdict.isWithinBounds)
        try await watching.monitored.reload()
        let result = try await watching.draw(Self.prompt("<lora:own:0.8>"))
        #expect(result.warnings.map(\.name) == [.loraUnreadable])
    }

    @Test("a comparison draws both pictures with the LoRAs, and lets go of the reference's networks", arguments: [
        "<lora:linear:0.8>", "<lora:whole:0:0.8>",
    ])
    func comparing(tags: String) async throws {
        let watching = try Watching(of: opened, resources)
        let plain = try await watching.draw(Self.prompt(""))
        let compared = try await watching.monitored.compare(Watching.request(Self.prompt(tags)))
        #expect(compared.report().verdict.isWithinBounds)
        #expect(compared.candidate != plain.images[0] && compared.reference != plain.images[0])
        #expect(await watching.pipeline.networks.readyKeys.allSatisfy { $0.network != .denoiser || !$0.isOfAnyShape })
    }
}

extension CompileKey {
    /// As the reference's are in these tests.
    fileprivate var isOfAnyShape: Bool { shape.height == .dynamic }
}

extension PerStage<Int> {
    fileprivate func adding(_ count: Int, to stage: Stage) -> Self {
        var sum = self
        sum[stage] += count
        return sum
    }
}
