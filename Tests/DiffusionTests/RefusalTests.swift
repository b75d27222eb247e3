import Compilation
import Diffusion
import Foundation
import Generation
import OpenVINO
import Sampling
import TestSupport
import Testing

@Suite("What cannot be drawn")
struct RefusalTests {
    @Test("a request outside its ranges is refused in the user's words before anything is compiled", arguments: [
        (Demo.request { $0.width = 500 }, "Width 500 is not a multiple of 8. Use 496 or 504."),
        (Demo.request { $0.steps = 0 }, "Steps 0 is out of range. Use 1 to 1000."),
        (
            Demo.request { ($0.sampler, $0.steps) = (.lcmDiffusers, 51) },
            "51 steps are more than the 50 that sampler LCM (diffusers) can take with this model. Use 1 to 50."
        ),
    ])
    func invalidRequest(_ request: GenerationRequest, message: String) async throws {
        let pipeline = try Demo.newPipeline()
        let log = EventLog()
        let error = await #expect(throws: DiffusionError.self) { try await pipeline.generate(request) { log.append($0) } }
        #expect(error?.description == message)
        guard case .request? = error else {
            Issue.record("\(String(describing: error)) is no error of the request")
            return
        }
        #expect(log.all.isEmpty)
    }

    @Test("an unknown device is named together with those that are there")
    func unknownDevice() async throws {
        let placements = PerStage(
            encode: Placement(device: "CPU", precision: .f32), denoise: Placement(device: "TPU", precision: .f32),
            decode: Placement(device: "CPU", precision: .f32))
        let pipeline = try Demo.newPipeline(placements: placements)
        for _ in 1...2 {
            let error = await #expect(throws: DiffusionError.self) { try await pipeline.generate(Demo.request()) { _ in } }
            #expect(try #require(error?.description).hasPrefix("There is no device \"TPU\". Use one of: CPU"))
        }
    }

    @Test("a device that refuses a network is told with its reason and another way", arguments: [
        (
            Placement(device: "GPU.0", precision: .f16),
            "GPU.0 could not compile the UNet in f16. Could not start: why (general error). Try --device CPU or a smaller size."
        ),
        (
            Placement(device: "CPU", precision: .bf16),
            "CPU could not compile the UNet in bf16. Could not start: why (general error). Try --precision f32."
        ),
    ])
    func refusedByDevice(_ placement: Placement, message: String) {
        let cause = OpenVINOError.call(attempt: "start", status: .generalError, detail: "why")
        #expect(DiffusionError.compilation(.device(.denoiser, placement, cause)).description == message)
    }

    @Test("weights that are not finite are reported with their network instead of a black picture", arguments: [
        (Stage.encode, "text_encoder/model.safetensors", "text encoder"),
        (.denoise, "unet/diffusion_pytorch_model.safetensors", "UNet"),
        (.decode, "vae/diffusion_pytorch_model.safetensors", "VAE"),
    ])
    func notFinite(_ stage: Stage, file: String, label: String) async throws {
        let folder = try TemporaryFolder()
        let model = try folder.demoModel(poisoned: file)
        let pipeline = try DiffusionPipeline(path: model, placements: .cpu)
        let error = await #expect(throws: DiffusionError.self) { try await pipeline.generate(Demo.request()) { _ in } }
        guard case .nonFinite(let culprit)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(culprit.stage == stage)
        #expect(error?.description
                == "The \(label) on CPU in f32 answered with numbers that are not finite. Its weights may be damaged: download "
                    + "the checkpoint again."
        )
    }

    @Test("the precision that is reported is the one that was computed in", arguments: [Precision.f16, .bf16])
    func precision(_ precision: Precision) async throws {
        let request = Demo.request { $0.steps = 4 }
        let exact = try await #require(Demo.pipeline).pictures(request)[0]
        let result = try await Self.result(of: request, in: precision)
        let ratio = result.images[0].peakSignalToNoiseRatio(to: exact)
        // A CPU without arithmetic of that kind takes another: without f16 then bf16, without both f32.
        switch result.places.denoise.precision {
        case "f32": #expect(ratio == .infinity)
        case precision.rawValue: #expect(ratio < 60 && ratio > 15)
        default:
            let other = try #require(Precision(rawValue: result.places.denoise.precision))
            #expect(try await Self.result(of: request, in: other).images == result.images)
        }
        #expect(result.places.encode.precision == "f32")
        #expect(result.places.decode.precision == "f32")
    }

    private static func result(of request: GenerationRequest, in precision: Precision) async throws -> GenerationResult {
        var placements = PerStage.cpu
        placements.denoise.arithmetic = .exactly(precision)
        return try await Demo.newPipeline(placements: placements).generate(request) { _ in }
    }
}

extension TemporaryFolder {
    /// The demo checkpoint with a NaN in place of the first number of one file.
    /// - Returns: the folder's path.
    func demoModel(poisoned file: String) throws -> String {
        let copy = url.appending(path: "demo")
        try FileManager.default.copyItem(at: Fixture.demoModel, to: copy)
        var bytes = try Data(contentsOf: copy.appending(path: file))
        // A safetensors file begins with the length of its header, 8 bytes.
        let start = 8 + bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
        bytes[start + 1] = 0x7E
        bytes[start] = 0
        try bytes.write(to: copy.appending(path: file))
        return copy.path
    }
}
