import Checkpoints
import Compilation
import Diffusion
import Foundation
import Generation
import TestSupport

/// The bundled checkpoint, small enough to draw with in every test.
enum Demo {
    /// Numbers of each token's hidden state.
    static let contextWidth = 96

    /// Shared, so that each network is compiled once for all tests.
    static let pipeline = try? newPipeline()

    /// One that has compiled nothing yet.
    static func newPipeline(
        placements: PerStage<Placement> = .cpu, shapes: ShapePlan = ShapePlan(), networks: CompiledNetworks? = nil,
        retention: DiffusionPipeline.Retention = .always,
        resources: PromptResources = PromptResources(), inputPictures: (any InputPictureSource)? = nil,
        upscalers: UpscalerLibrary = UpscalerLibrary()
    ) throws -> DiffusionPipeline {
        try DiffusionPipeline(
            path: Fixture.demoModel.path, placements: placements, shapes: shapes, networks: networks, retention: retention,
            resources: resources, inputPictures: inputPictures, upscalers: upscalers)
    }

    /// A request that is drawn in a moment.
    static func request(
        _ prompt: String = "red apple on a white background", _ change: (inout GenerationRequest) -> Void = { _ in }
    ) -> GenerationRequest {
        var request = GenerationRequest(prompt: prompt)
        request.width = 64
        request.height = 64
        request.steps = 2
        request.cfgScale = 5
        change(&request)
        return request
    }
}

extension PerStage<Placement> {
    static let cpu = PerStage(repeating: Placement(device: "CPU", precision: .f32))
}

extension DiffusionPipeline {
    func pictures(_ request: GenerationRequest) async throws -> [RGBImage] { try await generate(request) { _ in }.images }
}

extension RGBImage {
    /// Peak signal-to-noise ratio in dB: 20·log₁₀(255 / root mean square difference); infinite when equal.
    func peakSignalToNoiseRatio(to other: RGBImage) -> Double {
        guard width == other.width, height == other.height else { return 0 }
        let squares = zip(pixels, other.pixels).reduce(0) { sum, pair in
            let difference = Int(pair.0) - Int(pair.1)
            return sum + difference * difference
        }
        return 10 * log10(255 * 255 * Double(pixels.count) / Double(squares))
    }
}
