import Foundation
import Generation
import Hosting
import TestSupport
import Testing

@testable import Commands
@testable import OpenVINO

@Suite("easel devices")
struct DevicesReportTests {
    @Test("on the CPU, accuracy and f32 mean f32 with nothing quantized; performance leaves both to the device")
    func probe() throws {
        let outcomes = ModeProbe(core: try Core()).outcomes(on: "CPU")
        #expect(Set(outcomes.keys) == Set(AccuracyMode.allCases).subtracting([.auto]))
        #expect(outcomes[.accuracy] == .computes(in: "f32", quantizationGroupSize: 0))
        #expect(outcomes[.f32] == outcomes[.accuracy])
        // With and without bf16 in the CPU, nothing else is on offer.
        for mode in [AccuracyMode.default, .performance, .bf16, .f16] {
            guard case .computes(let precision, _) = outcomes[mode] else { Issue.record("\(mode) was refused"); continue }
            #expect(["f32", "bf16", "f16"].contains(precision))
        }
        #expect(outcomes[.default] == outcomes[.performance])
    }

    @Test("a device that is not there refuses every mode, with the reason")
    func missing() throws {
        for outcome in ModeProbe(core: try Core()).outcomes(on: "GPU.7").values {
            guard case .refused(let reason) = outcome else { Issue.record("\(outcome)"); continue }
            #expect(reason.contains("GPU.7"))
        }
    }

    // What a GPU answered that takes no bf16.
    private func report(advice: [IntelHardware.Advice] = []) -> DevicesReport {
        let f32 = ModeOutcome.computes(in: "f32", quantizationGroupSize: 0)
        let fast = ModeOutcome.computes(in: "f16", quantizationGroupSize: 32)
        return DevicesReport(entries: [
            .init(
                device: Device(name: "CPU", fullName: "Intel CPU", capabilities: ["FP32", "INT8", "BIN", "EXPORT_IMPORT"]),
                outcomes: Dictionary(uniqueKeysWithValues: ModeProbe.modes.map { ($0, f32) })),
            .init(
                device: Device(name: "GPU", fullName: "Intel GPU", capabilities: ["FP32", "FP16"]),
                outcomes: [
                    .default: fast, .performance: fast, .accuracy: f32, .f32: f32, .bf16: .refused("Unsupported."),
                    .f16: .computes(in: "f16", quantizationGroupSize: nil),
                ]),
        ], advice: advice, version: "2026.4.1")
    }

    @Test("the tables show names, precisions and what each mode leads to; refusals are told with their reason")
    func text() {
        #expect(report().text == """
            DEVICE  NAME       COMPUTES IN
            CPU     Intel CPU  FP32 INT8
            GPU     Intel GPU  FP32 FP16

            What each --precision leads to:
            DEVICE  default  performance  accuracy  f32  bf16     f16
            CPU     f32      f32          f32       f32  f32      f32
            GPU     f16 q32  f16 q32      f32       f32  refused  f16
            (q32: where weights are quantized, activations are too, in groups of 32.)
            GPU refuses bf16: Unsupported.

            OpenVINO 2026.4.1

            """)
    }

    @Test("advice follows the tables, one step a line")
    func advice() throws {
        let folder = try TemporaryFolder()
        try folder.write("0x8086\n", to: "sys/bus/pci/devices/0000:00:0b.0/vendor")
        try folder.write("0x120000\n", to: "sys/bus/pci/devices/0000:00:0b.0/class")
        let text = report(advice: IntelHardware(root: folder.url).advice(listed: ["CPU", "GPU"])).text
        #expect(
            text.contains(
                "\n\nThis machine has an Intel NPU (PCI 0000:00:0b.0) that OpenVINO does not list.\n  - No kernel driver has taken it"))
        #expect(text.hasSuffix("/releases\n\nOpenVINO 2026.4.1\n"))
    }

    @Test("as JSON, each mode has a precision or a refusal")
    func json() throws {
        let text = report().json
        #expect(!text.contains("\n"))
        let json = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary)
        #expect(json["openvino"] as? String == "2026.4.1")
        #expect((json["not_listed"] as? [Any])?.isEmpty == true)
        let gpu = try #require((json["devices"] as? [NSDictionary])?.last)
        #expect(gpu["name"] as? String == "GPU" && gpu["full_name"] as? String == "Intel GPU")
        #expect(gpu["modes"] as? NSDictionary == [
            "default": ["precision": "f16", "quantization_group_size": 32],
            "performance": ["precision": "f16", "quantization_group_size": 32],
            "accuracy": ["precision": "f32", "quantization_group_size": 0], "f32": ["precision": "f32", "quantization_group_size": 0],
            "bf16": ["refused": "Unsupported."], "f16": ["precision": "f16"],
        ] as NSDictionary)
    }
}
