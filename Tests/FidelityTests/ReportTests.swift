import Fidelity
import Foundation
import Generation
import Testing

@Suite("Report and verdict")
struct ReportTests {
    private let good = StageFidelity(
        .denoiser, on: Place(device: "GPU", precision: "f16"),
        distance: Distance(relativeError: 0.0029, maximumError: 0.0123, cosine: 0.99999578), speedRatio: 2.348)
    private let text = StageFidelity(
        .text(0), on: .reference, distance: Distance(relativeError: 0, maximumError: 0, cosine: 1), speedRatio: 1)
    private let alike = PictureDistance(psnr: 41.234, ssim: 0.99832)

    @Test("the table has a row for each component, with figures that a person can read")
    func table() {
        let report = FidelityReport(stages: [text, good])
        #expect(
            FidelityReport.tableHeader == [
                "COMPONENT", "DEVICE", "PRECISION", "RELATIVE ERROR", "MAXIMUM ERROR", "COSINE", "NOT FINITE", "SPEED"
            ])
        #expect(report.tableRows == [
            ["text encoder", "CPU", "f32", "0 %", "0", "1", "0", "1×"],
            ["UNet", "GPU", "f16", "0.29 %", "0.012", "0.999996", "0", "2.3×"],
        ])
        #expect(report.tableRows.allSatisfy { $0.count == FidelityReport.tableHeader.count })
    }

    @Test("errors are told in hundredths, to two digits", arguments: [
            (0, "0 %"), (1e-7, "<0.001 %"), (0.000_01, "0.001 %"), (0.000_123, "0.012 %"), (0.0029, "0.29 %"), (0.00996, "1 %"),
            (0.0512, "5.1 %"),
        (0.271, "27 %"), (1.234, "120 %"), (.infinity, "∞ %"),
    ] as [(Double, String)])
    func percent(error: Double, text: String) {
        let row = StageFidelity(.decoder, on: .reference, distance: .error(error))
        #expect(FidelityReport(stages: [row]).tableRows[0][3] == text)
    }

    @Test("within bounds is said in two words")
    func within() {
        let verdict = FidelityReport(stages: [text, good], picture: alike).verdict
        #expect(verdict.isWithinBounds)
        #expect(verdict.description == "Within bounds.")
    }

    @Test("what is outside is named with its figures, its bound and what to do", arguments: [
            (
                "GPU", "bf16", 0.027,
                "The UNet on GPU in bf16 is off by 2.7 %, 2.7 times the bound of 1 %. Run it in f32 (--precision accuracy)."
            ),
        ("CPU", "bf16", 0.15, "The UNet on CPU in bf16 is off by 15 %, 15 times the bound of 1 %. Run it in f32 (--precision accuracy)."),
        ("GPU.1", "f32", 0.02, """
            The UNet on GPU.1 in f32 is off by 2 %, 2 times the bound of 1 %. \
            It is in full precision already: run it on the CPU (--device CPU), and look for a newer driver of GPU.1.
            """),
        ("CPU", "f32", 0.02, """
            The UNet on CPU in f32 is off by 2 %, 2 times the bound of 1 %. \
            This is the reference's own device and precision: close other programs, run this again, and report it if it stays.
            """),
    ])
    func stage(device: String, precision: String, error: Double, sentence: String) {
        let row = StageFidelity(.denoiser, on: Place(device: device, precision: precision), distance: .error(error))
        let verdict = FidelityReport(stages: [text, row], picture: alike).verdict
        #expect(!verdict.isWithinBounds)
        #expect(verdict.shortcomings == [Notice(
            .probeOverBound,
            ["component": "unet", "device": .text(device), "precision": .text(precision), "error": .init(error), "bound": .number(0.01)],
            sentence)])
        #expect(verdict.description == "Outside the bounds.\n\(sentence)")
    }

    @Test("numbers that are not finite are counted")
    func nonFinite() {
        let distance = Distance(relativeError: .infinity, maximumError: .infinity, cosine: 0, nonFiniteCount: 12)
        let row = StageFidelity(.decoder, on: Place(device: "GPU", precision: "f16"), distance: distance)
        #expect(FidelityReport(stages: [row]).verdict.shortcomings == [Notice(
            .probeNotFinite, ["component": "vae", "device": "GPU", "precision": "f16", "count": 12],
            "The VAE on GPU in f16 answers with numbers that are not finite (12). Run it in f32 (--precision accuracy).")])
    }

    @Test("pictures that differ are outside even when each network is within")
    func pictures() {
        let dim = FidelityReport(stages: [good], picture: PictureDistance(psnr: 27.34, ssim: 0.98)).verdict
        #expect(dim.shortcomings.map(\.description) == ["""
            The pictures differ: 27.3 dB, SSIM 0.98, where at least 30 dB and an SSIM of 0.95 are wanted. Each network is within \
            its bound: \
            their errors add up over the steps. Try more accuracy, or other prompts: some pictures stand on a knife's edge.
            """])
        #expect(!FidelityReport(stages: [good], picture: PictureDistance(psnr: 35, ssim: 0.94)).verdict.isWithinBounds)
        #expect(FidelityReport(stages: [good], picture: PictureDistance(psnr: 30, ssim: 0.95)).verdict.isWithinBounds)
    }

    @Test("of networks that were not compared nothing is said")
    func picturesAlone() {
        let verdict = FidelityReport(stages: [], picture: PictureDistance(psnr: 27.34, ssim: 0.98)).verdict
        #expect(verdict.shortcomings == [Notice(
            .picturesDiffer, ["psnr": .number(27.34), "ssim": .number(0.98), "min_psnr": 30, "min_ssim": .number(0.95)],
            "The pictures differ: 27.3 dB, SSIM 0.98, where at least 30 dB and an SSIM of 0.95 are wanted.")])
    }

    @Test("a picture that is suspicious by itself is outside")
    func suspicion() {
        let verdict = FidelityReport(stages: [good], picture: alike, suspicion: .flat(standardDeviation: 0)).verdict
        #expect(verdict.shortcomings == [Notice(
            .flatDrawing, "In the picture of the device all pixels are nearly equal (standard deviation 0 of 255).")])
    }

    @Test("bounds can be changed")
    func ownBounds() {
        var bounds = FidelityBounds()
        bounds.relativeError.denoise = 0.002
        #expect(!FidelityReport(stages: [good], bounds: bounds).verdict.isWithinBounds)
        bounds.relativeError.denoise = 0.003
        bounds.minimumPSNR = 45
        #expect(!FidelityReport(stages: [good], picture: alike, bounds: bounds).verdict.isWithinBounds)
        bounds.minimumPSNR = 41
        #expect(FidelityReport(stages: [good], picture: alike, bounds: bounds).verdict.isWithinBounds)
    }

    @Test("JSON has all figures in full, the bounds and the verdict")
    func json() throws {
        let report = FidelityReport(stages: [good], picture: PictureDistance(psnr: .infinity, ssim: 1))
        #expect(try encoded(report) == #"""
            {"bounds":{"minimum_psnr_db":30,"minimum_ssim":0.95,"relative_error":{"text_encoder":0.001,"unet":0.01,"vae":0.01}},\#
            "components":[{"component":"unet","device":"GPU","distance":{"cosine":0.99999578,"maximum_error":0.0123,"non_finite_count":0,\#
            "relative_error":0.0029},\#
            "precision":"f16","speed_ratio":2.348}],"picture":{"equal":true,"psnr_db":null,"ssim":1},"verdict":"Within \#
            bounds.","within_bounds":true}
            """#)
    }

    private func encoded(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
