import Checkpoints
import Generation
import TestSupport
import Testing

@testable import Diffusion

@Suite("The forecast of memory")
struct MemoryForecastTests {
    private func checkpoint() throws -> Checkpoint {
        let folder = try TemporaryFolder()
        return try Checkpoint.open(TinyCheckpoint.sdxl(vocabularySize: 8).writeSingleFile(in: folder))
    }

    private func forecast(
        _ width: Int = 512, _ height: Int = 512, pictures: Int = 1, _ precision: Precision = .f32
    ) throws -> MemoryForecast {
        MemoryForecast(try checkpoint(), width: width, height: height, pictureCount: pictures, precisions: PerStage(repeating: precision))
    }

    @Test("weights count both text encoders, and half as much in two bytes a number")
    func weights() throws {
        let (full, half) = (try forecast(), try forecast(512, 512, .bf16))
        let parameters = try checkpoint().textEncoders.map(\.weights.parameterCount)
        #expect(parameters.count == 2)
        #expect(full.weights.encode == 4 * parameters.reduce(0, +))
        #expect(half.weights == full.weights.map { $0 / 2 })
        #expect(half.work.denoise == full.work.denoise / 2)
    }

    @Test("work grows with the pixels and the pictures, which are decoded one after another")
    func work() throws {
        let one = try forecast()
        #expect(try forecast(1024, 512).work.denoise == 2 * one.work.denoise)
        #expect(try forecast(1024, 512).work.decode == 2 * one.work.decode)
        #expect(try forecast(pictures: 3).work.denoise == 3 * one.work.denoise)
        #expect(try forecast(pictures: 3).work.decode == one.work.decode)
    }

    @Test("a machine that is too small is named with both figures, a large one is not")
    func warning() throws {
        let forecast = try forecast(1024, 1024)
        #expect(forecast.peakOfServing >= forecast.peakOfOnePicture)
        #expect(forecast.warning(for: "1024×1024", machineWith: forecast.peakOfOnePicture) == nil)
        let warning = forecast.warning(for: "1024×1024", machineWith: 100_000_000)
        #expect(warning?.contains("A picture of 1024×1024 takes about") == true)
        #expect(warning?.contains("this machine has 0.1 GB") == true)
        // A system that does not say how much there is is no reason to warn.
        #expect(forecast.warning(for: "1024×1024", machineWith: 0) == nil)
    }
}
